"""How much of a letter is the supporter's own: what it says in other words than the same letter without them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.letters import Letter

_LONG, _SHORT = 5, 3
"""Words that stand together: enough not to meet by chance, and few enough that one new word changes little."""
_PARTS = {"few": 0.03, "tenth": 0.1, "quarter": 0.25, "third": 1 / 3, "half": 0.5, "most": 0.75}
"""What is said of a share, by the share it is nearest to."""


def shingles(text: str, length: int = _LONG) -> frozenset[str]:
    """Return every run of `length` words in `text`, without regard to case and punctuation."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(" ".join(words[start : start + length]) for start in range(len(words) - length + 1))


@dataclass(frozen=True, slots=True)
class Own:
    """How much of a letter is in the supporter's own words: it is compared with the same letter without them."""

    letter: Letter

    def share(self, language: str) -> float:
        """Return the part of the letter that is the supporter's own, from 0 to 1."""
        text, bare = (shingles(one.in_language(language), _SHORT) for one in (self.letter, self.letter.bare))
        return len(text - bare) / len(text) if text else 0.0

    def in_language(self, language: str) -> str:
        """Return what to say of it: none, few, tenth, quarter, third, half or most."""
        share = self.share(language)
        return min(_PARTS, key=lambda name: abs(_PARTS[name] - share)) if share else "none"
