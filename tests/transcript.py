"""Conversations as a person reads them: what is said, and what is answered, for any platform to replay.

A transcript is a text file. It begins with a header and an empty line; what is said stands behind "› ", and
below it stands everything that the bot answers, as `tests.door.as_text` shows it:

    title: Asking for help
    language: en

    › hello
    I understand only a few words. Perhaps you want /start? /help lists everything.
      /start  Begin

A line `...` stands for any number of lines, and "⏎" for a new line inside what is said. A command begins with "/";
a platform that uses another prefix has it put in everywhere.

To record a transcript, write the header and what is said, an empty line between each two, and let

    python -m tests.transcript tests/transcripts/help.en.txt

put the answers below. Recording again changes only the answers that differ: one with `...` in it stays as long
as it fits. Then read the whole conversation: what is recorded is right only if a person finds it right.
"""

from __future__ import annotations

import asyncio
import difflib
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Protocol

SAID, NEW_LINE, ANY_LINES = "›", "⏎", "..."
FOLDER = Path(__file__).with_name("transcripts")


class Door(Protocol):
    """A person's chat with the bot, on whatever platform."""

    async def say(self, words: str) -> str:
        """Return what the bot answers to `words`."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """Something said, and the lines of the answer."""

    said: str
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation, and the language that the person's app speaks."""

    title: str
    language: str
    exchanges: tuple[Exchange, ...]


def read(text: str) -> Transcript:
    """Return the transcript that `text` is; raises ValueError where it is none."""
    head, _, body = text.partition("\n\n")
    header = dict(re.findall(r"^(\w+): (.+)$", head, re.MULTILINE))
    if header.keys() != {"title", "language"}:
        raise ValueError("a transcript begins with its title and its language")
    return Transcript(header["title"], header["language"], exchanges(body))


def exchanges(body: str) -> tuple[Exchange, ...]:
    """Return what is said and answered in `body`."""
    first, *parts = re.split(rf"^{SAID}(?: (.*))?$\n?", body, flags=re.MULTILINE)
    if first.strip():
        raise ValueError(f"nothing is said before this: {first.strip().splitlines()[0]}")
    said = ((words or "").replace(NEW_LINE, "\n") for words in parts[::2])
    return tuple(Exchange(words, _lines(answer)) for words, answer in zip(said, parts[1::2], strict=True))


def write(transcript: Transcript) -> str:
    """Return `transcript` as its file holds it."""
    head = f"title: {transcript.title}\nlanguage: {transcript.language}\n"
    return "\n".join([head, *(_written(exchange) for exchange in transcript.exchanges)])


def _written(exchange: Exchange) -> str:
    said = f"{SAID} {exchange.said}".rstrip(" ").replace("\n", NEW_LINE)
    return "".join(f"{line}\n" for line in (said, *exchange.answer))


async def play(transcript: Transcript, door: Door, prefix: str = "/") -> None:
    """Say everything to `door`, with its command `prefix`; raises AssertionError at the first other answer."""
    for number, exchange in enumerate(transcript.exchanges, 1):
        answer = await door.say(with_prefix(exchange.said, prefix))
        expected = [with_prefix(line, prefix) for line in exchange.answer]
        if difference := compare(expected, _lines(answer)):
            raise AssertionError(f"{transcript.title}, {number}: {SAID} {exchange.said!r}\n{difference}")


async def record(transcript: Transcript, door: Door) -> Transcript:
    """Return `transcript` with the answers that `door` gives, wherever they differ."""
    recorded = []
    for exchange in transcript.exchanges:
        answer = _lines(await door.say(exchange.said))
        recorded.append(replace(exchange, answer=answer) if compare(exchange.answer, answer) else exchange)
    return replace(transcript, exchanges=tuple(recorded))


def with_prefix(words: str, prefix: str) -> str:
    """Return `words` with `prefix` in front of each command."""
    return re.sub(r"(?<![\w/.])/(?=[^\W\d_])", lambda _: prefix, words)


def compare(expected: Sequence[str], answer: Sequence[str]) -> str:
    """Return "" if `answer` has the `expected` lines, else the difference, line by line."""
    if _fits(expected, answer):
        return ""
    return "\n".join(line.rstrip("\n") for line in difflib.ndiff(expected, answer) if line[0] != "?")


def _fits(expected: Sequence[str], answer: Sequence[str]) -> bool:
    """Return whether `answer` is what is `expected`, where `...` may be any lines, as few as possible."""
    begin = tuple(takewhile(lambda line: line != ANY_LINES, expected))
    if tuple(answer[: len(begin)]) != begin:
        return False
    rest, left = expected[len(begin) :], answer[len(begin) :]
    if not rest:
        return not left
    return any(_fits(rest[1:], left[skipped:]) for skipped in range(len(left) + 1))


def _lines(text: str) -> tuple[str, ...]:
    """Return the lines of `text` without spaces at their ends and without empty lines after the last."""
    return tuple(line.rstrip() for line in text.rstrip().split("\n")) if text.strip() else ()


async def _record_file(path: Path) -> None:
    from tests.door import open_door  # a platform's own tests need the transcripts, not this door

    transcript = read(path.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        async with open_door(Path(folder), transcript.language) as door:
            path.write_text(write(await record(transcript, door)), "utf-8")


def main(paths: Iterable[str]) -> None:
    """Record the transcripts in `paths`."""
    for path in paths:
        asyncio.run(_record_file(Path(path)))


if __name__ == "__main__":
    main(sys.argv[1:])
