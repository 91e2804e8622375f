"""The updates that wait for the bot, until it confirms them."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.botapi.bell import Bell
from tests.botapi.calls import Json
from tests.botapi.refusals import conflict

UNASKED = frozenset(["chat_member", "message_reaction", "message_reaction_count"])
"""Updates that come only if they are asked for by name."""

FIRST = 700_000_001


@dataclass(frozen=True, slots=True)
class Pending:
    """An update that waits, as it will be read; `number` is None if it has none that could be confirmed."""

    number: int | None
    body: str
    lane: int
    """Updates of one lane, which is a chat, go to a webhook one after the other."""


class Updates:
    """The queue of updates, and the one long poll that may wait for it."""

    def __init__(self) -> None:
        self.allowed: frozenset[str] | None = None
        self.arrived: Callable[[int, Pending], None] = lambda key, pending: None
        self._next = FIRST
        self._waiting: OrderedDict[int, Pending] = OrderedDict()
        self._keys = 0
        self._poll: asyncio.Future[None] | None = None
        self._bell = Bell()

    def __len__(self) -> int:
        return len(self._waiting)

    def items(self) -> list[tuple[int, Pending]]:
        """Return what waits, in order."""
        return list(self._waiting.items())

    def push(self, kind: str, told: Json, lane: int = 0) -> int:
        """Let something happen that the bot is told of, if it wants to know; return the update's number."""
        number = self._next
        self._next += 1
        if self._wanted(kind):
            self._put(
                Pending(number, json.dumps({"update_id": number, kind: told}, ensure_ascii=False), lane)
            )
        return number

    def push_raw(self, raw: Any, lane: int = 0) -> None:
        """Put anything into the queue as it is; without a number it is delivered once."""
        number = raw.get("update_id") if isinstance(raw, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            number = None
        else:
            self._next = max(self._next, number + 1)
        self._put(Pending(number, json.dumps(raw), lane))

    def push_text(self, body: str, lane: int = 0) -> None:
        """Put text that need not even be JSON into the queue; it is delivered once."""
        self._put(Pending(None, body, lane))

    def done(self, key: int) -> None:
        """Forget one that a webhook has taken."""
        self._waiting.pop(key, None)
        self._bell.ring()

    def drop(self) -> None:
        """Forget all."""
        self._waiting.clear()
        self._bell.ring()

    async def get(self, offset: int, limit: int, timeout: float) -> list[str]:  # noqa: ASYNC109 - Telegram's own word
        """Return what waits from `offset` on, and wait for it at most `timeout` seconds."""
        self.interrupt(
            "terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        self._forget(offset)
        if not self._waiting and timeout > 0:
            await self._sleep(timeout)
            self._forget(offset)
        return list(self._take(limit))

    def interrupt(self, reason: str | None) -> None:
        """End the long poll that waits, if there is one; without a `reason` as if nothing had come."""
        poll, self._poll = self._poll, None
        if poll is not None and not poll.done():
            if reason is None:
                poll.set_result(None)
            else:
                poll.set_exception(conflict(reason))

    async def drained(self, within: float = 10.0) -> None:
        """Wait until every update is confirmed."""
        if not await self._bell.until(lambda: not self._waiting, within):
            raise AssertionError(f"{len(self._waiting)} updates are not confirmed")

    def _wanted(self, kind: str) -> bool:
        return kind not in UNASKED if self.allowed is None else kind in self.allowed

    def _put(self, pending: Pending) -> None:
        self._keys += 1
        self._waiting[self._keys] = pending
        self.interrupt(None)
        self.arrived(self._keys, pending)

    def _forget(self, offset: int) -> None:
        """Forget what `offset` confirms: all before it, or all but the last ones if it is negative."""
        before = len(self._waiting)
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popitem(last=False)
        for key in self._confirmed(offset):
            del self._waiting[key]
        if len(self._waiting) != before:
            self._bell.ring()

    def _confirmed(self, offset: int) -> list[int]:
        confirmed = []
        for key, pending in self._waiting.items():
            if pending.number is None or pending.number >= offset:
                break
            confirmed.append(key)
        return confirmed

    def _take(self, limit: int) -> Iterator[str]:
        for key, pending in list(islice(self._waiting.items(), limit)):
            if pending.number is None:
                del self._waiting[key]
                self._bell.ring()
            yield pending.body

    async def _sleep(self, seconds: float) -> None:
        self._poll = poll = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(poll, seconds)
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None
