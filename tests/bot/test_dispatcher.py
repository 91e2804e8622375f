"""The way of an event: in order, exactly once, and with the truth about what was recorded."""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.conversation import Conversations
from bot.dialogue import Answers, Dialogue, Done
from bot.dispatcher import TRIES, Dispatcher
from bot.events import Chat, Event, Message, Person, Phrase, Reply
from bot.outbox import Outbox
from bot.platforms.base import Handle, plain_text
from bot.steps import Question, Refused, Step
from bot.store.store import Store
from bot.store.work import Work
from tests.door import KEY, NOW, Wire, door_to, furnished, open_door

SORRY = "Something went wrong on my side"


@dataclass
class Slow(Wire):
    """A platform on which the first message to one chat waits until it is let go."""

    slow: Chat = field(default_factory=lambda: Chat("wire", "nobody"))
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        if chat == self.slow:
            self.begun += 1
            self.reached.set()
            if self.begun == 1:
                await self.gate.wait()
        await super().send(chat, message, delivery)


@dataclass
class Broken(Wire):
    """A platform that takes some messages and then fails, as if the process had been killed there."""

    left: int = 0
    deliveries: list[int] = field(default_factory=list)

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        if not self.left:
            raise ConnectionError
        self.left -= 1
        self.deliveries.append(delivery)
        await super().send(chat, message, delivery)


@dataclass
class Everybody:
    """Many people at the same bot."""

    store: Store
    wire: Wire
    handle: Handle
    count: int = 0

    def event(self, who: str, words: str, command: str | None = None) -> Event:
        """Return an event that never was before: `who` says `words` in private."""
        self.count += 1
        return Event(f"{who}-{self.count}", Person("wire", who), Chat("wire", who), NOW, words, command)

    async def say(self, who: str, words: str, command: str | None = None) -> None:
        """Let `who` say something."""
        await self.handle(self.event(who, words, command))

    def heard(self, who: str) -> list[str]:
        """Return the first line of everything that was said to `who`."""
        return [plain_text(m.html).splitlines()[0] for chat, m in self.wire.sent if chat.id == who]


@asynccontextmanager
async def everybody(
    folder: Path, wire: Wire, talks: Conversations[str, Work] | None = None
) -> AsyncIterator[Everybody]:
    """Enter a bot that sends through `wire`; with `talks`, it knows those conversations instead of the real ones."""
    store = await Store.open(folder / "solidarity.db", KEY, NOW.timestamp, patience=0.05)
    world, messages = furnished()
    handle = door_to(store, world, messages, platform=wire).dispatcher.handle
    if talks:
        handle = Dispatcher(talks, messages, store, Outbox(store, {wire.name: wire})).handle
    try:
        yield Everybody(store, wire, handle)
    finally:
        await store.close()


async def test_a_slow_chat_delays_nobody_else(tmp_path: Path) -> None:
    """While one answer cannot leave, everybody else is answered."""
    wire = Slow(slow=Chat("wire", "slow"))
    async with everybody(tmp_path, wire) as people:
        waiting = asyncio.create_task(people.say("slow", "", "help"))
        others = [people.say(f"quick {n}", "", "help") for n in range(20)]
        await asyncio.wait_for(asyncio.gather(*others), 30)
        assert [people.heard(f"quick {n}") for n in range(20)] == [["What I can do"]] * 20
        assert not waiting.done()
        wire.gate.set()
        await waiting
        assert people.heard("slow") == ["What I can do"]


async def test_one_chat_is_answered_strictly_in_order(tmp_path: Path) -> None:
    """What is said while an answer is on its way waits its turn, and nothing overtakes anything."""
    wire = Slow(slow=Chat("wire", "slow"))
    async with everybody(tmp_path, wire) as people:
        said = [("", "letter"), ("2", None), ("1", None), ("1", None), ("1", None), ("GB", None)]
        waiting = [asyncio.create_task(people.say("slow", *one)) for one in said]
        await asyncio.wait_for(wire.reached.wait(), 30)
        assert wire.begun == 1
        wire.gate.set()
        await asyncio.gather(*waiting)
        assert [line.split()[0] for line in people.heard("slow")] == [
            "Which",
            "What",
            "This",
            "Who",
            "Which",
            "What",
        ]


async def test_two_people_in_one_chat_have_two_conversations(tmp_path: Path) -> None:
    """What one answers is not an answer of the other."""
    async with everybody(tmp_path, Wire()) as people:
        for who in ("ada", "eve"):
            event = replace(people.event(who, "", "letter"), chat=Chat("wire", "group"))
            await people.handle(event)
        await people.handle(replace(people.event("ada", "2"), chat=Chat("wire", "group")))
        await people.handle(replace(people.event("eve", "1"), chat=Chat("wire", "group")))
        assert people.heard("group")[2:] == ["What kind of letter?", people.heard("group")[3]]
        assert people.heard("group")[3].startswith("This appeal is historical: it dates from January")


async def test_an_event_that_arrives_twice_has_one_effect(tmp_path: Path) -> None:
    """The second arrival is neither answered nor recorded, whether it comes later or at the same moment."""
    async with everybody(tmp_path, Wire()) as people:
        handle = people.handle
        for words, command in (("", "letter"), ("2", None), ("1", None), ("1", None), ("1", None)):
            event = people.event("ada", words, command)
            await asyncio.gather(handle(event), handle(event), handle(event))
        await handle(event)
        assert len(people.heard("ada")) == 5
        assert people.heard("ada")[-1].startswith("Which country")


async def test_the_same_id_on_another_platform_is_another_event(tmp_path: Path) -> None:
    """Ids are unique on their platform only."""
    async with everybody(tmp_path, Wire()) as people:
        event = people.event("ada", "", "help")
        await people.handle(event)
        await people.handle(replace(event, person=Person("other", "ada")))
        await people.handle(event)
        assert len(people.heard("ada")) == 2


# --- what fails


@dataclass
class Moody:
    """A conversation's end that writes, and then fails whenever it is told to."""

    fails: bool = True
    tries: int = 0

    async def __call__(self, event: Event, answers: Answers, world: str, work: Work) -> Done:
        self.tries += 1
        await work.set_language(event.person, "en")
        if self.fails:
            raise KeyError(f"something private: {answers['name']}")
        return Done((Reply("privacy/kept"),))


def moody(moods: Moody) -> Conversations[str, Work]:
    """Return conversations of which the only one asks for a name, and ends as `moods` says."""
    return Conversations([Dialogue("letter", Phrase("Write"), moods, _name)], "world")


def _name(answers: Answers, world: str) -> Iterator[Step]:
    yield Question("name", Reply("questions/ask", {"type": "name", "ask": None, "warned": False}), _any)


def _any(words: str) -> str | Refused:
    return words


def rows(folder: Path, table: str) -> list[str]:
    """Return what stands in a table of the database, each row as SQL."""
    with closing(sqlite3.connect(folder / "solidarity.db")) as database:
        return [line for line in database.iterdump() if line.startswith(f'INSERT INTO "{table}"')]


async def test_a_conversation_that_fails_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """There is one apology, the question stands, nothing is recorded, and the log repeats nobody's words."""
    moods = Moody()
    async with everybody(tmp_path, Wire(), moody(moods)) as people:
        await people.say("ada", "", "letter")
        before = rows(tmp_path, "conversation")
        with caplog.at_level(logging.DEBUG):
            await people.say("ada", "Ada Lovelace")
        assert len(people.heard("ada")) == 2
        assert people.heard("ada")[1].startswith(SORRY)
        assert rows(tmp_path, "conversation") == before
        assert rows(tmp_path, "person") == rows(tmp_path, "delivery") == []
        assert "KeyError" in caplog.text
        assert "private" not in caplog.text
        assert "Lovelace" not in caplog.text
        moods.fails = False
        await people.say("ada", "Ada Lovelace")
        assert people.heard("ada")[2:] == ["All right, everything stays as it is."]
        assert rows(tmp_path, "conversation") == []
        assert len(rows(tmp_path, "person")) == 1


async def test_an_event_that_fails_again_and_again_is_set_aside(tmp_path: Path) -> None:
    """It was tried three times, and is apologised for once; when it comes again, it has no effect and no answer."""
    moods = Moody()
    async with everybody(tmp_path, Wire(), moody(moods)) as people:
        await people.say("ada", "", "letter")
        event = people.event("ada", "Ada")
        await people.handle(event)
        assert moods.tries == TRIES
        apologies = [said for said in people.heard("ada") if said.startswith(SORRY)]
        assert len(apologies) == 1
        moods.fails = False
        heard = len(people.heard("ada"))
        await people.handle(event)
        assert len(people.heard("ada")) == heard
        await people.say("ada", "Ada")
        assert people.heard("ada")[-1] == "All right, everything stays as it is."


PLEDGE = ("/pledge", "2", "1", "1", "DE", "2", "1")


async def test_a_pledge_that_cannot_be_recorded_is_never_said_to_be(tmp_path: Path) -> None:
    """The database refuses the last step: there is an apology, nothing is kept of it, and a repetition works."""
    async with open_door(tmp_path) as door:
        for words in PLEDGE:
            question = await door.say(words)
        with closing(sqlite3.connect(tmp_path / "solidarity.db")) as database:
            database.execute(
                "CREATE TRIGGER full BEFORE INSERT ON pledge_way BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
            answer = await door.say("1")
            assert answer.startswith(SORRY)
            assert "Recorded" not in answer
            assert rows(tmp_path, "pledge") == rows(tmp_path, "delivery") == []
            assert len(rows(tmp_path, "conversation")) == 1
            database.execute("DROP TRIGGER full")
        assert (await door.say("/pledge")).endswith(question)
        assert (await door.say("1")).startswith("Recorded")
        assert len(rows(tmp_path, "pledge")) == 1


async def test_what_is_erased_is_never_said_to_be_still_there(tmp_path: Path) -> None:
    """The database erases, but cannot record the confirmation: that is said all the same, and is true."""
    async with open_door(tmp_path) as door:
        for words in (*PLEDGE, "1", "/letter", "/forget"):
            await door.say(words)
        with closing(sqlite3.connect(tmp_path / "solidarity.db")) as database:
            database.execute(
                "CREATE TRIGGER full BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
            assert (await door.say("yes")).startswith("It is ")
            assert len(door.last) == 1
            database.execute("DROP TRIGGER full")
        assert rows(tmp_path, "pledge") == rows(tmp_path, "conversation") == []
        assert (await door.say("/help")).startswith("What I can do")


async def test_a_database_that_is_busy_is_said_to_be_no_record(tmp_path: Path) -> None:
    """While another program writes, each event gets an apology; the same words work once it is done."""
    async with everybody(tmp_path, Wire()) as people:
        for words, command in (("", "letter"), ("2", None)):
            await people.say("ada", words, command)
        with closing(sqlite3.connect(tmp_path / "solidarity.db", isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            await people.say("ada", "1")
            database.execute("ROLLBACK")
        await people.say("ada", "1")
        assert people.heard("ada")[1] == "What kind of letter?"
        assert people.heard("ada")[2].startswith(SORRY)
        assert people.heard("ada")[3].startswith("This appeal is historical")


async def test_a_closed_database_is_said_too(tmp_path: Path) -> None:
    """Without any database each event gets an apology, and none an answer."""
    async with open_door(tmp_path) as door:
        await door.store.close()
        for words in ("/letter", "/help", "hello"):
            assert (await door.say(words)).startswith(SORRY)
            assert len(door.last) == 1


# --- what was not sent


async def test_what_was_recorded_but_not_sent_is_sent_at_the_next_start(tmp_path: Path) -> None:
    """A process ends between effect and answer: the next one sends every answer, in order, as the same delivery."""
    async with everybody(tmp_path, Broken()) as people:
        for words, command in (("", "help"), ("99", "sent")):
            with pytest.raises(ConnectionError):
                await people.say("ada", words, command)
    broken = Broken(left=2)
    async with everybody(tmp_path, broken) as people:
        with pytest.raises(ConnectionError):
            await Outbox(people.store, {"wire": broken}).resume()
        assert people.heard("ada") == ["What I can do", "There is no pledge with that number."]
    whole = Broken(left=99)
    async with everybody(tmp_path, whole) as people:
        outbox = Outbox(people.store, {"wire": whole})
        await outbox.resume()
        heard = [
            "What I can do",
            "There is no pledge with that number.",
            "You have not pledged a letter yet.",
        ]
        assert [line[: len(start)] for line, start in zip(people.heard("ada"), heard, strict=True)] == heard
        assert whole.deliveries[:2] == broken.deliveries
        await outbox.resume()
        assert len(whole.sent) == 3


async def test_what_waits_for_another_platform_goes_on_waiting(tmp_path: Path) -> None:
    """Only what its own platform can send is sent."""
    async with everybody(tmp_path, Broken()) as people:
        with pytest.raises(ConnectionError):
            await people.say("ada", "", "help")
        await Outbox(people.store, {"other": Wire("other")}).resume()
        whole = Wire()
        await Outbox(people.store, {"wire": whole}).resume()
        assert [plain_text(message.html)[:13] for _, message in whole.sent] == ["What I can do"]


async def test_nothing_is_remembered_of_a_chat_once_it_is_answered(tmp_path: Path) -> None:
    """Whoever has been answered costs no memory: there is a lock only for those who are being answered just now."""
    async with everybody(tmp_path, Wire()) as people:
        await people.say("ada", "", "help")
        before = locks()
        await asyncio.gather(*(people.say(f"{n % 7}", "", "help") for n in range(30)))
        assert locks() == before


def locks() -> int:
    """Return how many locks there are."""
    gc.collect()
    return sum(isinstance(thing, asyncio.Lock) for thing in gc.get_objects())
