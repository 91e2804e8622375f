"""The numbers as pictures: what each shows, in every language, and that nothing is lost between two parts of time."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts import MOST_COUNTRIES, MOST_DAYS, MOST_WEEKS, Pictured, pictures
from bot.documents import picture
from bot.events import Chart
from bot.figures import Figures, in_full
from bot.pledges import DayCount, LetterCount, PeopleCount, Status, Tally, WayCount
from tests.door import furnished

SLUG = "zhanaozen-2011"
ON = date(2026, 11, 26)
WORLD, MESSAGES = furnished()
COUNTRIES = ("DE", "US", "FR", "TR", "KZ", "RU", "GB", "ES", "IT", "NL", "SE", "PL", "AT", "CH")


def figures(days: tuple[DayCount, ...] = (DayCount(SLUG, date(2026, 11, 20), 5000),)) -> Figures:
    """Return numbers of which each is another."""
    letters = [
        LetterCount(SLUG, kind, sender, country, status, 3 * number + 1)
        for number, country in enumerate((*COUNTRIES, None))
        for kind in ("protest", "solidarity")
        for sender in ("person", "organisation")
        for status in (Status.PLEDGED, Status.SENT)
    ]
    ways = [
        WayCount(SLUG, channel, Status.SENT, 1200) for channel in ("post", "email", "fax", "phone", "visit")
    ]
    people = [PeopleCount(SLUG, "all", "", 700, 50)]
    return in_full(WORLD.campaigns[SLUG], Tally(tuple(letters), tuple(ways)), people, days)


def drawn(language: str, found: Figures | None = None) -> dict[str, Chart]:
    """Return each picture in `language`, by what it is of."""
    made = pictures(found or figures(), WORLD.countries, ON)
    return {one.subject: one.chart(language, MESSAGES.speak(language)) for one in made}


def test_what_they_show() -> None:
    """Time, kinds, countries and channels, each with its title, what is counted, and who may see it."""
    charts = drawn("en")
    assert list(charts) == ["time", "kinds", "countries", "channels"]
    assert charts["kinds"].labels == (
        "All letters",
        "Letter of protest",
        "Letter of solidarity",
        "from organisations",
    )
    assert charts["countries"].labels[:2] == ("Switzerland", "Austria")
    assert charts["countries"].labels[-2:] == ("4 other countries", "no country given")
    assert len(charts["countries"].labels) == MOST_COUNTRIES + 2
    assert charts["channels"].labels[0] == "by post"
    for chart in charts.values():
        assert "the oil workers’ strike of 2011 (26 November 2026)." in chart.below
        assert "For organisers: small numbers may point at a person." in chart.below
    assert charts["kinds"].names == ("sent", "promised, not sent yet")


@pytest.mark.parametrize("subject", ["kinds", "countries"])
def test_nothing_is_lost(subject: str) -> None:
    """The bars add up to all letters that were sent, and to all that are promised."""
    found, charts = figures(), drawn("en")
    rows = charts[subject].sent, charts[subject].promised
    parts = [row[1:3] if subject == "kinds" else row for row in rows]
    assert [sum(part) for part in parts] == [found.all.sent, found.all.promised]


def test_nothing_to_show() -> None:
    """Where nothing has left yet there is no picture of time, and where no way is known none of channels."""
    promised = Tally((LetterCount(SLUG, "protest", "person", "DE", Status.PLEDGED, 3),), ())
    assert list(drawn("en", in_full(WORLD.campaigns[SLUG], promised, ()))) == ["kinds", "countries"]


days = st.dictionaries(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(1, 500), max_size=30)


@given(days, st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_time_goes_on(left: dict[date, int], on: date) -> None:
    """The parts of time follow one another without a gap, have room in a picture of a year, and hold every letter."""
    counts = tuple(DayCount(SLUG, day, left[day]) for day in sorted(left))
    shown = Pictured("time", figures(counts), WORLD.countries, on)
    parts = shown.parts
    assert sum(part.letters for part in parts) == sum(left.values())
    assert bool(parts) == bool(left)
    for part, after in pairwise(parts):
        length = (after.day - part.day).days
        assert length in {"day": [1], "week": [7], "month": [28, 29, 30, 31]}[shown.step]
        assert part.letters == sum(left.get(part.day + timedelta(n), 0) for n in range(length))
    assert len(parts) <= {"day": MOST_DAYS, "week": MOST_WEEKS + 1, "month": 61}[shown.step]
    if left:
        assert parts[0].day <= min(left)
        assert parts[-1].day <= max(on, *left)


@pytest.mark.parametrize("language", MESSAGES.languages)
@pytest.mark.parametrize("length", [1, 20, 200, 900])
def test_every_language_can_be_drawn(language: str, length: int) -> None:
    """Each picture can be drawn in each language: there is a letter for everything that is written in it."""
    start = ON - timedelta(length - 1)
    counts = (DayCount(SLUG, start, 12), DayCount(SLUG, ON, 3000)) if length > 1 else (DayCount(SLUG, ON, 1),)
    for chart in drawn(language, figures(counts)).values():
        assert "{" not in chart.below + chart.title + "".join((*chart.labels, *chart.names))
        assert picture(chart).startswith(b"\x89PNG")  # a letter that no font has would be a warning, and fail
