"""What has happened in each room, on its way to its effect: in order there, and a slow room holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in all that has happened, by its number and by the token that the homeserver knows it by."""

    number: int
    token: str

    def then(self, token: str) -> Position:
        """Return the place that `token` stands for, which comes after this one."""
        return Position(self.number + 1, token)


BEGINNING = Position(0, "")


class Lanes:
    """A lane for each room in which something is under way."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Task[None]] = {}
        self._under_way: dict[asyncio.Task[None], Position] = {}
        self._failed: BaseException | None = None

    def put(self, room: str, since: Position, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` behind whatever is under way in `room`; it is told again from `since` if it comes to no end."""
        task = asyncio.create_task(_behind(self._last.get(room), work))
        self._last[room] = task
        self._under_way[task] = since
        task.add_done_callback(lambda done: self._done(room, done))

    def oldest(self) -> Position | None:
        """Return from where to ask so that all that is under way is told again; None if nothing is."""
        return min(self._under_way.values(), default=None)

    async def at_most(self, number: int) -> None:
        """Wait until no more than `number` pieces of work are under way; raises what one of them failed with."""
        while len(self._under_way) > number and not self._failed:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        if self._failed:
            raise self._failed

    async def end(self, seconds: float) -> None:
        """Wait at most so long until all is done, and leave the rest."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        for task in list(self._under_way):
            task.cancel()

    def _done(self, room: str, task: asyncio.Task[None]) -> None:
        if self._last.get(room) is task:
            del self._last[room]
        if task.cancelled():
            return
        self._failed = self._failed or task.exception()
        if not self._failed:
            del self._under_way[task]


async def _behind(before: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]) -> None:
    if before is not None:
        await asyncio.wait([before])
    await work()
