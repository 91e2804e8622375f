"""What somebody told the bot is gone when it should be: every byte of it, out of every file and every log."""

import json
import logging
import random
import shutil
import sqlite3
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Chat, Person
from bot.store.owners import Owners
from bot.store.store import Store
from tests.door import KEY, NOW, Door, door_to, furnished
from tests.terminal import Forks, answers, run
from tests.unsealed import left, pieces

ANNA = Person("wire", "7355608-anna", "en")
HER_CHAT = Chat("wire", "-100987654321")
NAME, TOWN, WORDS = "Xanthippa Weißdorn", "Quedlinburg", "Мой брат Жангельды бастовал в Жанаозене."
UNION, BEGUN = "Профсоюз «Ақ жайық»", "Bartholomäa Ünlü"
WORK = "Glockengießerin"
SECRETS = (ANNA.id, HER_CHAT.id, NAME, TOWN, WORK, WORDS, UNION, BEGUN)

LETTER = (
    "/letter",
    "2",
    "1",
    "1",
    "1",
    "DE",
    NAME,
    TOWN,
    "1",
    WORK,
    WORDS,
    "1",
    "next",
    "3",
    "1 3",
    "2",
)
"""A letter that is pledged under its writer's name."""
UNION_LETTER = (
    "/letter",
    "2",
    "1",
    "1",
    "2",
    "DE",
    UNION,
    "120",
    "/skip",
    TOWN,
    "/enough",
    "1",
    "next",
    "2",
    "1",
    "2",
)
"""One in the name of a union, which may be named."""
BEGINNING = ("/letter", "2", "2", "1", "/skip", BEGUN)
"""One that is left in the middle."""


def traces(folder: Path, secrets: tuple[str, ...] = SECRETS) -> set[str]:
    """Return which of `secrets` some file in `folder` holds, in whatever way a program may write them."""
    content = b"\0".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    return {secret for secret in secrets if any(way in content for way in _ways(secret))}


def _ways(secret: str) -> Iterator[bytes]:
    for words in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield words.encode(encoding)
            yield from _in_base64(words.encode(encoding))


def _in_base64(data: bytes) -> Iterator[bytes]:
    """Yield what `data` is in base64, wherever in a longer text it begins; both alphabets."""
    for skipped in range(3):
        whole = bytes(skipped) + data
        inside = b64encode(whole)[-(-skipped * 8 // 6) : len(whole) * 8 // 6]
        yield inside
        yield inside.translate(bytes.maketrans(b"+/", b"-_"))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Door]:
    """Enter a bot that does not wait long for a database in use, as Anna meets it."""
    store = await Store.open(folder / "solidarity.db", KEY, NOW.timestamp, patience=0.05)
    try:
        yield replace(door_to(store, *furnished()), person=ANNA, chat=HER_CHAT)
    finally:
        await store.close()


def somebody_else(door: Door) -> Door:
    """Return another person's chat with the same bot."""
    return replace(door, person=Person("wire", "424242", "en"), chat=Chat("wire", "424242"))


async def say(door: Door, *lines: str) -> str:
    """Say `lines`, and return the answer to the last."""
    said = ""
    for line in lines:
        said = await door.say(line)
    return said


@contextmanager
def everything_logged(file: Path) -> Iterator[None]:
    """Write to `file` whatever the bot and its libraries have to say, down to the least."""
    handler, root = logging.FileHandler(file), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
        handler.close()


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Let another program write to the database."""
    with closing(sqlite3.connect(folder / "solidarity.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def broken(folder: Path) -> Iterator[None]:
    """Let the database lack the table for pledges."""
    with closing(sqlite3.connect(folder / "solidarity.db", isolation_level=None)) as other:
        other.execute("ALTER TABLE pledge RENAME TO elsewhere")
        yield
        other.execute("ALTER TABLE elsewhere RENAME TO pledge")


@pytest.mark.usefixtures("unsealed")
async def test_nothing_is_left_of_somebody_who_is_forgotten(tmp_path: Path) -> None:
    """After two pledges and half a letter, /forget leaves no byte, no id and no mark of a person; others stay."""
    marks = (Owners(KEY).owner(ANNA),)
    async with opened(tmp_path) as anna:
        other = somebody_else(anna)
        await say(other, *LETTER[:6], "Boris", *LETTER[7:], "/cancel", "/letter", "2")
        await say(anna, "/language ru", *LETTER, *UNION_LETTER, *BEGINNING, "/mydata")
        assert {NAME, UNION, BEGUN, *marks} <= traces(tmp_path, (*SECRETS, *marks))
        assert await say(anna, "/forget", "1")
        assert traces(tmp_path, (*SECRETS, *marks)) == set()
        assert "Boris" in await other.say("/mydata")
        assert "1 " in await other.say("/letter")


@pytest.mark.usefixtures("unsealed")
@pytest.mark.parametrize(
    "end", [(*LETTER[:-1], "1", "/cancel"), (*LETTER[:-1], "3", "/cancel"), (*BEGINNING, "/cancel")]
)
@pytest.mark.parametrize("purge", ["an hour", "somebody else is forgotten", "ended", "killed"])
async def test_answers_do_not_outlive_the_conversation(
    end: tuple[str, ...], purge: str, tmp_path: Path
) -> None:
    """Once a letter is dropped its answers are off the files within an hour, after the next /forget, or a restart.

    Only a reminder still knows the chat that asked for it.
    """
    known = {HER_CHAT.id} if end[-2] == "1" else set()
    place = tmp_path / "place"
    async with opened(place) as anna:
        other = somebody_else(anna)
        await say(anna, *end)
        assert traces(place) & {NAME, BEGUN}
        if purge == "an hour":
            await anna.store.sweep()  # as the bot does every hour
        elif purge == "somebody else is forgotten":
            await say(other, "/forget", "1")
        elif purge == "killed":
            place = Path(shutil.copytree(place, tmp_path / "as it was left"))
        else:
            await anna.store.close()
        if purge in ("killed", "ended"):
            async with opened(place):
                assert traces(place) <= known
        assert traces(place) <= known


async def test_no_log_holds_what_people_say(tmp_path: Path) -> None:
    """A conversation in which everything goes wrong leaves neither words nor ids in a log that takes in everything."""
    log = tmp_path / "logs" / "everything.log"
    log.parent.mkdir()
    with everything_logged(log):
        async with opened(tmp_path) as anna:
            for n, line in enumerate((*LETTER, *UNION_LETTER, *BEGINNING)):
                if n % 7 == 0:
                    with in_use(tmp_path):
                        await anna.say(line)
                await anna.say(line)
            with broken(tmp_path):
                await say(anna, "/pledges", "/mydata", "/forget", "1")
            await say(anna, f"/{NAME}", f"/sent {TOWN}", f"/letter {WORDS}", f"/language {UNION}", "/cancel")
    assert log.read_text("utf-8").count("an event had no effect") > 5
    assert traces(log.parent) == set()


def the_program(folder: Path, *lines: str) -> list[str]:
    """Return what the program says to each of `lines`, with a log in the same folder, as detailed as can be."""
    ended = run(folder, *lines, LOG__LEVEL="debug", LOG__FILE=str(folder / "bot.log"))
    assert ended.complaint == ""
    return answers(ended.said)


def test_the_program_forgets(tmp_path: Path) -> None:
    """The same in the terminal, over two runs: names are on file before /forget, and nowhere after it."""
    the_program(tmp_path, *LETTER, *UNION_LETTER, *BEGINNING)
    sealed = pieces(tmp_path / "solidarity.db", NAME, UNION, BEGUN)
    assert {NAME, UNION, BEGUN} == left(tmp_path, sealed)
    the_program(tmp_path, "/mydata", "/forget", "1")
    assert left(tmp_path, sealed) == traces(tmp_path) == set()


def test_forgetting_is_said_only_when_it_is_done(tmp_path: Path) -> None:
    """Killed at any moment while it erases, the bot has kept everything or nothing, and says so only of nothing."""
    told, dice = tmp_path / "told", random.Random(1)
    the_program(told, *LETTER, *UNION_LETTER, *BEGINNING)
    sealed = pieces(told / "solidarity.db", NAME, UNION, BEGUN)
    sure, gone, nothing = the_program(
        Path(shutil.copytree(told, tmp_path / "try")), "/forget", "1", "/mydata"
    )
    forks = Forks(tmp_path / "warm", ("/forget", "1", "/mydata"))
    for n in range(20):
        folder = Path(shutil.copytree(told, tmp_path / str(n)))
        with closing(forks.start(folder)) as bot:
            bot.say("/forget", sure)
            bot.type("1")
            time.sleep(dice.uniform(0, 0.02))
        with closing(forks.start(folder)) as bot:
            kept = ("/forget  Erase what is kept about me\n\n", "  2  No, keep it\n\n")
            if bot.say("/mydata", nothing, *kept) != nothing:
                bot.say("/forget", sure)
                bot.say("1", gone)
        assert left(folder, sealed) == traces(folder) == set(), f"after restart {n}"
