"""The questions a campaign may ask, and what passes as an answer to each."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.campaigns import Question as Asked
from bot.choosing import Option
from bot.countries import Countries
from bot.dialogue import Check, Question, Refused
from bot.events import Reply

LINE = 120
"""Characters of a name, an organisation, a town."""
PARAGRAPH = 800
"""Characters of somebody's own words."""
MOST_MEMBERS = 100_000_000


@dataclass(frozen=True, slots=True)
class Words:
    """Accepts words of at most `longest` characters; on one line unless `lines`."""

    longest: int
    lines: bool = False

    def __call__(self, words: str) -> str | Refused:
        """Return `words` with white space tidied."""
        spaces = r"[^\S\n]+" if self.lines else r"\s+"
        tidy = re.sub(spaces, " ", words).strip()
        tidy = re.sub(r"\n{2,}", "\n\n", re.sub(r" ?\n ?", "\n", tidy))
        if not tidy:
            return Refused(Reply("questions/empty"))
        if len(tidy) > self.longest:
            return Refused(Reply("questions/too-long", {"longest": self.longest, "length": len(tidy)}))
        if not any(unicodedata.category(char).startswith("L") for char in tidy):
            return Refused(Reply("questions/no-letters"))
        return tidy


@dataclass(frozen=True, slots=True)
class Count:
    """Accepts a whole number from `least` to `most`, also written as 1,200 or 1 200."""

    least: int
    most: int

    def __call__(self, words: str) -> str | Refused:
        """Return the number in plain digits."""
        digits = re.sub(r"(?<=\d)[\s.,'’](?=\d{3}(?!\d))", "", words.strip())
        if re.fullmatch(r"\d{1,12}", digits) and self.least <= int(digits) <= self.most:
            return str(int(digits))
        return Refused(Reply("questions/number", {"least": self.least, "most": self.most}))


@dataclass(frozen=True, slots=True)
class Country:
    """Accepts a country by its name in any of the bot's languages, or by its code."""

    countries: Countries

    def __call__(self, words: str) -> str | Refused:
        """Return the country's code; what is only close to a name is asked back."""
        match = self.countries.find(words[:LINE])
        if match.code:
            return match.code
        meant = tuple(Option(code, CountryName(self.countries, code)) for code in match.suggestions)
        return Refused(Reply("questions/country", {"meant": [o.label for o in meant]}), meant)


@dataclass(frozen=True, slots=True)
class CountryName:
    """A country, named in the language of whoever reads it."""

    countries: Countries
    code: str

    def in_language(self, language: str) -> str:
        """Return the country's name in `language`."""
        return self.countries.name(self.code, language)


def question(asked: Asked, countries: Countries) -> Question:
    """Return the step that asks a campaign's question."""
    prompt = Reply("questions/ask", {"type": asked.type, "ask": asked.ask})
    return Question(asked.key, prompt, _check(asked, countries), asked.optional)


def ask_line(key: str) -> Question:
    """Return the step that asks for a "name" or an "organisation"."""
    return Question(key, Reply("questions/ask", {"type": key, "ask": None}), Words(LINE))


def ask_country(countries: Countries) -> Question:
    """Return the step that asks where somebody lives, for the sake of the nearest embassy."""
    return Question(
        "country", Reply("questions/ask", {"type": "country", "ask": None}), Country(countries), True
    )


def _check(asked: Asked, countries: Countries) -> Check:
    if asked.type == "country":
        return Country(countries)
    if asked.type == "members":
        return Count(1, MOST_MEMBERS)
    if asked.type == "paragraph":
        return Words(asked.max_length or PARAGRAPH, lines=True)
    return Words(asked.max_length or LINE)
