"""The numbers of one campaign as pictures for its organisers: over time, by kind, by country and by channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from babel.dates import format_date, format_skeleton

from bot.choosing import Label, Speak
from bot.countries import Countries, CountryName
from bot.events import Chart, Document, Phrase
from bot.figures import Count, Figures
from bot.pledges import DayCount
from bot.writing import locale_of

Subject = Literal["time", "kinds", "countries", "channels"]
Step = Literal["day", "week", "month"]
SUBJECTS: tuple[Subject, ...] = ("time", "kinds", "countries", "channels")
MOST_COUNTRIES = 10
"""Countries that a picture has room for; the others are one bar."""
MOST_DAYS, MOST_WEEKS = 35, 30
"""Columns that a picture has room for, before weeks are shown instead of days, and months instead of weeks."""
TITLES: dict[Subject, Phrase] = {
    "time": Phrase("Letters over time"),
    "kinds": Phrase("Letters sent and promised"),
    "countries": Phrase("Letters by country"),
    "channels": Phrase("Letters by channel"),
}
COUNTED: dict[Subject, Phrase] = {
    "time": Phrase("Each letter stands on the day on which it left."),
    "kinds": Phrase("A letter is either sent or promised; one that has left is not promised any more."),
    "countries": Phrase("By the country that the sender lives in."),
    "channels": Phrase("A letter that goes by two channels is counted for each."),
}
FOR_EVERYBODY: dict[Subject, Phrase] = {
    "kinds": Phrase("People who have sent letters, or promised to"),
    "countries": Phrase("People by country"),
}
IN_FIVES = Phrase("Each person is counted once in a row; the numbers are rounded down to fives.")
# Translators: below the title of a picture; {counted} is a sentence that says what is counted
OF_ALL = Phrase("{campaign} ({day}). {counted}")
# Translators: below the title of a picture; {counted} is a sentence that says what is counted
WHOSE = Phrase("{campaign} ({day}). {counted} For organisers: small numbers may point at a person.")
# Translators: of letters; what the colours of bars stand for, and the lines below that too
SENT, PROMISED = Phrase("sent"), Phrase("promised, not sent yet")
# Translators: of people; what the colours of bars stand for
HAVE_SENT, HAVE_PROMISED = Phrase("have sent letters"), Phrase("have only promised to")
EACH: dict[Step, Phrase] = {
    "day": Phrase("sent each day"),
    "week": Phrase("sent each week, from Monday on"),
    "month": Phrase("sent each month"),
}
UNTIL_THEN = Phrase("sent until then")
ALL, EVERYBODY = Phrase("All letters"), Phrase("Everybody")
ORGANISATIONS = Phrase("from organisations")
OTHERS = Phrase("{number} other countries")
NOWHERE = Phrase("no country given")


@dataclass(frozen=True, slots=True)
class Pictured:
    """One of the pictures of a campaign's numbers, as they were `on` a day."""

    subject: Subject
    figures: Figures
    countries: Countries
    on: date

    @property
    def title(self) -> Phrase:
        """What it shows."""
        return (FOR_EVERYBODY if self.figures.public else TITLES)[self.subject]

    @property
    def counted(self) -> Phrase:
        """What it counts, and how."""
        return IN_FIVES if self.figures.public else COUNTED[self.subject]

    @property
    def rows(self) -> tuple[Count, ...]:
        """What it shows of each sort; () where it shows time."""
        match self.subject:
            case "kinds":
                return tuple(_kinds(self.figures))
            case "countries":
                return tuple(_countries(self.figures, self.countries))
            case "channels":
                return self.figures.channels
        return ()

    @property
    def step(self) -> Step:
        """How long the parts are in which time goes on."""
        return _step(self.figures.days, self.on)

    @property
    def parts(self) -> tuple[DayCount, ...]:
        """How many letters left in each part of time, by its first day; also in those in which none did."""
        return tuple(_parts(self.figures.days, self.step, self.on))

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.figures.days if self.subject == "time" else self.rows)

    def in_words(self, language: str, speak: Speak) -> Document:
        """Return the picture for somebody who reads `language`, in which `speak` says a label."""
        name = f"{self.figures.campaign.slug}-{self.subject}.png"
        return Document(name, self.chart(language, speak))

    def chart(self, language: str, speak: Speak) -> Chart:
        """Return what is to be drawn."""
        values = {
            "campaign": self.figures.campaign.title,
            "day": format_date(self.on, "long", locale=locale_of(language)),
            "counted": self.counted,
        }
        below, names = WHOSE, (SENT, PROMISED)
        if self.figures.public:
            below, names = OF_ALL, (HAVE_SENT, HAVE_PROMISED)
        chart = Chart(
            language,
            "sorts",
            speak(self.title),
            speak(replace(below, values=values)),
            labels=tuple(speak(one.label) for one in self.rows),
            sent=tuple(one.sent for one in self.rows),
            promised=tuple(one.promised for one in self.rows),
            names=(speak(names[0]), speak(names[1])),
        )
        return self._over_time(chart, speak) if self.subject == "time" else chart

    def _over_time(self, chart: Chart, speak: Speak) -> Chart:
        return replace(
            chart,
            shape="time",
            labels=tuple(_date(part.day, self.step, chart.language) for part in self.parts),
            sent=tuple(part.letters for part in self.parts),
            names=(speak(EACH[self.step]), speak(UNTIL_THEN)),
        )


def pictures(figures: Figures, countries: Countries, on: date) -> tuple[Pictured, ...]:
    """Return the pictures of a campaign's numbers, those that show anything."""
    made = (Pictured(subject, figures, countries, on) for subject in SUBJECTS)
    return tuple(one for one in made if one.any)


def _kinds(figures: Figures) -> Iterator[Count]:
    yield replace(figures.all, label=EVERYBODY if figures.public else ALL)
    yield from figures.kinds
    if figures.organisations.any:
        yield replace(figures.organisations, label=ORGANISATIONS)


def _countries(figures: Figures, countries: Countries) -> Iterator[Count]:
    known = [one for one in figures.countries if one.key]
    for one in known[:MOST_COUNTRIES]:
        yield replace(one, label=CountryName(countries, one.key))
    if others := known[MOST_COUNTRIES:]:
        yield _together(others, replace(OTHERS, values={"number": len(others)}))
    yield from (replace(one, label=NOWHERE) for one in figures.countries if not one.key)


def _together(counts: Iterable[Count], label: Label) -> Count:
    found = list(counts)
    return Count(label, sum(one.sent for one in found), sum(one.promised for one in found))


def _step(days: tuple[DayCount, ...], on: date) -> Step:
    if not days:
        return "day"
    length = (max(on, days[-1].day) - days[0].day).days + 1
    return "day" if length <= MOST_DAYS else "week" if length <= 7 * MOST_WEEKS else "month"


def _parts(days: tuple[DayCount, ...], step: Step, on: date) -> Iterator[DayCount]:
    if not days:
        return
    start, end = _begin(days[0].day, step), max(on, days[-1].day)
    while start <= end:
        after = _begin(start + timedelta({"day": 1, "week": 7, "month": 31}[step]), step)
        letters = sum(one.letters for one in days if start <= one.day < after)
        yield DayCount(days[0].campaign, start, letters)
        start = after


def _begin(day: date, step: Step) -> date:
    """Return the first day of the week or month that `day` is in."""
    if step == "week":
        return day - timedelta(day.weekday())
    return day.replace(day=1) if step == "month" else day


def _date(day: date, step: Step, language: str) -> str:
    return format_skeleton("yMMM" if step == "month" else "MMMd", day, locale=locale_of(language))
