"""What the homeserver has left out of what happened in a room: asked for page by page, and again later if need be."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from bot.platforms.base import LaterError, UndeliveredError
from bot.platforms.matrix_calls import LONGEST_PAUSE, SHORTEST_PAUSE, Calls, MatrixError, path
from bot.platforms.matrix_json import Json, items

log = logging.getLogger(__name__)

MOST_PAGES = 200
"""Pages that are read to fill a gap."""
PAGE = 100
"""Events that are asked for at once."""
TRIES = 6
"""How often a page is asked for before the room goes on without it."""
SOON, LATE = 60.0, 3600.0
"""Seconds after which what could not be had is asked for again; each time twice as long, up to the second."""


class Memory(Protocol):
    """What is remembered over a restart."""

    async def gaps(self) -> str:
        """Return what was last kept; nothing before that."""
        ...

    async def keep_gaps(self, gaps: str) -> None:
        """Keep which gaps are still to be filled."""
        ...


@dataclass(frozen=True, slots=True)
class Gap:
    """What happened in a room between `since` and `start`."""

    room: str
    start: str
    since: str


@dataclass(slots=True)
class _Turn:
    """When a gap is to be filled next, and how long to wait if that is in vain; None while somebody is at it."""

    at: float | None
    pause: float = field(default_factory=lambda: SOON)


class Gaps:
    """The gaps of all rooms."""

    def __init__(
        self,
        calls: Calls,
        memory: Memory,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._calls = calls
        self._memory = memory
        self._clock = clock
        self._sleep = sleep
        self._open: dict[Gap, _Turn] = {}

    async def recall(self) -> None:
        """Remember which gaps were open before the restart: it is their turn."""
        with suppress(ValueError, TypeError):  # what was not kept by this version
            self._open = {Gap(*told): _Turn(self._clock()) for told in json.loads(await self._memory.gaps())}

    async def fill(self, gap: Gap) -> list[Json]:
        """Return what has happened in a gap, in order; what cannot be had is left for later."""
        found, rest = await self._read(gap, TRIES)
        if rest:
            await self._replace(gap, rest, _Turn(self._clock() + SOON))
            log.warning(
                "Matrix: parts of rooms that cannot be read just now: %d; asked for later", len(self._open)
            )
        return found

    def due(self) -> list[Gap]:
        """Return the gaps whose turn it is; each is to be filled again, and then to be settled."""
        now = self._clock()
        found = [gap for gap, turn in self._open.items() if turn.at is not None and turn.at <= now]
        for gap in found:
            self._open[gap].at = None
        return found

    async def fill_again(self, gap: Gap) -> tuple[list[Json], Gap | None]:
        """Return what could not be had before, in order, and the part that still cannot."""
        return await self._read(gap, 1)

    async def settle(self, gap: Gap, rest: Gap | None) -> None:
        """Keep of a gap only the rest."""
        pause = min(2 * self._open[gap].pause, LATE)
        await self._replace(gap, rest, _Turn(self._clock() + pause, pause))

    async def _replace(self, gap: Gap, rest: Gap | None, turn: _Turn) -> None:
        self._open.pop(gap, None)
        if rest:
            self._open[rest] = turn
        await self._memory.keep_gaps(json.dumps([astuple(one) for one in self._open]))

    async def _read(self, gap: Gap, tries: int) -> tuple[list[Json], Gap | None]:
        """Return what has happened in a gap as far as it can be had, in order, and what is left of the gap."""
        found: list[Json] = []
        start = gap.start
        for _ in range(MOST_PAGES):
            try:
                page = await self._page(gap, start, tries)
            except UndeliveredError:
                return found[::-1], Gap(gap.room, start, gap.since)
            events = [event for event in items(page.get("chunk")) if isinstance(event, dict)]
            found += events
            start = str(page.get("end", ""))
            if not events or not start:
                break
        return found[::-1], None

    async def _page(self, gap: Gap, start: str, tries: int) -> Json:
        """Return a page; nothing if it is refused. UndeliveredError if the homeserver has it not, time and again."""
        question = urlencode({"dir": "b", "from": start, "to": gap.since, "limit": PAGE})
        pause, tried = SHORTEST_PAUSE, 0
        while True:
            try:
                return await self._calls.call("GET", f"{path('rooms', gap.room, 'messages')}?{question}")
            except MatrixError:
                return {}
            except LaterError as later:
                await self._sleep(later.seconds)
            except UndeliveredError:
                tried += not self._calls.away  # for then it has nothing of any room
                if tried >= tries:
                    raise
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
