"""What is open in a chat, and how it is written down until the next event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.dialogue import CHANCE, Answers, Dialogue, Store, World
from bot.events import Event
from bot.steps import Value

Draw = Callable[[Event], str]
"""Gives the mark on which everything depends that is left to chance."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An open dialogue: what is answered, and the token that the buttons of its present question carry."""

    dialogue: str
    answers: Answers
    token: str
    marked: tuple[str, ...] = ()
    changing: tuple[str, Value] | None = None
    before: str = ""
    """The token of the question before: whoever taps it twice has answered already."""
    enough: bool = False
    """Whether all further questions that may be skipped are to be left out, up to the review."""
    draft: bool = False
    """Whether the dialogue has ended, and its answers are kept for another that goes on with them."""
    refused: int = 0
    """How often in a row what was said has been no answer to the present question."""


_OTHERS = ("token", "marked", "changing", "before", "enough", "draft", "refused")


def begun(dialogue: Dialogue[World, Store], event: Event, chance: Draw) -> Frame:
    """Return `dialogue` at its beginning; what is left to chance in it is drawn from the event that opened it."""
    answers = Answers({CHANCE: chance(event)} if dialogue.chance else {})
    return Frame(dialogue.name, answers, token_of(event))


def dump(frames: tuple[Frame, ...]) -> str:
    """Return `frames` as JSON for the database."""
    return json.dumps(
        [[f.dialogue, dict(f.answers), *(getattr(f, name) for name in _OTHERS)] for f in frames],
        ensure_ascii=False,
    )


def parse(text: str, known: Sequence[str]) -> tuple[Frame, ...]:
    """Return the frames that `dump` wrote, also without the last ones; dialogues no longer `known` are left out."""
    frames = []
    for dialogue, answers, token, marked, changing, *rest in json.loads(text):
        kept = Answers({k: _value(v) for k, v in answers.items()})
        old = (changing[0], _value(changing[1])) if changing else None
        frames.append(Frame(dialogue, kept, token, tuple(marked), old, *rest))
    return tuple(f for f in frames if f.dialogue in known)


def open_ones(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """Return those of `frames` that wait for an answer."""
    return tuple(frame for frame in frames if not frame.draft)


def _value(value: str | list[str] | None) -> Value:
    return tuple(value) if isinstance(value, list) else value


def token_of(event: Event) -> str:
    """Return a short mark of the event that led to a question, so that only this question's buttons fit it."""
    return hashlib.blake2s(event.id.encode(), digest_size=4).hexdigest()
