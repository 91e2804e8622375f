"""What is open in a chat, and how it is written down until the next event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue import Answers, Value
from bot.events import Event


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


def dump(frames: tuple[Frame, ...]) -> str:
    """Return `frames` as JSON for the database."""
    return json.dumps(
        [[f.dialogue, dict(f.answers), f.token, f.marked, f.changing, f.before] for f in frames],
        ensure_ascii=False,
    )


def parse(text: str, known: Sequence[str]) -> tuple[Frame, ...]:
    """Return the frames that `dump` wrote, also without `before`; those of dialogues no longer `known` are left out."""
    frames = []
    for dialogue, answers, token, marked, changing, *before in json.loads(text):
        kept = Answers({k: _value(v) for k, v in answers.items()})
        old = (changing[0], _value(changing[1])) if changing else None
        frames.append(Frame(dialogue, kept, token, tuple(marked), old, *before))
    return tuple(f for f in frames if f.dialogue in known)


def _value(value: str | list[str] | None) -> Value:
    return tuple(value) if isinstance(value, list) else value


def token_of(event: Event) -> str:
    """Return a short mark of the event that led to a question, so that only this question's buttons fit it."""
    return hashlib.blake2s(event.id.encode(), digest_size=4).hexdigest()
