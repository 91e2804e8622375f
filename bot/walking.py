"""The way through a dialogue: which steps are passed with what has been answered, and which one is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from bot.dialogue import UNASKED, Answers, Dialogue, Store, World
from bot.looking import Lookup
from bot.steps import Choice, Question, Step, Value


class _Visible(Answers):
    """The answers as the steps see them: a step's answer appears once the walk has passed the step."""

    __slots__ = ()

    def reveal(self, key: str, value: Value) -> None:
        self._values[key] = value


@dataclass(frozen=True, slots=True)
class Walk:
    """A dialogue walked with some answers: the steps that hold, and the one to ask (None: all is answered)."""

    passed: tuple[Step, ...]
    present: Step | None
    answers: Answers
    """The answers of the passed steps only: nothing is left of a branch that is no longer taken."""


def walk(dialogue: Dialogue[World, Store], answers: Answers, world: World) -> Walk:
    """Return where `dialogue` stands: it goes from step to step and stops at the first without a valid answer."""
    visible = _Visible({key: value for key, value in answers.items() if key.startswith(UNASKED)})
    passed: list[Step] = []
    for step in dialogue.steps(visible, world):
        if step.key not in answers or not step.holds(answers[step.key]):
            return Walk(tuple(passed), step, visible)
        visible.reveal(step.key, answers[step.key])
        if not isinstance(step, Lookup):  # nobody was asked, and nobody can go back to it
            passed.append(step)
    return Walk(tuple(passed), None, visible)


def ends_early(step: Step | None) -> bool:
    """Return whether `step` can be left out together with all others that may be skipped."""
    return isinstance(step, (Question, Choice)) and step.enough


def is_left_out(step: Step | None, enough: bool, public: bool) -> TypeGuard[Step]:
    """Return whether `step` need not be asked, of somebody who has said `enough` or speaks before others."""
    if step is None or not step.optional:
        return False
    return enough or (public and isinstance(step, Question))
