"""What the author of a broadcast is told: one message that follows it along, and a report at the end."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.broadcasts import APPS, Broadcast, Fate, State
from bot.events import Reply
from bot.messages import Messages
from bot.outbox import Outbox
from bot.store.store import Store
from bot.store.work import Unsent, Work

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two changes of the message that follows a broadcast along."""


class Telling:
    """Keeps the authors of broadcasts informed, where they can be reached by this process."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        messages: Messages,
        pace: Mapping[str, float],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`pace` is how many messages a second each platform takes, where that is known."""
        self._store = store
        self._outbox = outbox
        self._messages = messages
        self._pace = pace
        self._clock = clock
        self._told: dict[int, tuple[float, object]] = {}

    async def reports(self, work: Work, done: Sequence[int]) -> tuple[Unsent, ...]:
        """Record what their authors are told of broadcasts that are done, and return it."""
        told: list[Unsent] = []
        for number in done:
            found = await work.broadcast(number)
            if found is not None and found.terms.told.id:
                told += await self._queue(
                    work, found, self._progress(found, quiet=False), f"broadcast {number}"
                )
                told += await self._queue(work, found, Reply("broadcast/report", counted(found)))
        return tuple(told)

    async def tell(self, reports: Sequence[Unsent], going: Collection[int], held: Collection[int]) -> None:
        """Send the reports, and change the messages that follow what is `going` out, or `held` in quiet hours."""
        for one in reports:
            self._send(one)
        now = self._clock()
        stopped = [n for n in self._told if n not in going and n not in held]
        due = [n for n in (*going, *held) if now - self._told.get(n, (-EVERY, None))[0] >= EVERY]
        for number in (*due, *stopped):
            await self._follow(number, now, quiet=number in held)
        for number in stopped:
            del self._told[number]

    async def _follow(self, number: int, now: float, *, quiet: bool) -> None:
        """Bring the message that follows a broadcast up to date, unless the last change is still on its way."""
        async with self._store.work() as work:
            found = await work.broadcast(number)
            if found is None or found.state == State.DONE or not found.terms.told.id:
                return
            chat = found.terms.told
            if not self._outbox.connected(chat.platform) or self._outbox.waiting(chat):
                return
            shown = (found.state, found.counts, found.waiting, quiet)
            if self._told.get(number, (0.0, None))[1] == shown:
                return
            self._told[number] = (now, shown)
            [queued] = await self._queue(
                work, found, self._progress(found, quiet=quiet), f"broadcast {number}"
            )
        self._send(queued)

    def _progress(self, found: Broadcast, *, quiet: bool) -> Reply:
        values = {"state": found.state.value, "quiet": quiet, "minutes": self._minutes(found)}
        return Reply("broadcast/progress", {**counted(found), **values})

    def _minutes(self, found: Broadcast) -> int:
        """Return how many minutes it still takes at the pace of the slowest platform, rounded up."""
        left = dict.fromkeys(self._pace, 0)
        for (platform, _, fate), people in found.counts.items():
            if fate in (Fate.READY, Fate.SENDING) and platform in left and platform not in found.waiting:
                left[platform] += people
        return max(
            (math.ceil(n / self._pace[name] / 60) for name, n in left.items() if self._pace[name]), default=0
        )

    async def _queue(
        self, work: Work, found: Broadcast, reply: Reply, card: str | None = None
    ) -> tuple[Unsent, ...]:
        language = self._messages.language(await work.language_of_author(found.author))
        message = replace(self._messages.render(reply, language), card=card)
        return await work.queue(found.terms.told, [message])

    def _send(self, one: Unsent) -> None:
        if self._outbox.connected(one.chat.platform):
            self._outbox.post(one.chat, partial(self._outbox.send, (one,)))


def counted(found: Broadcast) -> dict[str, object]:
    """Return what a message says of a broadcast in numbers."""
    fates = {fate.value: found.people(fate) for fate in Fate}
    open_ones = found.people(Fate.READY, Fate.SENDING)
    everybody = found.people()
    return {
        "name": found.id,
        "everybody": everybody,
        "over": everybody - open_ones,
        "unsettled": found.unsettled,
        "waiting": tuple((APPS.get(name, name), people) for name, people in found.waiting.items()),
        **fates,
    }
