"""What fails while an event is dealt with: nothing counts as recorded that is not, and it is said."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.conversation import Conversations
from bot.dialogue import Answers, Dialogue, Done
from bot.dispatcher import TRIES
from bot.events import Event, Phrase, Reply
from bot.steps import Question, Refused, Step
from bot.store.work import Work
from tests.bot.everybody import everybody
from tests.door import Wire, open_door

SORRY = "Something went wrong on my side"


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
