"""Whatever organisers and readers do while broadcasts go out: nobody gets one twice, and the numbers add up."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.broadcasts import Broadcast, Content, Fate, State
from bot.events import Chat, Message
from bot.pacing import Limits
from bot.platforms.base import GoneError, LaterError, RefusedError, UnreachableError, UnsureError
from bot.store.work import Work
from tests.bot.mailings import Post, posting
from tests.bot.store.followers import ORGANISER, follow, numbered, update
from tests.bot.store.people import ANNA

T = TypeVar("T")
TROUBLES: tuple[Exception | None, ...] = (
    None,
    None,
    GoneError(),
    RefusedError("no"),
    UnsureError(),
    LaterError(2),
    UnreachableError("away"),
)
PASSING = (LaterError, UnreachableError)
"""Troubles that meet each message once."""


class Sending(RuleBasedStateMachine):
    """A bot that sends broadcasts, an organiser who steers them, and readers who come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ending = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.addressed: dict[int, int] = {}
        self.troubled: dict[str, Exception | None] = {}
        self.met: set[tuple[str, int]] = set()
        self.arrived: Counter[tuple[str, str]] = Counter()
        self.silent: Counter[tuple[str, str]] = Counter()
        self.closed: set[str] = set()
        """Chats that want nothing more, and to which nothing was under way when they said so."""
        self.leaving: set[str] = set()
        """Chats that want nothing more, to which something may be under way still."""
        self.answering = asyncio.Event()
        self.answering.set()
        self.under_way: list[Chat] = []
        """Chats that have got something just now, which the bot does not know yet."""
        self.taken: set[int] = set()
        """The messages that a platform knows again that knows any."""
        self.again: Counter[str] = Counter()
        """How often an organiser wanted the unknown of a broadcast to be sent again."""

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        """Return what comes of it."""
        return self.loop.run_until_complete(asyncio.wait_for(what, 30))

    @initialize(troubles=st.lists(st.sampled_from(TROUBLES), min_size=3, max_size=25), knows=st.booleans())
    def begin(self, troubles: list[Exception | None], knows: bool) -> None:
        """Let people follow, each of whom is reached in their own way; the platform knows messages again, or not."""
        chats = numbered("chat", range(len(troubles)))
        self.troubled = dict(zip(chats, troubles, strict=True))
        self.post: Post = self.do(
            self.ending.enter_async_context(posting(Path(self.folder.name), Limits(a_second=4)))
        )
        self.post.wire.trouble = self.trouble
        if knows:
            self.post.repeatable = 23 * 3600
            self.do(self.post.restart())
        self.do(follow(self.post.store, *chats))

    async def trouble(self, chat: Chat, message: Message, delivery: int) -> None:
        """Let a message meet what its chat is known for; keep that it has arrived."""
        if chat == ORGANISER:
            return
        assert chat.id not in self.closed, "somebody got a message who wanted no more"
        error = self.troubled.get(chat.id)
        if error and not (isinstance(error, PASSING) and (chat.id, delivery) in self.met):
            self.met.add((chat.id, delivery))
            if not isinstance(error, UnsureError):
                await self.answers(chat, delivery)
                raise error
            if not message.silent:
                self.arrives(chat, message, delivery)
                raise error
        self.arrives(chat, message, delivery)
        await self.answers(chat, delivery)

    async def answers(self, chat: Chat, delivery: int) -> None:
        """Let the platform's answer come later, sometimes."""
        if delivery % 3:
            self.under_way.append(chat)
            await self.post.time.sleep(0.5 * (delivery % 3))
            await self.answering.wait()
            self.under_way.remove(chat)

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Let something happen while what is under way is not answered."""
        self.answering.clear()
        yield
        self.answering.set()

    def arrives(self, chat: Chat, message: Message, delivery: int) -> None:
        """Count a message, unless the platform knows it again."""
        if self.post.repeatable is None or delivery not in self.taken:
            (self.silent if message.silent else self.arrived)[message.html, chat.id] += 1
        self.taken.add(delivery)

    async def worked(self, what: Any) -> Any:
        """Do something in the database, as a conversation does."""
        async with self.post.store.work() as work:
            return await what(work)

    async def found(self, number: int) -> Broadcast:
        """Return how a broadcast stands."""
        async with self.post.store.work() as work:
            found = await work.broadcast(number)
        assert found
        return found

    @rule()
    @precondition(lambda self: len(self.addressed) < 3)
    def start(self) -> None:
        """Start a broadcast."""

        async def what(work: Work) -> None:
            name = f"update {len(self.addressed)}"
            size = await work.audience(update().scope)
            number = await work.start_broadcast(ANNA, replace(update(), content=Content({"en": name}, "en")))
            self.addressed[number] = sum(size.values())

        self.do(self.worked(what))

    @rule(seconds=st.floats(0.1, 4))
    def time_passes(self, seconds: float) -> None:
        """Let something be sent."""
        self.do(self.post.time.sleep(seconds))

    def one_of_them(self, which: int) -> int:
        """Return the number of a broadcast that was started."""
        return sorted(self.addressed)[which % len(self.addressed)]

    @rule(which=st.integers(0, 2), to=st.sampled_from([State.PAUSED, State.RUNNING, State.CANCELLED]))
    @precondition(lambda self: self.addressed)
    def steer(self, which: int, to: State) -> None:
        """Pause one, go on with it, or cancel it."""
        number = self.one_of_them(which)
        with self.meanwhile():
            self.do(self.worked(lambda work: work.steer(number, to)))

    @rule(orderly=st.booleans())
    def restart(self, orderly: bool) -> None:
        """Start the bot again, after it has stopped in good order or was killed."""
        if orderly:
            self.do(self.post.restart())
        else:
            with self.meanwhile():
                self.do(self.post.crash())
        self.under_way.clear()
        self.closed |= self.leaving

    @rule(which=st.integers(0, 2), again=st.booleans())
    @precondition(lambda self: self.addressed)
    def settle(self, which: int, again: bool) -> None:
        """Decide on what is not known."""
        number = self.one_of_them(which)
        if self.do(self.worked(lambda work: work.settle(number, again))) and again:
            self.again[f"update {number - 1}"] += 1

    @rule(reader=st.integers(0, 24), erase=st.booleans(), idle=st.booleans())
    def leave(self, reader: int, erase: bool, idle: bool) -> None:
        """Let somebody stop the news, or have everything forgotten, while something is under way or nothing is."""
        chat = Chat("wire", f"chat{reader % len(self.troubled)}")
        if not idle and self.under_way:
            chat = self.under_way[reader % len(self.under_way)]

        async def what(work: Work) -> None:
            await (work.drop(chat) if erase else work.unsubscribe(chat))

        async def leaves() -> None:
            if idle:
                await self.post.stop()
            await self.worked(what)
            if erase:
                await self.post.store.purge()
            if idle:
                await self.post.start()

        with self.meanwhile() if not idle else nullcontext():
            self.do(leaves())
        (self.closed if idle else self.leaving).add(chat.id)

    @invariant()
    def nobody_gets_one_twice(self) -> None:
        """What was sent again by an organiser's decision came without a sound, each time once.

        Where the platform knows a message again, nobody gets one twice whatever is decided.
        """
        if hasattr(self, "post") and self.post.repeatable is not None:
            assert all(times == 1 for times in (self.arrived + self.silent).values())
        else:
            assert all(times == 1 for times in self.arrived.values()), self.arrived
            assert all(times <= self.again[html] for (html, _), times in self.silent.items()), self.silent

    @invariant()
    def it_adds_up(self) -> None:
        """Everybody who was addressed is counted, once."""
        for number, people in self.addressed.items():
            assert self.do(self.found(number)).people() == people

    def teardown(self) -> None:
        """Let everything come to its end, and see that the reports say what happened."""
        try:
            if hasattr(self, "post"):
                for number in self.addressed:
                    self.do(self.worked(lambda work, number=number: work.steer(number, State.RUNNING)))
                for number in self.addressed:
                    self.report(self.do(self.post.until(number, _ended)))
                self.nobody_gets_one_twice()
        finally:
            self.do(self.ending.aclose())
            self.loop.close()
            self.folder.cleanup()

    def report(self, found: Broadcast) -> None:
        """See that the numbers of a report are what happened."""
        name = found.terms.content.texts["en"]
        reached = {chat for html, chat in (*self.arrived, *self.silent) if html == name}
        assert not found.people(Fate.READY, Fate.SENDING)
        assert found.people() == self.addressed[found.id]
        assert (
            found.people(Fate.SENT) <= len(reached) <= found.people(Fate.SENT, Fate.UNKNOWN, Fate.CANCELLED)
        )


def _ended(found: Broadcast) -> bool:
    """Return whether it is over, and what was under way when it was cancelled has had its end too."""
    return found.state in (State.DONE, State.CANCELLED) and not found.people(Fate.SENDING)


Sending.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSending = Sending.TestCase
