"""Patience with people who write faster than anybody can be answered: they are asked to wait, once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

PAUSE = 3.0
"""Seconds of silence after which somebody who wrote too fast is heard again."""
AGAIN = 60.0
"""Seconds after which somebody who does not stop is asked once more."""
REMEMBERED = 10_000
"""People whose pace is remembered, the latest."""

Hearing = Literal["answer", "ask to wait", "ignore"]


@dataclass(slots=True)
class _Pace:
    left: float
    last: float
    waiting: bool = False
    told: float = 0.0


class Pace:
    """Hears `at_once` messages of a person in a row, and one more each second; 0 hears everything.

    What counts is when they were written: what piled up while nobody read is not a flood.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._people: OrderedDict[Hashable, _Pace] = OrderedDict()

    def hear(self, person: Hashable, now: float) -> Hearing:
        """Return what to do with a message that `person` wrote at `now` (seconds since 1970)."""
        if not self._at_once:
            return "answer"
        pace = self._people.setdefault(person, _Pace(self._at_once, now))
        self._people.move_to_end(person)
        if len(self._people) > REMEMBERED:
            self._people.popitem(last=False)
        quiet = max(0.0, now - pace.last)
        pace.last += quiet
        pace.left = min(self._at_once, pace.left + quiet)
        if pace.waiting and quiet < PAUSE:
            if now - pace.told < AGAIN:
                return "ignore"
            pace.told = now
            return "ask to wait"
        pace.waiting = pace.left < 1
        if pace.waiting:
            pace.told = now
            return "ask to wait"
        pace.left -= 1
        return "answer"

    def pardon(self, person: Hashable) -> None:
        """Let the last message of `person` not count: it will come again."""
        if person in self._people:
            self._people[person].left += 1
