"""A page to hand over: how many letters were sent, which organisations stand behind them, and what they demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from bot.campaigns import Campaign
from bot.choosing import Speak
from bot.cleaning import clean
from bot.countries import Countries
from bot.events import Phrase
from bot.export.numbers import Numbers
from bot.figures import CHANNELS
from bot.published import FEWEST
from bot.resources import templates
from bot.writing import locale_of

_STATES = {
    "open": Phrase("open"),
    "partly-met": Phrase("partly met"),
    "met": Phrase("met"),
    "unknown": Phrase("not known"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """In which language the page is written, and the words of that."""

    language: str
    speak: Speak
    countries: Countries

    def number(self, value: int) -> str:
        """Return a number as it is written there."""
        return format_decimal(value, locale=self.language)

    def day(self, value: date) -> str:
        """Return a day in words."""
        return format_date(value, "long", locale=locale_of(self.language))

    def say(self, text: Phrase) -> str:
        """Return a phrase."""
        return self.speak(text)


def folded(counts: Mapping[str, int]) -> tuple[tuple[tuple[str, int], ...], int]:
    """Return the counts that may be shown, the largest first, and what all others come to.

    Whatever is below five is among the others, and so is what has no name; where they are fewer than five together,
    the next larger ones go with them, so that no small number can be worked out.
    """
    shown = sorted(
        ((n, key) for key, n in counts.items() if key and n >= FEWEST), key=lambda one: (-one[0], one[1])
    )
    others = sum(counts.values()) - sum(n for n, _ in shown)
    while 0 < others < FEWEST and shown:
        others += shown.pop()[0]
    return tuple((key, n) for n, key in shown), others


def handover(campaign: Campaign, numbers: Numbers, told: Told, today: date) -> bytes:
    """Return the page as PDF."""
    return _typesetter()(json.dumps(_words(campaign, numbers, told, today), ensure_ascii=False))


@cache
def _typesetter() -> Callable[[str], bytes]:
    """Return what sets the page, with the fonts of the package and no others."""
    import typst  # it is large, and many a bot never prints

    folder = templates()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[folder / "fonts"])

    def typeset(words: str) -> bytes:
        given = {"page": words}
        return typst.compile(folder / "handover.typ", root=folder, font_paths=fonts, sys_inputs=given)

    return typeset


def _words(campaign: Campaign, numbers: Numbers, told: Told, today: date) -> dict[str, object]:
    """Return everything that stands on the page, in the order of its parts."""
    sent = sum(numbers.countries.values())
    return {
        "language": told.language,
        "rtl": Locale.parse(told.language).text_direction == "rtl",
        "title": campaign.title.in_language(told.language),
        "head": told.say(Phrase("Letters in solidarity: what was sent")),
        "day": told.say(Phrase("As of {day}", {"day": told.day(today)})),
        "sent": [_few(sent, told), told.say(Phrase("letters sent"))],
        "tables": list(_tables(numbers, told)) if sent >= FEWEST else [],
        "organisations": [
            told.say(Phrase("Organisations that sent a letter and agreed to be named")),
            [_organisation(name, country, told) for name, country in _ordered(numbers.organisations)],
        ],
        "demands": [told.say(Phrase("What the letters demand")), list(_demands(campaign, told))],
        "notes": list(_notes(numbers, told)),
    }


def _few(number: int, told: Told) -> str:
    if 0 < number < FEWEST:
        return told.say(Phrase("fewer than {number}", {"number": told.number(FEWEST)}))
    return told.number(number)


def _tables(numbers: Numbers, told: Told) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the numbers by country and by channel: a heading, and rows."""
    shown, others = folded(numbers.countries)
    countries = [(told.countries.name(code, told.language), told.number(n)) for code, n in shown]
    rest = (told.say(Phrase("other countries, or none given")), _few(others, told))
    yield told.say(Phrase("Letters sent, by country")), [*countries, *([rest] if others else [])]
    by = sorted(numbers.channels.items(), key=lambda one: (-one[1], one[0]))
    channels = [(told.say(CHANNELS.get(key, Phrase(key))), _few(n, told)) for key, n in by]
    yield told.say(Phrase("Letters sent, by channel")), channels


def _organisation(name: str, country: str, told: Told) -> str:
    place = f" ({told.countries.name(country, told.language)})" if country else ""
    return f"\u2068{clean(name)}\u2069{place}"  # a name keeps its own direction


def _ordered(organisations: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(organisations, key=lambda one: (one[0].casefold(), one[1]))


def _demands(campaign: Campaign, told: Told) -> Iterator[tuple[str, str]]:
    """Yield each demand, and how it stands today."""
    for demand in campaign.demands:
        since = demand.date.in_language(told.language) if demand.date else ""
        state = told.say(_STATES[demand.state])
        yield demand.text.in_language(told.language), ", ".join(filter(None, (state, since)))


def _notes(numbers: Numbers, told: Told) -> Iterator[str]:
    """Yield what is to be known about the numbers."""
    yield told.say(Phrase("A letter is counted as sent once its writer has said that it was sent."))
    yield told.say(Phrase("A letter that went by two channels is counted for each of them."))
    if numbers.promised >= FEWEST:
        more = {"number": told.number(numbers.promised)}
        yield told.say(Phrase("Promised and not sent yet, and not counted here: {number}.", more))
    yield told.say(Phrase("No number below five is shown by itself, so that nobody can be found out."))
