"""Which platforms the bot has an account on, and to which of them it is connected just now."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from bot.store import statements
from bot.store.transaction import Transaction

PLATFORMS = "platforms"
"""The fact that says it, for whoever works beside the bot as well."""


class Reach(Transaction):
    """What can be done about it in one transaction."""

    async def platforms(self) -> Mapping[str, bool]:
        """Return the platforms with an account, and whether each is connected; nothing if that is not known."""
        rows = await self._connection.rows(statements.KEPT_FACT, name=PLATFORMS)
        return dict(json.loads(rows[0]["value"])) if rows else {}

    async def note_platforms(self, accounts: Iterable[str]) -> None:
        """Note on which platforms there is an account, none of them connected yet; none: that is not known."""
        await self._note_platforms(dict.fromkeys(accounts, False))

    async def note_connected(self, connected: Collection[str]) -> None:
        """Note which of the platforms are connected, where it is known which there are."""
        known = await self.platforms()
        await self._note_platforms({name: name in connected for name in known})

    async def _note_platforms(self, known: Mapping[str, bool]) -> None:
        await self._connection.rows(statements.KEEP_FACT, name=PLATFORMS, value=json.dumps(known))
