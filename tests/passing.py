"""Passing a message on, for tests: a conversation that asks for one, and says what it was given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from markupsafe import Markup

from bot import assembly
from bot.composing import Composition, parse
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Document, Event, Given, Phrase, Reply
from bot.steps import Step
from handlers import HANDLERS
from handlers.world import Store, World
from tests.photographs import jpeg

PICTURE = jpeg()


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be /pass: whoever writes a message there gets it back."""
    monkeypatch.setattr(assembly, "HANDLERS", (*HANDLERS, PASS))


def _steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the question for a message."""
    yield Composition("message", Reply("conversation/thanks"), 300)


def _look(event: Event, answers: Answers, world: World, ends: bool) -> Given | Reply | None:
    """Return the file, which must be there once more at the end."""
    _, file = answers.several("message") or ("", "")
    wanted = ends and file and parse(file).given
    if not wanted:
        return None
    if wanted not in event.files:
        return wanted
    came = parse(file).is_what_came(event.files[wanted])
    return None if came else Reply("conversation/nothing-open")


async def _finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the message."""
    html, file = answers.several("message")
    given = parse(file).given if file else None
    document = Document(given.name, given) if given else None
    words = Markup(html)  # noqa: S704  what is tested is that this is safe
    return Done((Reply("questions/ask", {**_SHOWN, "ask": words}, document=document),))


_SHOWN = {"type": "words", "sender": "", "embassy": False, "warned": False}
PASS: Dialogue[World, Store] = Dialogue(
    "pass", Phrase("Write a letter"), _finish, _steps, private=True, guard=_look
)
