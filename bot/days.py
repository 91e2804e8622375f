"""A day as people write it: 5 December, 5.12., 2026-12-05, Friday, tomorrow, each with a time of day if they like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache

from babel.dates import get_day_names, get_month_names

from bot.choosing import fold

_TIME = re.compile(r"\b(\d{1,2})[:.](\d\d)\s*$")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_NUMBERS = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})(?:\s*[./-]\s*(\d{4}))?\.?")
_NEAR = tuple(
    frozenset(map(fold, words.split()))
    for words in (
        "today сегодня бүгін aujourd hoy heute bugün اليوم",
        "tomorrow завтра ертең demain mañana morgen yarın غدا غدًا",
        "послезавтра бүрсігүні übermorgen",
    )
)
"""Today, tomorrow and the day after, in all languages: none of these words means another day in another."""
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_LONGEST = 60
_INFLECTED = 5
"""Letters of a word whose ending may differ from a name's."""


def read_day(words: str, today: date, language: str) -> date | datetime | None:
    """Return the day that `words` in `language` or English mean, with the time of day if they name one; None if none.

    A day without a year is the next one that is so called; one that is past, or a year away, is none.
    """
    if len(words) > _LONGEST:
        return None
    words, hour = _with_time(words.strip())
    found = next((day for day in _readings(words, today, language) if day is not None), None)
    if found is None or not today <= found <= today + timedelta(days=366):
        return None
    return found if hour is None else datetime.combine(found, hour)


def _with_time(words: str) -> tuple[str, time | None]:
    """Return `words` without the time of day at their end, and that."""
    found = _TIME.search(words)
    before = words[: found.start()].strip(" ,") if found else ""
    if not found or not before or _NUMBERS.fullmatch(words) or int(found[1]) > 23 or int(found[2]) > 59:
        return words, None
    return re.sub(r"\s+\w{1,2}$", "", before) or before, time(int(found[1]), int(found[2]))


def _readings(words: str, today: date, language: str) -> Iterator[date | None]:
    if iso := _ISO.fullmatch(words):
        yield _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if numbers := _NUMBERS.fullmatch(words):
        yield _coming(int(numbers[1]), int(numbers[2]), numbers[3], today)
    yield _in_words(_TOKEN.findall(words), today, language)


def _in_words(tokens: list[str], today: date, language: str) -> date | None:
    """Return the day that is named by a month and a number, or as a day of the week."""
    names = _names(language)
    found = [named for token in tokens if not token.isdecimal() for named in _named(fold(token), names)]
    numbers = [int(token) for token in tokens if token.isdecimal()]
    near = [days for days, names in enumerate(_NEAR) if any(fold(token) in names for token in tokens)]
    if near and not numbers and not found:
        return today + timedelta(days=near[0])
    months = [number for kind, number in found if kind == "month"]
    if months and numbers:
        year = next((str(number) for number in numbers if number > 31), None)
        return _coming(numbers[0], months[0], year, today)
    weekdays = [number for kind, number in found if kind == "day"]
    if weekdays and not numbers:
        return today + timedelta(days=(weekdays[0] - today.weekday() - 1) % 7 + 1)
    return None


def _named(word: str, names: dict[str, tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Yield what `word` is the name of, in whatever case it stands."""
    if word in names:
        yield names[word]
    elif len(word) >= _INFLECTED:
        yield from (names[near] for near in get_close_matches(word, names, 1, 0.8))


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    """Return that day in the year that is named, or the next one that is so called."""
    if year:
        return _date(int(year), month, day)
    this = _date(today.year, month, day)
    return this if this and this >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _names(language: str) -> dict[str, tuple[str, int]]:
    """Return what days of the week and months are called in English and in `language`, as they are compared."""
    names: dict[str, tuple[str, int]] = {}
    for locale in dict.fromkeys(("en", language)):
        for width in ("abbreviated", "wide"):
            for context in ("format", "stand-alone"):
                days = get_day_names(width, context, locale)
                months = get_month_names(width, context, locale)
                names |= {fold(name): ("day", number) for number, name in days.items()}
                names |= {fold(name): ("month", number) for number, name in months.items()}
    return names
