"""What somebody has answered in a conversation, in words."""

from __future__ import annotations

from bot.choosing import Label
from bot.dialogue import UNASKED, Answers
from bot.events import Phrase
from bot.steps import Step, Value
from bot.walking import walk
from handlers.world import Talk, World

_NO_ANSWERS = ("kit", "more")
"""Steps at which somebody takes what they need, and tells nothing."""
_NAMES = {
    "campaign": Phrase("Appeal"),
    "kind": Phrase("Kind of letter"),
    "version": Phrase("Which letter"),
    "sender": Phrase("From"),
    "name": Phrase("Name"),
    "organisation": Phrase("Organisation"),
    "members": Phrase("Members"),
    "town": Phrase("Town"),
    "country": Phrase("Country"),
    "struck": Phrase("What struck you"),
    "work": Phrase("Your work"),
    "reason": Phrase("Your own words"),
    "review": Phrase("When you read it"),
    "when": Phrase("When it is sent"),
    "ways": Phrase("To whom, and how"),
    "rest": Phrase("Whether the rest will follow"),
    "consent": Phrase("What may be kept"),
    "zone": Phrase("Your time"),
    "came": Phrase("What came back"),
    "from": Phrase("From whom, and how"),
}

Line = tuple[Label, tuple[Label, ...]]
"""What was asked, and what was answered."""


def lines(dialogue: Talk, answers: Answers, world: World) -> tuple[Line, ...]:
    """Return each answer beside what it answers, as it was chosen or typed; what was skipped is left out."""
    steps = {step.key: step for step in walk(dialogue, answers, world).passed}
    told = (key for key in answers if not key.startswith(UNASKED) and key not in _NO_ANSWERS)
    given = ((key, answers[key]) for key in told if answers[key] is not None)
    return tuple(
        (_NAMES.get(key, Phrase("Another answer")), _said(steps.get(key), value)) for key, value in given
    )


def _said(step: Step | None, value: Value) -> tuple[Label, ...]:
    values = (value,) if isinstance(value, str) else value or ()
    labels = {option.value: option.label for option in step.options(values)} if step else {}
    return tuple(labels.get(one, " ".join(one.split())) for one in values)
