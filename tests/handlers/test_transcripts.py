"""The conversations in tests/transcripts, word for word: typed, tapped, with another prefix, and on the console."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import ShownButton
from bot.platforms.base import parse_command
from bot.steps import DONE
from handlers import HANDLERS
from tests.door import Door, open_door
from tests.handlers.checks import TEXT_UNITS, check, machinery, units
from tests.terminal import run
from tests.transcript import (
    FOLDER,
    Exchange,
    Transcript,
    compare,
    exchanges,
    play,
    read,
    record,
    with_prefix,
    write,
)

FILES = sorted(FOLDER.glob("*.txt"))
everything = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def transcript(path: Path) -> Transcript:
    """Return the transcript in the file `path`."""
    return read(path.read_text("utf-8"))


class Reading:
    """A door through which every message is looked at by somebody who knows what it must be."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def say(self, words: str) -> str:
        """Say `words`; whatever is answered fits every platform and shows nothing of the machine."""
        answer = await self.door.say(words)
        assert machinery(answer) == []
        for message in self.door.last:
            check(message)
            assert units(message) <= TEXT_UNITS
        return answer


@everything
async def test_what_is_said_word_for_word(path: Path, tmp_path: Path) -> None:
    """The bot answers as it is written."""
    conversation = transcript(path)
    async with open_door(tmp_path, conversation.language) as door:
        await play(conversation, Reading(door))


class Tapping:
    """Somebody who taps wherever there is a button for what would be typed."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def say(self, words: str) -> str:
        """Tap what `words` mean, several options one after the other; type what no button says."""
        several = [self._number(part) for part in words.split()]
        if len(several) > 1 and all(several):
            return await self._mark(words.split())
        button = self._number(words) or self._way(words)
        if button and button.press and button.press.step in ("ways", "from") and button.number:
            return await self._mark([words])
        return await self.door.press(button) if button else await self.door.say(words)

    async def _mark(self, numbers: list[str]) -> str:
        for number in numbers:
            marked = self._number(number)
            assert marked
            await self.door.press(marked)
            assert [b.number for b in self._buttons() if b.ticked].count(int(number)) == 1
        return await self.door.press(next(b for b in self._buttons() if b.press and b.press.value == DONE))

    def _buttons(self) -> list[ShownButton]:
        return [button for message in self.door.last for button in message.buttons]

    def _number(self, words: str) -> ShownButton | None:
        return next((b for b in self._buttons() if b.number and str(b.number) == words), None)

    def _way(self, words: str) -> ShownButton | None:
        named = (b for b in self._buttons() if b.command)
        return next((b for b in named if words.casefold() in (f"/{b.command}", b.label.casefold())), None)


@everything
async def test_a_tap_says_what_typing_says(path: Path, tmp_path: Path) -> None:
    """Whoever taps the buttons has the same conversation as whoever types."""
    conversation = transcript(path)
    async with open_door(tmp_path, conversation.language) as door:
        await play(conversation, Tapping(door))


class Other:
    """A platform on which a command begins with an exclamation mark."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def say(self, words: str) -> str:
        """Say `words` as this platform hears them, and return what it shows."""
        command, text = parse_command(words, ("!",))
        return with_prefix(await self.door.say(f"/{command} {text}" if command else text), "!")


@pytest.mark.parametrize("name", ["beginning.en", "language.en", "pledge-person.en"])
async def test_a_transcript_fits_a_platform_with_another_prefix(name: str, tmp_path: Path) -> None:
    """The same file is played where commands look different, and nothing in it is changed but the commands."""
    conversation = transcript(FOLDER / f"{name}.txt")
    async with open_door(tmp_path, conversation.language) as door:
        await play(conversation, Other(door), "!")


@pytest.mark.parametrize(
    "name",
    [
        "letter-nagaworld-organisation.en",
        "chosen-by-words.en",
        "beginning.ru",
        "letter-nagaworld-organisation.ru",
    ],
)
def test_the_console_says_the_same(name: str, tmp_path: Path) -> None:
    """The real program, given the same lines through a pipe, writes the same conversation, set out in its own way.

    The letters in it are of their time: those of today come in other words each time.
    """
    conversation = transcript(FOLDER / f"{name}.txt")
    said = [exchange.said for exchange in conversation.exchanges]
    ended = run(tmp_path, *said, LANGUAGE=conversation.language)
    assert (ended.complaint, ended.status) == ("", 0)
    written = exchanges(ended.said)
    assert [exchange.said for exchange in written] == said
    for expected, heard in zip(conversation.exchanges, written, strict=True):
        assert compare(unset(expected), unset(heard)) == ""


def unset(exchange: Exchange) -> list[str]:
    """Return the lines of an answer without blanks, empty lines and rules."""
    lines = (" ".join(line.split()) for line in exchange.answer)
    return [line for line in lines if line.strip("─")]


def test_every_command_is_in_a_transcript_in_every_language() -> None:
    """No command, in no language, goes without an example."""
    said = {
        (conversation.language, exchange.said.split(" ")[0])
        for conversation in map(transcript, [*FILES, *FOLDER.glob("organisers/*.txt")])
        for exchange in conversation.exchanges
    }
    commands = {f"/{talk.name}" for talk in HANDLERS} | {"/cancel", "/back", "/skip", "/enough"}
    assert {("en", command) for command in commands} - said == set()
    assert {("ru", command) for command in commands} - said == set()


# --- the transcripts themselves


TEXT = """\
title: Small talk
language: en

› hello
Who is there?
  1  Me

› one⏎two
...
Two it is.
...

›
Nothing?
"""


class Parrot:
    """A door that gives the next of some answers, and keeps what was said."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.heard: list[str] = []

    async def say(self, words: str) -> str:
        """Return the next answer."""
        self.heard.append(words)
        return self.answers.pop(0)


FIRST, SECOND, THIRD = "Who is there?\n  1  Me", "One?\n\nTwo it is.", "Nothing?"


async def test_a_transcript_is_said_and_compared() -> None:
    """What stands behind the mark is said, an empty line too, and what stands below is expected."""
    parrot = Parrot(FIRST, SECOND, THIRD)
    await play(read(TEXT), parrot)
    assert parrot.heard == ["hello", "one\ntwo", ""]


def test_a_transcript_is_written_as_it_was_read() -> None:
    """Reading and writing lose nothing, in any of the files."""
    assert write(read(TEXT)) == TEXT
    for path in FILES:
        assert write(transcript(path)) == path.read_text("utf-8")


@pytest.mark.parametrize(
    ("expected", "answer", "fits"),
    [
        ("a b", "a b", True),
        ("a b", "a", False),
        ("a", "a b", False),
        ("a b", "b a", False),
        ("...", "", True),
        ("...", "a b", True),
        ("... b", "a a b", True),
        ("... b ...", "a b", True),
        ("a ...", "a", True),
        ("a ... c", "a b b c", True),
        ("a ... c", "a b", False),
        ("... b", "a b c", False),
        ("a ... b ... c", "a c b", False),
        ("", "a", False),
    ],
)
def test_dots_stand_for_any_lines(expected: str, answer: str, fits: bool) -> None:
    """Any number of lines, none among them, but only where the dots are."""
    assert (compare(expected.split(), answer.split()) == "") is fits


async def test_a_difference_can_be_read() -> None:
    """Whoever reads it sees which conversation, which line of it, what was expected and what was said."""
    with pytest.raises(AssertionError) as difference:
        await play(read(TEXT), Parrot(FIRST, SECOND, "Nothing!"))
    assert str(difference.value) == "Small talk, 3: › ''\n- Nothing?\n+ Nothing!"


async def test_recording_changes_only_what_differs() -> None:
    """An answer that fits stays as it is written, its dots with it; the others are taken down in full."""
    recorded = await record(read(TEXT), Parrot(FIRST, SECOND, "Nothing at all?  \n"))
    assert write(recorded) == TEXT.replace("Nothing?", "Nothing at all?")
    bare = replace(read(TEXT), exchanges=(Exchange("hello", ()), Exchange("one\ntwo", ())))
    assert write(await record(bare, Parrot(FIRST, SECOND))) == TEXT.split("...")[0] + SECOND + "\n"


@pytest.mark.parametrize(
    "text", ["", "› hello\nHi.\n", "title: x\n\n› a\n", "title: x\nlanguage: en\n\nHi.\n› a\n"]
)
def test_what_is_no_transcript_is_refused(text: str) -> None:
    """Without its header, or with an answer to nothing, a file is no transcript."""
    with pytest.raises(ValueError, match=r"begins with|nothing is said"):
        read(text)
