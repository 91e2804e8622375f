"""The console: who talks with the bot, and how."""

import io
import os
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from bot.events import Chat, Event, Person
from bot.platforms.console import Console, Terminal, language, terminal

NOON = datetime(2011, 12, 16, 12, tzinfo=UTC)


async def test_a_line_becomes_an_event() -> None:
    """Who, where, when and what: each line has an id of its own, a command its argument."""
    heard: list[Event] = []

    async def handle(event: Event) -> None:
        heard.append(event)

    source = io.StringIO("/LETTER one two\nwords\n")
    ends = Terminal(source, io.StringIO(), interactive=False, colour=False, language="ru")
    await Console(ends, lambda: NOON, {}, lambda phrase, language: phrase.text).run(handle)
    first, second = heard
    assert (first.command, first.text, second.command, second.text) == ("letter", "one two", None, "words")
    assert first.person == second.person == Person("console", "me", "ru")
    assert first.chat == Chat("console", "me")
    assert first.at == NOON
    assert first.id != second.id


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "sr_RS@latin"}, "sr"),
        ({"LANG": "kk_KZ.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C.UTF-8"}, None),
        ({"LANG": "C"}, None),
        ({"LANG": "POSIX"}, None),
        ({"LANG": ""}, None),
        ({}, None),
    ],
)
def test_the_language_of_a_terminal(environ: Mapping[str, str], code: str | None) -> None:
    """The system's settings say which language a person reads, if they say anything."""
    assert language(environ) == code


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({"TERM": "xterm"}, True),
        ({}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colour_can_be_declined(environ: Mapping[str, str], colour: bool) -> None:
    """NO_COLOR and a terminal that can do nothing get no colour."""
    assert terminal(io.StringIO(), io.StringIO(), environ).colour is colour


def test_by_hand_only_if_both_ends_are_a_terminal() -> None:
    """Whoever reads the output from a file, or types through a pipe, gets a transcript."""
    ours, theirs = os.openpty()
    with os.fdopen(ours, "r") as near, os.fdopen(theirs, "w") as far:
        assert terminal(near, far, {}).interactive
        assert not terminal(near, io.StringIO(), {}).interactive
        assert not terminal(io.StringIO(), far, {}).interactive
