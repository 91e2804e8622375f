"""Waits that a platform has asked for, kept over a restart: by the message that was refused, never by its chat."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from sqlalchemy import bindparam, func, select

from bot.store import statements
from bot.store import tables as t
from bot.store.transaction import Transaction

EVERYWHERE = 0
"""Stands for a message where all of a platform asks to wait; its chat is ""."""
_these = func.json_each(bindparam("ids")).table_valued("value")
CHATS = select(t.delivery.c.id, t.delivery.c.chat).where(t.delivery.c.id.in_(select(_these.c.value)))


class Waits(Transaction):
    """What can be done about them in one transaction."""

    async def waits(self, platform: str) -> Mapping[str, int]:
        """Return until when chats of a platform are to be left in peace, in seconds since 1970."""
        until = await self._waits(platform)
        found = {"": until[EVERYWHERE]} if EVERYWHERE in until else {}
        for row in await self._connection.rows(CHATS, ids=json.dumps(list(until))):
            found[row["chat"]] = max(until[row["id"]], found.get(row["chat"], 0))
        return found

    async def note_waits(self, platform: str, until: Mapping[int, float]) -> None:
        """Note until when the chats of these messages are to be left in peace; what is over is forgotten."""
        kept = {**await self._waits(platform), **{of: math.ceil(at) for of, at in until.items()}}
        await self._connection.rows(
            statements.KEEP_FACT, name=_name(platform), value=json.dumps(list(kept.items()))
        )

    async def _waits(self, platform: str) -> dict[int, int]:
        rows = await self._connection.rows(statements.KEPT_FACT, name=_name(platform))
        kept = json.loads(rows[0]["value"]) if rows else []
        return {of: at for of, at in kept if at > self._now}


def _name(platform: str) -> str:
    return f"waits {platform}"
