"""Chance that comes out the same whenever it is asked: which of several wordings somebody's letter has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chance:
    """The lot of one supporter: a `mark` of their own, and how many `turns` they went on to other words.

    Without a mark the first comes first: the wordings and paragraphs as they are written.
    """

    mark: str = ""
    turns: int = 0

    @classmethod
    def parse(cls, words: str) -> Chance:
        """Return the chance that `str` wrote as `words`."""
        mark, _, turns = words.partition("+")
        return cls(mark, int(turns or 0))

    def __str__(self) -> str:
        return f"{self.mark}+{self.turns}" if self.turns else self.mark

    def another(self) -> Chance:
        """Return the chance by which everything that there are several of comes out differently."""
        return Chance(self.mark, self.turns + 1)

    def pick(self, place: object, count: int) -> int:
        """Return which of `count` things stands at `place`, from 0 on; each is as likely as the others."""
        return (self._number(place) + self.turns) % count if count else 0

    def order(self, place: object, count: int) -> tuple[int, ...]:
        """Return the numbers from 0 to `count` - 1 in the order in which they stand at `place`."""
        drawn: Iterable[int] = range(count)
        if self.mark:
            drawn = sorted(drawn, key=lambda number: self._number((place, number)))
        numbers = (*drawn,)
        start = self.turns % count if count else 0
        return numbers[start:] + numbers[:start]

    def _number(self, place: object) -> int:
        if not self.mark:
            return 0
        return int.from_bytes(hashlib.blake2s(f"{self.mark} {place}".encode(), digest_size=8).digest(), "big")


PLAIN = Chance()
"""No chance at all: everything as it is written."""
