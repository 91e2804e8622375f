"""Messages on their way out: recorded with the effect that caused them, kept until they are sent."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Protocol

from bot.events import Chat, Document, Extract, Message
from bot.pacing import Pacing
from bot.patience import Patience
from bot.platforms.base import (
    GoneError,
    LaterError,
    MovedError,
    RefusedError,
    UnmadeError,
    UnreachableError,
    UnsureError,
)
from bot.questions import Questions
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.work import Unsent

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a platform that could not be reached is tried again; each time twice as long."""
LAST_WAIT = 1.5
"""Seconds that the database may take at the end."""
SOON = 0.05
"""Seconds within which messages that were sent are let go of together."""


class Sender(Protocol):
    """A platform, as far as sending goes."""

    async def send(self, chat: Chat, message: Message, delivery: int) -> str | None:
        """Send `message`, and return its id there; `delivery` is the same whenever the same message is sent again."""
        ...


@dataclass(frozen=True, slots=True)
class Finished:
    """A file of letters that may leave now, and what is said to others because of it."""

    document: Document
    told: tuple[Unsent, ...]


Finish = Callable[[Extract], Awaitable[Finished]]
"""Makes the letters that were asked for into a file; raises UnmadeError if nothing may leave."""


class Outbox:
    """Sends what the database holds for each platform, and lets go of it afterwards."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        finish: Finish | None = None,
    ) -> None:
        self._store = store
        self._senders = dict(senders)
        self._clock = clock
        self._sleep = sleep
        self._finish = finish
        self._repeatable: dict[str, float] = {}
        self._pacings: dict[str, Pacing] = {}
        self._last: dict[Chat, asyncio.Task[None]] = {}
        self._waiting: Counter[Chat] = Counter()
        self._given_up: set[int] = set()
        self._patience = Patience(store, clock, sleep)
        self._questions = Questions(store)
        self._lost: set[str] = set()
        self._sent: list[int] = []
        self._letting_go: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, waiting: Sequence[Unsent], at_once: bool = True) -> None:
        """Send `waiting` in order; a process killed in between sends again what it could not record as sent.

        That each is sent is recorded `at_once`, or shortly afterwards, together with whatever else is sent by then.
        """
        for one in waiting:
            await self._deliver(one)
            self._sent.append(one.id)
            if at_once:
                await self._let_go()
            elif self._letting_go is None or self._letting_go.done():
                self._letting_go = asyncio.create_task(self._let_go(SOON))

    async def _let_go(self, after: float = 0.0) -> None:
        """Delete what has been sent."""
        if after:
            await asyncio.sleep(after)
        while self._sent:
            sent, self._sent = self._sent, []
            try:
                async with self._store.work() as work:
                    await work.sent(sent)
                self._given_up.difference_update(sent)
            except StoreError as error:
                log.error("messages that were sent are sent once more after the next start: %s", error)
                self._sent = sent + self._sent  # or let go of with the next
                return

    def waiting(self, chat: Chat) -> int:
        """Return how many answers to `chat` are under way, in whatever topics or threads of it."""
        return self._waiting[chat.whole]

    def give_up(self, ids: Iterable[int]) -> None:
        """Send these messages no more; what is being written to the platform just now cannot be called back."""
        self._given_up.update(ids)

    def post(self, chat: Chat, sending: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Return the task that does `sending`, behind whatever is on its way to the same `chat` already."""
        task = asyncio.create_task(self._behind(self._last.get(chat), sending))
        self._last[chat] = task
        self._waiting[chat.whole] += 1
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, chat))
        return task

    async def resume(self) -> None:
        """Send what an earlier process recorded but did not send, each chat in order."""
        tasks = await self.pick_up()
        if tasks:  # whoever no longer waits for them lets them go on
            await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    async def connect(
        self, platform: str, sender: Sender, repeatable: float = math.inf, pacing: Pacing | None = None
    ) -> None:
        """Send to a platform from now on, first of all what an earlier process recorded for it but did not send.

        `repeatable` is for how many seconds it knows a message again that was sent before; `pacing` is broadcasts' too.
        """
        self._senders[platform] = sender
        if pacing:
            self._pacings[platform] = pacing
        self._repeatable[platform] = repeatable
        await self._patience.recall(platform)
        await self.pick_up(platform)

    async def pick_up(self, *platforms: str) -> list[asyncio.Task[None]]:
        """Begin to send what an earlier process recorded but did not send; return a task for each chat."""
        tasks = []
        for platform in platforms or self._senders:
            async with self._store.work() as work:
                if not self.knows(platform):
                    await work.may_have_arrived(platform)
                waiting = await work.unsent(platform)
            by_chat = sorted(waiting, key=lambda one: one.chat.id)
            for chat, messages in groupby(by_chat, key=lambda one: one.chat):
                tasks.append(self.post(chat, partial(self.send, tuple(messages))))
        return tasks

    async def drain(self, seconds: float) -> None:
        """Wait until everything on its way has arrived, at most so long; the rest is sent after the next start."""
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(TimeoutError):  # what is not let go of in time is sent once more
            async with asyncio.timeout(LAST_WAIT):
                if self._letting_go is not None:
                    await asyncio.wait([self._letting_go])
                await self._let_go()

    async def tell(self, chat: Chat, message: Message) -> None:
        """Send a message that could not be recorded."""
        await self._deliver(Unsent(0, chat, message, int(self._clock())))

    async def _behind(
        self, before: asyncio.Task[None] | None, sending: Callable[[], Awaitable[None]]
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        await sending()

    def _done(self, chat: Chat, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._waiting[chat.whole] -= 1
        if not self._waiting[chat.whole]:
            del self._waiting[chat.whole]
        if self._last.get(chat) is task:
            del self._last[chat]

    async def _deliver(self, one: Unsent) -> None:
        """Send one message, as often as it takes where it cannot have arrived; what can never arrive is given up."""
        pause = FIRST_PAUSE
        one = await self._with_letters(one)
        while one.id not in self._given_up:
            try:
                self._look_at_age(one)
                await self._send(one)
                self._lost.discard(one.chat.platform)
                return
            except LaterError as later:
                await self._patience.obey(one, later.seconds)
            except UnreachableError as error:
                if one.chat.platform not in self._lost:
                    log.warning("%s: messages wait until they can be sent (%s)", one.chat.platform, error)
                self._lost.add(one.chat.platform)
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            except UnmadeError as error:
                log.error("a message goes out without its file: %s", error)
                one = replace(one, message=_without_file(one.message))
            except MovedError as moved:
                one = await self._follow(one, moved.to)
            except GoneError:
                log.info("a message was given up: its chat is closed to us")
                await self._closed(one.chat)
                return
            except UnsureError:
                log.warning("whether a message arrived is not known; it is not sent again")
                return
            except RefusedError as refused:
                log.error("a message was refused: %s", refused)
                return

    async def _with_letters(self, one: Unsent) -> Unsent:
        """Return `one` with the file of letters that was asked for, which is made now and never recorded."""
        wanted = one.message.document and one.message.document.content
        if not isinstance(wanted, Extract) or one.id in self._given_up:
            return one
        try:
            if self._finish is None:
                raise UnmadeError("nobody here makes files of letters")
            finished = await self._finish(wanted)
        except UnmadeError as error:
            log.error("a message goes out without its file: %s", error)
            return replace(one, message=_without_file(one.message))
        self.start(finished.told)
        return replace(one, message=replace(one.message, document=finished.document))

    def start(self, waiting: Iterable[Unsent]) -> None:
        """Start to send what is recorded; what another process sends is left to that."""
        for one in waiting:
            if self.connected(one.chat.platform):
                self.post(one.chat, partial(self.send, (one,)))

    async def collect(self) -> None:
        """Start to send what commands of the terminal have left to this process."""
        async with self._store.work() as work:
            left = await work.collect()
        self.start(left)

    async def _send(self, one: Unsent) -> None:
        """Send one message; what shows a card takes the place of the message that showed it before."""
        await self._patience.wait(one.chat)
        message, card = one.message, one.message.card
        if card:
            message = replace(message, edits=await self._shown(card))
        send = partial(self._senders[one.chat.platform].send, one.chat, message, one.id)
        turn = partial(self._turn, one.chat)
        if one.asks:
            await self._questions.ask(one, turn, send, known=self.knows(one.chat.platform))
            return
        await turn()
        if one.id in self._given_up:
            return
        sent = await send()
        if card and sent and sent != message.edits:
            try:
                async with self._store.work() as work:
                    await work.set_card(card, sent)
            except StoreError as error:
                log.error("where a card is shown could not be recorded: %s", error)

    async def _turn(self, chat: Chat) -> None:
        """Wait until something may leave for `chat`, and count it."""
        if pacing := self._pacings.get(chat.platform):
            await pacing.reply(chat)

    async def _shown(self, card: str) -> str | None:
        try:
            async with self._store.work() as work:
                return await work.card(card)
        except StoreError as error:
            log.error("where a card is shown could not be read: %s", error)
            return None

    async def _closed(self, chat: Chat) -> None:
        """Send nothing more to a chat that is closed to us, unless somebody asks for it there."""
        try:
            async with self._store.work() as work:
                await work.gone(chat)
        except StoreError as error:
            log.error("that a chat is closed could not be recorded: %s", error)

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms to which messages are sent by this process."""
        return tuple(self._senders)

    def connected(self, platform: str) -> bool:
        """Return whether messages to that platform are sent by this process."""
        return platform in self._senders

    def knows(self, platform: str) -> bool:
        """Return whether that platform knows a message again that was sent before."""
        return self._repeatable.get(platform, math.inf) < math.inf

    def _look_at_age(self, one: Unsent) -> None:
        """Raise UnsureError where the platform may have forgotten that it has the message already."""
        if self._clock() - one.at > self._repeatable.get(one.chat.platform, math.inf):
            raise UnsureError

    async def _follow(self, one: Unsent, to: str) -> Unsent:
        """Return `one` as it goes to the chat's new id, to which everything still to be sent goes from now on.

        What it answers has stayed in the old chat.
        """
        chat = replace(one.chat, id=to)
        try:
            async with self._store.work() as work:
                await work.moved(one.chat, chat)
        except StoreError as error:
            log.error("a chat has moved, and that could not be recorded: %s", error)
        return replace(one, chat=chat, message=replace(one.message, answers=None))


def _without_file(message: Message) -> Message:
    """Return `message` without its file, and with the apology for that."""
    html = "\n\n".join(filter(None, (message.html, message.apology)))
    return replace(message, html=html, document=None, apology="")
