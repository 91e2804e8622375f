"""The countries of the world: what people call them and their towns, where they lie, and how post is addressed."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global

LANGUAGES = ("en", "ru", "kk", "fr", "es", "de", "tr", "ar")
"""The languages in which a country is recognised, whatever language the conversation is in."""

_APART = {("es", "CG"): "República del Congo", ("kk", "CD"): "Конго Демократиялық Республикасы"}
"""Names in place of the CLDR's, where those do not say which country is meant."""

MAX_SUGGESTIONS = 4
MAX_TEXT = 200
"""Characters; anything longer is no answer to "which country?" and is not searched."""

_DATA = Path(__file__).with_name("data")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_ARTICLES = frozenset(("the", "la", "le", "les", "l", "el", "los", "las", "die", "der", "das"))
_SAME_LETTERS = str.maketrans("ıىٱ", "iيا", ".ـ")
_SAME_WORDS = {"saint": "st", "and": ""}
_EVERYDAY = "am and are as at be by can do in is it la me my ne no si so to"
"""Everyday words that are also codes: "no" may well mean no, and only "NO" is Norway."""

_LIKENESS = 0.8
_SHORTEST_NAME = 4
_SHORTEST_INFLECTED = 6
_LONGEST_SENTENCE = 6


@dataclass(frozen=True, slots=True)
class Match:
    """The country that a text names, or else the countries it may mean, by their ISO alpha-2 codes."""

    code: str | None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Town:
    """A town in the country with that code, by its English name or that of the country itself."""

    country: str
    name: str

    def in_language(self, language: str) -> str:
        """Return the CLDR name in `language`; it has few towns, and any other keeps the name it has."""
        return _towns(language).get((self.country, self.name), self.name)


@dataclass(frozen=True, slots=True)
class _Country:
    alpha3: str
    state: str | None
    location: tuple[float, float] | None
    postal_code: str


class Countries:
    """The countries and territories of ISO 3166-1, and Kosovo; everything is read on first use."""

    def __contains__(self, code: object) -> bool:
        return code in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def name(self, code: str, language: str) -> str:
        """Return the name in `language`, or else in English; an unknown code stays as it is."""
        own = _APART.get((language, code)) or _territories(language).get(code)
        return own or _territories("en").get(code, code)

    def location(self, code: str) -> tuple[float, float] | None:
        """Return the capital's latitude and longitude, or None where there is no town or no such country."""
        country = self._table.get(code)
        return country.location if country else None

    def state(self, code: str) -> str | None:
        """Return the state that a territory belongs to, or None for a state, and where it is disputed."""
        country = self._table.get(code)
        return country.state if country else None

    def town_lines(self, code: str, town: str, postal_code: str | None) -> tuple[str, ...]:
        """Return the lines of an address that hold the town and the postal code, in the order of that country."""
        country = self._table.get(code)
        match country.postal_code if country and postal_code else "":
            case "before":
                return (f"{postal_code} {town}",)
            case "after":
                return (f"{town} {postal_code}",)
            case "above":
                return (str(postal_code), town)
        return (town, postal_code) if postal_code else (town,)

    def find(self, text: str) -> Match:
        """Return the country that `text` is a name, a code or the flag of; otherwise those it may mean."""
        if len(text) > MAX_TEXT:
            return Match(None)
        key = _fold(text)
        flags = tuple(code for code in map(_flag_code, _FLAG.findall(text)) if code in self)
        named = self._named(key) if key else flags
        if named:
            return Match(named[0]) if len(named) == 1 else Match(None, named[:MAX_SUGGESTIONS])
        code = self._code(key)
        if code:
            return Match(None, (code,)) if key in _EVERYDAY.split() and not text.isupper() else Match(code)
        contained = self._contained(key, flags)
        if len(contained) > MAX_SUGGESTIONS:
            return Match(None)
        return Match(None, (contained or self._by_town.get(key) or self._alike(key))[:MAX_SUGGESTIONS])

    @cached_property
    def _table(self) -> dict[str, _Country]:
        with (_DATA / "countries.csv").open(encoding="utf-8", newline="") as file:
            return {row["code"]: _country(row) for row in csv.DictReader(file)}

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """The codes behind each folded name: more than one where a name is ambiguous, such as "Korea"."""
        names: dict[str, tuple[str, ...]] = {}
        for code, name in (*self._official(), *_aliases()):
            key = _fold(name)
            if code not in names.get(key, ()):
                names[key] = (*names.get(key, ()), code)
        return names

    @cached_property
    def _by_town(self) -> dict[str, tuple[str, ...]]:
        """The codes behind the folded names of the towns after which CLDR calls time zones: a few for each country."""
        towns: dict[str, tuple[str, ...]] = {}
        for code, name in _towns_by_country():
            key = _fold(name)
            if code in self and code not in towns.get(key, ()):
                towns[key] = (*towns.get(key, ()), code)
        return towns

    @cached_property
    def _longest_name(self) -> int:
        return max(len(name.split()) for name in self._names)

    @cached_property
    def _by_alpha3(self) -> dict[str, str]:
        return {country.alpha3: code for code, country in self._table.items()}

    def _official(self) -> Iterator[tuple[str, str]]:
        for language in LANGUAGES:
            territories = _territories(language)
            yield from ((code, territories[code]) for code in self._table if code in territories)

    def _named(self, key: str) -> tuple[str, ...]:
        """Return the countries called exactly so; an article before the name is passed over."""
        first, _, rest = key.partition(" ")
        return self._names.get(key) or (self._names.get(rest, ()) if first in _ARTICLES else ())

    def _code(self, key: str) -> str | None:
        typed = key.upper()
        return typed if typed in self else self._by_alpha3.get(typed)

    def _contained(self, key: str, flags: tuple[str, ...]) -> tuple[str, ...]:
        """Return the countries whose names are words of the text, or whose flags are in it."""
        found = dict.fromkeys(flags)
        words = key.split()
        while words:
            size, codes = self._name_at_start(words)
            found |= dict.fromkeys(codes)
            words = words[size:]
        return tuple(found)

    def _name_at_start(self, words: list[str]) -> tuple[int, tuple[str, ...]]:
        """Return the length and the codes of the longest name at the start, or one word and no code."""
        for size in range(min(self._longest_name, len(words)), 0, -1):
            codes = self._names.get(" ".join(words[:size]), ())
            if codes:
                return size, codes
        return 1, ()

    def _alike(self, key: str) -> tuple[str, ...]:
        """Return the countries spelled nearly like the text, or like a long word of a short sentence."""
        words = key.split()
        # Names are inflected inside a sentence: "я живу в Германии".
        inflected = [word for word in words if len(word) >= _SHORTEST_INFLECTED]
        for candidate in [key, *(inflected if len(words) <= _LONGEST_SENTENCE else [])]:
            if len(candidate) >= _SHORTEST_NAME:
                near = difflib.get_close_matches(candidate, self._names, 4 * MAX_SUGGESTIONS, _LIKENESS)
                if near:
                    return tuple(dict.fromkeys(code for name in near for code in self._names[name]))
        return ()


def _fold(text: str) -> str:
    """Return the words of `text` as they are compared: without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_SAME_LETTERS)
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = (_SAME_WORDS.get(word, word) for word in re.findall(r"[^\W_]+", letters))
    return " ".join(word for word in words if word)


def _flag_code(flag: str) -> str:
    """Return the two letters that a flag is written with: regional indicator symbols."""
    return "".join(chr(ord(symbol) - ord("\U0001f1e6") + ord("A")) for symbol in flag)


def _territories(language: str) -> Mapping[str, str]:
    """Return the names of territories in a language, or no names if the language is unknown."""
    try:
        return Locale.parse(language.replace("_", "-"), sep="-").territories
    except (ValueError, UnknownLocaleError):
        return {}


def _aliases() -> Iterator[tuple[str, str]]:
    with (_DATA / "aliases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield from ((row["code"], name) for name in row["names"].split(";"))


@cache
def _towns(language: str) -> Mapping[tuple[str, str], str]:
    """Return the names of towns that CLDR has for its time zones, by country and English name."""
    try:
        own, english = (Locale.parse(code).time_zones for code in (language.replace("-", "_"), "en"))
    except (ValueError, UnknownLocaleError):
        return {}
    countries, renamed = get_global("zone_territories"), get_global("zone_aliases")
    names = {}
    for zone, words in own.items():
        country = countries.get(renamed.get(zone, zone))
        if country and "city" in words and language != "en":
            town = english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
            names[country, town] = words["city"]
    return names


def _towns_by_country() -> Iterator[tuple[str, str]]:
    """Yield the code of a country and a town there, as each of the languages calls it."""
    for zone, code in get_global("zone_territories").items():
        yield code, zone.rpartition("/")[2].replace("_", " ")
    for language in LANGUAGES:
        yield from ((code, name) for (code, _), name in _towns(language).items())


def _country(row: dict[str, str]) -> _Country:
    return _Country(row["alpha3"], row["state"] or None, _location(row), row["postal_code"])


def _location(row: dict[str, str]) -> tuple[float, float] | None:
    return (float(row["latitude"]), float(row["longitude"])) if row["latitude"] else None


@dataclass(frozen=True, slots=True)
class CountryName:
    """A country, named in the language of whoever reads it."""

    countries: Countries
    code: str

    def in_language(self, language: str) -> str:
        """Return the country's name in `language`."""
        return self.countries.name(self.code, language)
