"""A platform of the test's own that broadcasts go to, and time that passes as fast as nobody needs it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.broadcasts import Broadcast, State
from bot.countries import Countries
from bot.events import Chat, Message
from bot.mailing import Mailing
from bot.messages import Messages
from bot.outbox import Outbox
from bot.pacing import Limits, Pacing
from bot.resources import templates
from bot.store.store import Store
from bot.telling import Telling
from tests.bot.store.followers import update
from tests.bot.store.people import ANNA, NOW, opened

MESSAGES = Messages(templates() / "messages", Countries())


class Time:
    """Time that stands still while anybody has something to do, and jumps when all only wait."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed."""
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + max(seconds, 0.0), next(self._numbers), woken))
        await woken

    async def passes(self) -> None:
        """Let it pass."""
        while True:
            await asyncio.sleep(0.0005)
            if self._sleepers:
                at, _, woken = heapq.heappop(self._sleepers)
                self.now = max(self.now, at)
                if not woken.done():
                    woken.set_result(None)


@dataclass
class Wire:
    """A platform that takes every message, unless `trouble` raises something else."""

    time: Callable[[], float]
    trouble: Callable[[Chat, Message, int], Awaitable[None]] | None = None
    got: list[tuple[float, Chat, Message]] = field(default_factory=list)
    """What has arrived, and when."""
    edits: list[float] = field(default_factory=list)
    """When a message was changed."""

    async def send(self, chat: Chat, message: Message, delivery: int) -> str | None:
        """Take a message."""
        await asyncio.sleep(0)
        if self.trouble:
            await self.trouble(chat, message, delivery)
        if message.edits:
            self.edits.append(self.time())
            return message.edits
        self.got.append((self.time(), chat, message))
        return str(len(self.got))

    def times(self) -> Counter[str]:
        """Return how often each chat has got something."""
        return Counter(chat.id for _, chat, _ in self.got)


class Dead:
    """The platform as it is for a process that has died: nothing reaches it."""

    async def send(self, chat: Chat, message: Message, delivery: int) -> str | None:
        """Take nothing."""
        raise asyncio.CancelledError


@dataclass
class Post:
    """A bot that sends broadcasts over a wire, and can be started again."""

    store: Store
    time: Time
    wire: Wire
    limits: Limits
    mailing: Mailing
    outbox: Outbox
    repeatable: float | None = None
    """For how many seconds the wire knows a message again, if it does at all."""

    async def start(self) -> None:
        """Start to send, as a new process does."""
        pacing = Pacing(self.limits, lambda chat: chat.id.startswith("-"), self.time, self.time.sleep)
        self.outbox = Outbox(self.store, {}, self.time, self.time.sleep)
        telling = Telling(self.store, self.outbox, MESSAGES, {"wire": self.limits.a_second}, self.time)
        self.mailing = Mailing(self.store, telling, self.time, self.time.sleep)
        await self.outbox.connect("wire", self.wire, pacing=pacing)
        await self.mailing.connect("wire", self.wire, pacing, self.repeatable)

    async def restart(self) -> None:
        """Stop in good order, and start again."""
        await self.stop()
        await self.start()

    async def crash(self) -> None:
        """Die at once, and start again: what became of what was under way is known to nobody."""
        claims = [one for one in asyncio.all_tasks() if "Mailing._start" in repr(one.get_coro())]
        for line in self.mailing._lines.values():
            line.sender = Dead()
        if claims:  # what is being written to the disk gets there, or does not
            await asyncio.wait(claims)
        dying = [*self.mailing._tasks, *self.mailing._sending, *self.outbox._tasks]
        for one in dying:
            one.cancel()
        await asyncio.gather(*dying, return_exceptions=True)
        await self.start()

    async def stop(self) -> None:
        """Stop in good order."""
        await self.mailing.stop()
        await self.outbox.drain(1)

    async def until(self, number: int, reached: Callable[[Broadcast], bool]) -> Broadcast:
        """Return a broadcast once it has come so far."""
        async with asyncio.timeout(20):
            while True:
                async with self.store.work() as work:
                    found = await work.broadcast(number)
                assert found
                if reached(found):
                    return found
                await asyncio.sleep(0.002)


@asynccontextmanager
async def posting(folder: Path, limits: Limits = Limits()) -> AsyncIterator[Post]:  # noqa: B008
    """Enter a bot that sends broadcasts, with its data in `folder`."""
    time = Time()
    passing = asyncio.create_task(time.passes())
    async with opened(folder, clock=time) as store:  # type: ignore[arg-type]
        wire = Wire(time)
        post = Post(store, time, wire, limits, None, None)  # type: ignore[arg-type]
        await post.start()
        try:
            yield post
        finally:
            await post.stop()
            passing.cancel()


def done(found: Broadcast) -> bool:
    """Return whether a broadcast has come to its end."""
    return found.state == State.DONE


async def started(post: Post, **terms: object) -> int:
    """Start a broadcast, and return its number."""
    async with post.store.work() as work:
        return await work.start_broadcast(ANNA, update(**terms))  # type: ignore[arg-type]
