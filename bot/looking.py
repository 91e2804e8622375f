"""What a dialogue must know of the records before it goes on: looked up between two questions, and asked of nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.choosing import Option, Speak
from bot.dialogue import Needs
from bot.events import Event, Reply
from bot.steps import Answered, Outcome, Said, Value

Find = Callable[[Event, Any], Awaitable[Needs | str]]
"""Looks something up for an event in the records; a role may have to be read first."""


def always(value: str) -> bool:
    """Return that what was looked up stays as it is."""
    return True


@dataclass(frozen=True, slots=True)
class Lookup:
    """A step that the records answer. Its `key` begins with UNASKED; `lasts` says whether an answer still holds.

    Where one no longer does, whatever is said next is no answer: `late` says so, and the question is asked anew.
    """

    key: str
    find: Find
    lasts: Callable[[str], bool] = always
    late: Reply | None = None
    optional: bool = False
    again: Reply | None = None

    @property
    def prompt(self) -> Reply:
        """What would be said if somebody were asked."""
        return Reply("conversation/nothing-open")

    def options(self, marked: tuple[str, ...]) -> tuple[Option, ...]:
        """Return nothing: nobody is asked."""
        return ()

    def holds(self, value: Value) -> bool:
        """Return whether what was looked up still holds."""
        return isinstance(value, str) and self.lasts(value)

    def take(self, said: Said, marked: tuple[str, ...], speak: Speak) -> Outcome:
        """Return what was looked up."""
        return Answered(said.value)
