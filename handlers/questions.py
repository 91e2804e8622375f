"""The questions a campaign may ask, and what passes as an answer to each."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.campaigns import Question as Asked
from bot.choosing import Option
from bot.countries import Countries, CountryName
from bot.events import Place, Reply
from bot.places import countries_at
from bot.steps import Check, Choice, Question, Refused
from handlers.world import again as ask_again

LINE = 120
"""Characters of a name, a town."""
LONGEST = {"organisation": 200}
"""Characters of what may have more than that, by the type of the question: the full names of some unions do."""
PARAGRAPH = 800
"""Characters of somebody's own words."""
MOST_MEMBERS = 100_000_000

_LIVING = re.compile(
    r"^\s*(?:(?:i|we) (?:live|am|are|come) (?:in|from)|i['’]m (?:in|from)|(?:я )?живу во?|из|from) +",
    re.IGNORECASE,
)
"""What people say before the name of the country they live in."""
_MANY = r"(?:thous|taus|mil(?:le)?\b|mill?i?on|milyon|mio\b|bin\b|[km]\b|тыс|миллион|млн|мың|ألف|آلاف|مليون)"
"""How words begin that make a number behind which they stand another one: 12 thousand, 2 millions."""
_NUMBER = re.compile(
    rf"[~≈]?(?:[^\W\d_]+\.? ){{0,3}}(\d{{1,12}})\+?(?! ?{_MANY})(?: [^\W\d_]+){{0,3}}\.?", re.IGNORECASE
)
"""A number, and the words around it: about 300 members."""


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
    """Accepts a whole number from `least` to `most`, also written as 1,200, 1 200 or ١٬٢٠٠, and among words."""

    least: int
    most: int

    def __call__(self, words: str) -> str | Refused:
        """Return the number in plain digits."""
        digits = re.sub(r"(?<=\d)[\s.,'’٬،](?=\d{3}(?!\d))", "", words.strip())
        found = _NUMBER.fullmatch(digits)
        if found and self.least <= int(found[1]) <= self.most:
            return str(int(found[1]))
        return Refused(Reply("questions/number", {"least": self.least, "most": self.most}))


@dataclass(frozen=True, slots=True)
class Country:
    """Accepts a country by its name in any of the bot's languages, or by its code."""

    countries: Countries

    def __call__(self, words: str) -> str | Refused:
        """Return the country's code; what is only close to a name is asked back."""
        match = self.countries.find(_LIVING.sub("", words[:LINE]))
        if match.code:
            return match.code
        meant = [CountryName(self.countries, code) for code in match.suggestions]
        return Refused(Reply("questions/country", {"meant": meant}), match.suggestions)


@dataclass(frozen=True, slots=True)
class Located:
    """Finds the country of a shared place; as borders on a map are coarse, it asks whether it is the right one."""

    countries: Countries

    def __call__(self, place: Place) -> Refused:
        """Return the question whether it is that country, or the truth that none was found."""
        found = countries_at(place)
        meant = [CountryName(self.countries, code) for code in found]
        return Refused(Reply("questions/place", {"meant": meant}), found)


@dataclass(frozen=True, slots=True)
class Naming:
    """Gives the names of countries by their codes."""

    countries: Countries

    def __call__(self, code: str) -> CountryName:
        """Return what the country with that code is called."""
        return CountryName(self.countries, code)


def question(
    asked: Asked,
    countries: Countries,
    sender: str,
    embassy: bool,
    warned: bool = False,
    enough: bool = False,
) -> Question | Choice:
    """Return the step that asks a campaign's question; `warned` puts the warning for people at home before it.

    With `enough` it can be left out together with those after it. `embassy` says whether the letter goes to one.
    """
    said = {"type": asked.type, "ask": asked.ask, "sender": sender, "embassy": embassy}
    prompt, again = (Reply("questions/ask", {**said, "warned": now}) for now in (warned, False))
    if asked.type == "country":
        return _where(asked.key, prompt, countries, asked.optional, enough)
    if asked.type == "choice":
        options = tuple(Option(fact.key, fact.short) for fact in asked.facts)
        listed = Reply("questions/facts", {**prompt.values, "facts": asked.facts})
        return Choice(asked.key, listed, options, asked.optional, again=ask_again("fact"), enough=enough)
    check = _check(asked)
    verbatim = isinstance(check, Words)
    return Question(asked.key, prompt, check, asked.optional, again=again, enough=enough, verbatim=verbatim)


def ask_country(countries: Countries, sender: str = "", embassy: bool = True) -> Question:
    """Return the step that asks where the sender is, for the sake of the nearest `embassy` or of the statistics."""
    said = {"type": "country", "ask": None, "sender": sender, "embassy": embassy, "warned": False}
    return _where("country", Reply("questions/ask", said), countries, True)


def _where(key: str, prompt: Reply, countries: Countries, optional: bool, enough: bool = False) -> Question:
    return Question(
        key,
        prompt,
        Country(countries),
        optional,
        locate=Located(countries),
        name=Naming(countries),
        otherwise=Reply("questions/retype"),
        enough=enough,
    )


def _check(asked: Asked) -> Check:
    if asked.type == "members":
        return Count(1, MOST_MEMBERS)
    if asked.type == "paragraph":
        return Words(asked.max_length or PARAGRAPH, lines=True)
    return Words(asked.max_length or LONGEST.get(asked.type, LINE))
