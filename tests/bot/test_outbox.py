"""Messages on their way out: each is sent at least once, in order, and let go of when it is."""

import asyncio
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Chart, Chat, Document, Draft, Message, Page, Press, ShownButton
from bot.outbox import SOON, Outbox
from bot.platforms.base import LaterError, file_for
from bot.store.store import Store
from bot.store.wording import dump, parse
from tests.bot.store.people import Clock, count, database, looking, opened, python
from tests.papers import PAGE, SECRET, Printer, printer

__all__ = ["printer"]

CHAT = Chat("wire", "4815162342")

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.events import Chat, Message
from bot.outbox import Outbox
from bot.store.store import Store

class Deadly:
    async def send(self, chat, message, delivery):
        print(delivery, flush=True)
        if delivery == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

async def main():
    store = await Store.open(Path(sys.argv[1]), "a key for tests only, of more than 32 characters")
    async with store.work() as work:
        waiting = await work.queue(Chat("wire", "1"), [Message(word) for word in ("one", "two", "three")])
    await Outbox(store, {"wire": Deadly()}).send(waiting)

asyncio.run(main())
"""
"""A bot that is killed in the moment in which it has sent a certain message."""


@dataclass
class Wire:
    """A platform that keeps what it is given, and may be cut from a certain message on."""

    cut_at: int | None = None
    sent: list[tuple[str, str, int]] = field(default_factory=list)

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Keep the message, or fail."""
        if self.cut_at is not None and len(self.sent) >= self.cut_at:
            raise ConnectionError("the wire is cut")
        self.sent.append((chat.id, message.html, delivery))

    @property
    def words(self) -> list[str]:
        """What was said."""
        return [words for _, words, _ in self.sent]


async def said(store: Store, *words: str, chat: Chat = CHAT) -> list[int]:
    """Record that `words` are to be said, and return their ids."""
    async with store.work() as work:
        return [one.id for one in await work.queue(chat, [Message(word) for word in words])]


async def test_what_waits_is_sent_in_order_and_let_go(tmp_path: Path) -> None:
    """Recorded messages reach the platform in order, each with an id of its own, and wait no longer."""
    wire = Wire()
    async with opened(tmp_path) as store:
        async with store.work() as work:
            waiting = await work.queue(CHAT, [Message(word) for word in ("one", "two")])
        await Outbox(store, {"wire": wire}).send(waiting)
        assert wire.sent == [
            (CHAT.id, word, one.id) for word, one in zip(("one", "two"), waiting, strict=True)
        ]
        assert await count(store) == 0


async def test_what_an_earlier_process_left_is_sent(tmp_path: Path) -> None:
    """Messages that were recorded and not sent are sent after the next start, once."""
    wire = Wire()
    async with opened(tmp_path) as store:
        ids = await said(store, "one", "two")
    for _ in range(2):
        async with opened(tmp_path) as store:
            await Outbox(store, {"wire": wire}).resume()
    assert wire.sent == [(CHAT.id, "one", ids[0]), (CHAT.id, "two", ids[1])]


async def test_a_killed_process_sends_again_with_the_same_id(tmp_path: Path) -> None:
    """What a killed process could not record as sent is sent once more, with its id; what it could is not."""
    with python(KILLED, database(tmp_path), "2") as first:
        output, complaint = first.communicate(timeout=60)
    assert (first.returncode, output.split()) == (-signal.SIGKILL, ["1", "2"]), complaint
    wire = Wire()
    async with opened(tmp_path) as store:
        await Outbox(store, {"wire": wire}).resume()
        assert await count(store) == 0
    assert wire.sent == [("1", "two", 2), ("1", "three", 3)]


async def test_a_cut_wire_loses_nothing(tmp_path: Path) -> None:
    """If the platform cannot be reached, the error is told, and what was not sent waits."""
    wire = Wire(cut_at=1)
    async with opened(tmp_path) as store:
        await said(store, "one", "two", "three")
        with pytest.raises(ConnectionError):
            await Outbox(store, {"wire": wire}).resume()
        wire.cut_at = None
        await Outbox(store, {"wire": wire}).resume()
        assert wire.words == ["one", "two", "three"]
        assert await count(store) == 0


async def test_each_platform_sends_its_own(tmp_path: Path) -> None:
    """Messages go to the platform of their chat; those of a platform that is not running wait for it."""
    one, two = Wire(), Wire()
    async with opened(tmp_path) as store:
        await said(store, "to one")
        await said(store, "to two", chat=Chat("two", "2"))
        await said(store, "to three", chat=Chat("three", "3"))
        await Outbox(store, {"wire": one, "two": two}).resume()
        assert (one.words, two.words) == (["to one"], ["to two"])
        three = Wire()
        await Outbox(store, {"three": three}).resume()
        assert three.sent[0][:2] == ("3", "to three")


async def test_a_sent_message_is_no_failure_if_it_cannot_be_let_go(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """If the database is in use just then, people have their answer, and may have it twice; the log says why."""
    wire = Wire()
    async with opened(tmp_path, patience=0.01) as store:
        async with store.work() as work:
            waiting = await work.queue(CHAT, [Message("my own words")])
        outbox = Outbox(store, {"wire": wire})
        with looking(store.path) as other:
            other.execute("BEGIN IMMEDIATE")
            await outbox.send(waiting)
        assert "another program is using it" in caplog.text
        assert "my own words" not in caplog.text
        await outbox.resume()
        assert [delivery for *_, delivery in wire.sent] == [waiting[0].id] * 2
        assert await count(store) == 0


async def test_what_cannot_be_recorded_can_be_told(tmp_path: Path) -> None:
    """A message about a failure is sent without the database."""
    wire = Wire()
    async with opened(tmp_path) as store:
        outbox = Outbox(store, {"wire": wire})
        with looking(store.path) as other:
            other.execute("BEGIN IMMEDIATE")
            await outbox.tell(CHAT, Message("not recorded"))
            await outbox.send(())
        assert wire.words == ["not recorded"]
        assert await count(store) == 0


async def test_what_is_sent_while_the_database_is_busy_is_let_go_of_too(tmp_path: Path) -> None:
    """Messages that are sent while others are being let go of do not wait for somebody else's answer."""
    wire = Wire()
    async with opened(tmp_path) as store:
        outbox = Outbox(store, {"wire": wire})
        async with store.work() as work:
            first = await work.queue(CHAT, [Message("one")])
            second = await work.queue(CHAT, [Message("two")])
        await outbox.send(first, at_once=False)
        async with store.work():  # the database is busy, and what is let go of waits for its turn
            await asyncio.sleep(2 * SOON)
            await outbox.send(second, at_once=False)
        await asyncio.sleep(4 * SOON)
        assert await count(store) == 0


async def test_what_could_not_be_let_go_of_goes_with_the_next(tmp_path: Path) -> None:
    """A database in use at the wrong moment leaves nothing behind for good."""
    wire = Wire()
    async with opened(tmp_path, patience=0.01) as store:
        outbox = Outbox(store, {"wire": wire})
        async with store.work() as work:
            first = await work.queue(CHAT, [Message("one")])
            second = await work.queue(CHAT, [Message("two")])
        with looking(store.path) as other:
            other.execute("BEGIN IMMEDIATE")
            await outbox.send(first)
        await outbox.send(second)
        assert await count(store) == 0


async def test_what_is_given_up_is_sent_no_more(tmp_path: Path) -> None:
    """A message that waits to be sent again is not, once it is given up."""
    gate = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await gate.wait()

    class Busy(Wire):
        async def send(self, chat: Chat, message: Message, delivery: int) -> None:
            await super().send(chat, message, delivery)
            raise LaterError(30)

    wire = Busy()
    async with opened(tmp_path) as store:
        outbox = Outbox(store, {"wire": wire}, sleep=sleep)
        async with store.work() as work:
            waiting = await work.queue(CHAT, [Message("my name")])
        task = outbox.post(CHAT, lambda: outbox.send(waiting))
        await asyncio.sleep(0.01)
        assert outbox.waiting(CHAT) == 1
        outbox.give_up([waiting[0].id])
        gate.set()
        await task
        assert wire.words == ["my name"]
        assert outbox.waiting(CHAT) == 0


async def test_what_is_given_up_while_its_chat_is_left_in_peace(tmp_path: Path) -> None:
    """A message that waits because an earlier process was asked to be patient is not sent once it is given up."""
    gate, wire, clock = asyncio.Event(), Wire(), Clock()

    async def sleep(seconds: float) -> None:
        await gate.wait()

    async with opened(tmp_path, clock=clock) as store:
        async with store.work() as work:
            [one] = await work.queue(CHAT, [Message("my name")])
            await work.note_waits("wire", {one.id: clock() + 3600})
        outbox = Outbox(store, {}, clock, sleep)
        await outbox.connect("wire", wire)
        await asyncio.sleep(0.01)
        outbox.give_up([one.id])
        gate.set()
        await outbox.drain(5)
        assert not wire.words


async def test_what_a_platform_may_have_forgotten_is_not_repeated(tmp_path: Path) -> None:
    """A message that may have been sent long ago is sent again only while the platform knows it for a repetition."""
    wire, clock = Wire(), Clock()
    async with opened(tmp_path, clock=clock) as store:
        await said(store, "old")
        clock.now += 3600
        await said(store, "young")
        clock.now += 100
        outbox = Outbox(store, {}, clock)
        await outbox.connect("wire", wire, repeatable=3600)
        await outbox.drain(5)
        assert wire.words == ["young"]
        assert await count(store) == 0


words = st.text(st.characters(codec="utf-8"))
presses = st.none() | st.builds(Press, words, words, words)
buttons = st.builds(
    ShownButton,
    words,
    presses,
    st.none() | st.integers(0, 99),
    st.none() | words,
    st.none() | st.booleans(),
    st.booleans(),
    st.none() | words,
    st.booleans(),
)
several = st.lists(words, max_size=3).map(tuple)
pages = st.builds(
    Page, words, st.sampled_from(["a4", "us-letter"]), several, several, words, words, words, words
)
numbers = st.lists(st.integers(0), max_size=3).map(tuple)
charts = st.builds(
    Chart,
    words,
    st.sampled_from(["sorts", "time"]),
    words,
    words,
    several,
    numbers,
    numbers,
    st.tuples(words, words),
)
drafts = st.builds(Draft, several, several, words, words)
files = st.builds(Document, words, pages | drafts | charts)
said_with = st.lists(buttons, max_size=3).map(tuple), st.none() | words, st.none() | words
messages = st.builds(Message, words, *said_with) | st.builds(Message, words, *said_with, files, words, words)


@given(message=messages)
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    """Whatever is to be said comes out of the database as it went in, with its buttons and what its file is made of."""
    assert parse(dump(message)) == message


@pytest.mark.parametrize("row", ['["Hello.",[],null]', '["Hello.",[],null,null]'])
def test_what_an_earlier_version_wrote(row: str) -> None:
    """Messages that wait since before the bot could send files are still read."""
    assert parse(row) == Message("Hello.")


@pytest.mark.parametrize("more", ["", ",null"])
def test_what_an_earlier_version_wrote_of_a_file(more: str) -> None:
    """A file that waits since before it was known in which language to speak of it is still sent."""
    message = Message("Here.", document=PAGE, apology="Sorry.")
    assert parse(dump(message).replace(', null, ""]', f"{more}]")) == message
    assert dump(message).endswith(', null, ""]')


async def test_a_file_that_cannot_be_made(
    tmp_path: Path, printer: Printer, caplog: pytest.LogCaptureFixture
) -> None:
    """The message goes out once without it, and with the apology; the log hears of it, but not a word of the file."""

    class Bringing(Wire):
        async def send(self, chat: Chat, message: Message, delivery: int) -> None:
            assert await file_for(message) is None
            await super().send(chat, message, delivery)

    printer.broken = True
    wire = Bringing()
    async with opened(tmp_path) as store:
        async with store.work() as work:
            messages = [Message("One.", document=PAGE, apology="No file."), Message("Two.")]
            waiting = await work.queue(CHAT, messages)
        await Outbox(store, {"wire": wire}).send(waiting)
        assert wire.sent == [(CHAT.id, "One.\n\nNo file.", 1), (CHAT.id, "Two.", 2)]
        assert await count(store) == 0
    (told,) = (record for record in caplog.records if record.name == "bot.outbox")
    assert (told.levelname, told.message) == ("ERROR", "a message goes out without its file: ValueError")
    assert SECRET not in caplog.text
