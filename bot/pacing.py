"""The pace at which a platform is written to: so many messages a second, so many a minute to a group; replies first."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.events import Chat

SPAN = 1.02
"""Seconds in which no more than a second's messages leave: what leaves evenly may arrive a little less so."""
EVEN = 1.02
"""Seconds over which a second's messages of a broadcast are spread."""
LATE = 0.25
"""Seconds by which a broadcast that fell behind may hurry."""
MINUTE = 61.0
GROUPS = 10_000
"""Groups whose pace is remembered, the latest."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many messages a platform takes; 0 is no limit."""

    a_second: int = 0
    a_minute_in_a_group: int = 0
    at_once: int = 100
    """Messages of broadcasts that are being sent, or sent and not yet recorded: what a crash leaves unknown at most."""


@dataclass(slots=True)
class _Departure:
    """When a message left; of one that has its turn, and is being claimed, when it got that."""

    at: float


class Pacing:
    """Lets messages leave: those of broadcasts one after the other, and replies in between, ahead of them.

    A reply waits while a broadcast takes up the second, and in a group that has had its messages of this minute.
    """

    def __init__(
        self,
        limits: Limits,
        in_group: Callable[[Chat], bool] = lambda chat: False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.limits = limits
        self._in_group = in_group
        self._clock = clock
        self._sleep = sleep
        self._left: deque[_Departure] = deque(maxlen=limits.a_second or 1)
        self._turn = _Departure(0.0)
        self._groups: OrderedDict[str, deque[float]] = OrderedDict()
        self._next = 0.0
        self._broadcast_at = -SPAN
        self._replies = 0
        self._broadcast_waits = False

    async def reply(self, chat: Chat) -> None:
        """Wait until a reply may leave for `chat`, and count it."""
        while (held := self._held_for(chat)) > 0 or self._second_is_full:
            if held > 0:
                await self._sleep(held)
            else:
                await self._next_second()
        self._count(chat)

    async def turn(self, most: int) -> int:
        """Wait until messages of a broadcast may leave, and return how many, up to `most`; they count as leaving."""
        if not self.limits.a_second:
            return most
        self._broadcast_waits = True
        try:
            while (wait := self._wait()) > 0:
                await self._sleep(wait)
        finally:
            self._broadcast_waits = False
        now = self._clock()
        self._next = max(self._next, now - LATE) + EVEN / self.limits.a_second
        self._broadcast_at = now
        self._turn = _Departure(now)
        self._left.append(self._turn)
        return 1

    def leaves(self, chat: Chat) -> None:
        """Count a message of a broadcast that leaves now, and had its turn."""
        if self.limits.a_second:
            self._turn.at = self._broadcast_at = self._clock()
        self._count_in_group(chat)

    def held(self, chat: Chat) -> bool:
        """Return whether `chat` is a group that has had its messages of this minute."""
        return self._held_for(chat) > 0

    @property
    def full_groups(self) -> int:
        """How many groups may be held, at most."""
        return sum(len(times) == self.limits.a_minute_in_a_group for times in self._groups.values())

    @property
    def _broadcasts(self) -> bool:
        """Whether a broadcast goes out."""
        return self._broadcast_waits or self._clock() - self._broadcast_at < SPAN

    @property
    def _second_is_full(self) -> bool:
        """Whether a reply has to wait for its second."""
        return self._broadcasts and self._full_for() > 0

    async def _next_second(self) -> None:
        """Let a reply wait for its second, ahead of broadcasts."""
        self._replies += 1
        try:
            await self._sleep(self._full_for())
        finally:
            self._replies -= 1

    def _wait(self) -> float:
        """Return the seconds until a broadcast goes on; replies that wait for their second go first."""
        behind = EVEN / self.limits.a_second if self._replies else 0.0
        return max(self._next - self._clock(), self._full_for(), behind)

    def _full_for(self) -> float:
        """Return the seconds for which nothing more may leave."""
        if not self.limits.a_second or len(self._left) < self.limits.a_second:
            return 0.0
        return self._left[0].at + SPAN - self._clock()

    def _held_for(self, chat: Chat) -> float:
        """Return the seconds for which nothing more may leave for `chat`, if that is a group."""
        times = self._groups.get(chat.whole.id)
        if times is None or len(times) < self.limits.a_minute_in_a_group:
            return 0.0
        return times[0] + MINUTE - self._clock()

    def _count(self, chat: Chat) -> None:
        if self.limits.a_second:
            self._left.append(_Departure(self._clock()))
        self._count_in_group(chat)

    def _count_in_group(self, chat: Chat) -> None:
        if not self.limits.a_minute_in_a_group or not self._in_group(chat):
            return
        most = self.limits.a_minute_in_a_group
        times = self._groups.setdefault(chat.whole.id, deque(maxlen=most))
        times.append(self._clock())
        self._groups.move_to_end(chat.whole.id)
        if len(self._groups) > GROUPS:
            self._groups.popitem(last=False)
