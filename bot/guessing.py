"""Which of the bot's languages somebody writes in, as far as a few words tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.choosing import fold
from bot.events import Phrase
from bot.messages import Messages

_LETTERS = (
    ("ar", re.compile(r"\A(?!.*[پچژگکیے]).*[\u0621-\u064a]", re.DOTALL)),  # not Persian, not Urdu
    ("kk", re.compile("[әғқұһ]", re.IGNORECASE)),
    ("ru", re.compile("[\u0400-\u04ff]")),
)
"""Letters that tell a language among those that the bot speaks, the rarer ones first."""
_CYRILLIC = ("kk", "ru")
"""Languages that can be written with nothing but the letters of Russian."""
_LOOKED_AT = 200
"""Characters of a text that are looked at."""


class Guessing:
    """Guesses a language by its letters, or by the words that the bot understands in it."""

    def __init__(self, messages: Messages, known: Sequence[Phrase]) -> None:
        self._messages = messages
        self._known = known

    def __call__(self, words: str) -> str | None:
        """Return the language of `words`; None if they could be of several, or are of the one that is usual here."""
        guessed = self._guess(words[:_LOOKED_AT])
        return None if guessed == self._messages.default else guessed

    def _guess(self, words: str) -> str | None:
        by_letters = [code for code, letters in _LETTERS if letters.search(words)]
        if by_letters == ["ru"] and self._messages.default in _CYRILLIC:
            return None
        return next((code for code in by_letters if code in self._messages.languages), None) or (
            self._by_words({fold(word) for word in words.split()})
        )

    def _by_words(self, said: set[str]) -> str | None:
        """Return the language in which the bot understands most of what was `said`, if it is one."""
        counts = {code: self._understood(said, code) for code in self._messages.languages} if said else {}
        most = max(counts.values(), default=0)
        best = [code for code, count in counts.items() if count == most]
        return best[0] if most and len(best) == 1 else None

    def _understood(self, said: set[str], language: str) -> int:
        speak = self._messages.speak(language)
        return len(said.intersection(word for phrase in self._known for word in speak(phrase).split()))
