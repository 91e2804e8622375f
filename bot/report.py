"""The numbers of all campaigns as one page that needs nothing else, or as data for programs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from markupsafe import Markup

from bot.charts import NOWHERE, Pictured, pictures
from bot.countries import Countries, CountryName
from bot.documents import picture
from bot.documents.pictures import INK, LINE, PAPER, PROMISED, SENT, SOFT
from bot.events import Chart
from bot.figures import Count, Figures
from bot.messages import Messages
from bot.published import FEWEST

VERSION = 1
"""Of the data; it is another as soon as something in them means something else."""
_COLOURS = {
    PAPER: "var(--paper)",
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    SENT: "var(--sent)",
    PROMISED: "var(--promised)",
}


@dataclass(frozen=True, slots=True)
class Report:
    """The numbers of the campaigns that have any, as they were at a moment."""

    at: datetime
    public: bool
    campaigns: tuple[Figures, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A picture on the page, and its numbers as a table beside it."""

    shown: Pictured
    chart: Chart
    drawing: Markup
    rows: tuple[Count, ...]
    running: tuple[int, ...]
    """Where time goes on: how many letters had left by the end of each part."""


def page(report: Report, messages: Messages, countries: Countries, language: str) -> str:
    """Return the report as an HTML page in `language`; a browser asks nobody for anything to show it."""
    parts = {
        one.campaign.slug: _parts(one, report, messages, countries, language) for one in report.campaigns
    }
    values = {"report": report, "parts": parts, "full": not report.public, "fewest": FEWEST}
    return messages.page("_report", values, language)


def _parts(
    figures: Figures, report: Report, messages: Messages, countries: Countries, language: str
) -> tuple[Part, ...]:
    made = []
    for number, one in enumerate(pictures(figures, countries, report.at.date())):
        chart = one.chart(language, messages.speak(language))
        drawing = _inline(chart, f"{figures.campaign.slug}-{number}")
        made.append(Part(one, chart, drawing, _rows(one, countries), tuple(accumulate(chart.sent))))
    return tuple(made)


def _rows(shown: Pictured, countries: Countries) -> tuple[Count, ...]:
    """Return the rows of the table: every country, for a table has room for all."""
    if shown.subject != "countries":
        return shown.rows
    named = [one for one in shown.figures.countries if one.key]
    rows = (Count(CountryName(countries, one.key), one.sent, one.promised, one.key) for one in named)
    return (*rows, *(one for one in shown.rows if not one.key and one.label == NOWHERE))


def _inline(chart: Chart, name: str) -> Markup:
    """Return the picture as SVG within a page: in the page's colours, with no name that another picture has too."""
    drawing = picture(chart, "svg").decode("utf-8")
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing[drawing.index("<svg") :], flags=re.DOTALL)
    for colour, variable in _COLOURS.items():
        drawing = drawing.replace(colour, variable)
    drawing = re.sub(r'(\bid="|xlink:href="#|url\(#)', rf"\g<1>{name}-", drawing)
    return Markup(drawing)  # noqa: S704  # every word in it is drawn, none is markup


def as_data(report: Report, messages: Messages) -> dict[str, object]:
    """Return the report as docs/report.md describes it; in what everybody may read, None is fewer than five."""
    speak = messages.speak("en")
    return {
        "version": VERSION,
        "at": report.at.isoformat(timespec="seconds"),
        "public": report.public,
        "campaigns": [
            {"campaign": one.campaign.slug, "title": speak(one.campaign.title), **_numbers(one)}
            for one in report.campaigns
        ],
    }


def _numbers(figures: Figures) -> dict[str, object]:
    people = {"people": _both(figures.people, figures.public)}
    sorts: dict[str, object] = {
        "organisations": _both(figures.organisations, figures.public),
        "kinds": _each(figures.kinds, figures.public),
        "countries": _each(figures.countries, figures.public),
    }
    if figures.public:
        return {**people, **sorts}
    return {
        **people,
        "letters": {**_both(figures.all, public=False), "answered": figures.answered},
        **sorts,
        "channels": _each(figures.channels, public=False),
        "days": {day.day.isoformat(): day.letters for day in figures.days},
    }


def _each(counts: Iterable[Count], public: bool) -> dict[str, object]:
    return {one.key: _both(one, public) for one in counts}


def _both(count: Count, public: bool) -> dict[str, int | None]:
    found = {"sent": count.sent, "promised": count.promised}
    return {name: number or None for name, number in found.items()} if public else dict(found)
