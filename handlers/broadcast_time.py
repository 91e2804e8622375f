"""When a broadcast goes out: now or at a time, at night or not, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime

from bot.broadcasts import Quiet, Size
from bot.choosing import Option, Speak
from bot.dialogue import Answers
from bot.events import Phrase, Reply
from bot.steps import Choice, Question, Refused, Step
from bot.writing import locale_of
from handlers.moments import Moment, Typed, Zone, moment
from handlers.world import World, again

NIGHT = (22, 8)
"""The hours in which nobody wants to be woken."""


@dataclass(frozen=True, slots=True)
class When:
    """When it begins (None: at once), and in which hours it rests."""

    starts_at: datetime | None
    quiet: Quiet | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A moment, in words of the reader's language."""

    moment: datetime
    zone: str

    def in_language(self, language: str) -> str:
        """Return the day, the time, and the time zone."""
        locale = locale_of(language)
        said = format_datetime(self.moment, "EEE d MMM HH:mm", tzinfo=ZoneInfo(self.zone), locale=locale)
        return f"{said} ({_named(self.zone, locale)})"


@dataclass(frozen=True, slots=True)
class _Time:
    """The time itself, typed where one chooses between at once and later, and a town with it."""

    world: World

    def read(self, words: str, speak: Speak) -> str | Refused:
        """Return the time that was typed."""
        typed = Typed.read(words, self.world)
        return typed.dump() if typed else Refused(Reply("broadcast/no-time", {"past": False}))

    def holds(self, value: str) -> bool:
        """Return whether `value` is a time."""
        return Typed.parse(value) is not None


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps that ask for the time, the time zone, and the hours of rest."""
    now = Option("now", Phrase("At once"), also=(Phrase("now"),))
    choices = (now, Option("later", Phrase("At a certain time")))
    when = Reply("broadcast/when")
    yield Choice("when", when, choices, again=again("fact"), opens=("time",), other=_Time(world))
    typed = Typed.parse(answers.text("when"))
    later = typed is not None or answers.text("when") == "later"
    ask_zone = Question("zone", Reply("broadcast/zone"), Zone(world))
    if later and not (typed and typed.zone):
        yield ask_zone
    zone = _zone_of(answers)
    if later and zone and not (typed and typed.moment(zone, world)):
        yield Question("time", Reply("broadcast/time"), Moment(zone, world.clock(), world.languages))
    rests = Option(
        "night",
        Phrase("Not between {start} and {end} o’clock", dict(zip(("start", "end"), NIGHT, strict=True))),
        also=(Phrase("no"),),
    )
    always = Option("any", Phrase("At any hour"), also=(Phrase("yes"),))
    yield Choice("quiet", Reply("broadcast/quiet"), (rests, always), again=again("fact"))
    if not later and answers.text("quiet") == "night":
        yield ask_zone


def when(answers: Answers, world: World) -> When:
    """Return when it is to go out, once that is said."""
    zone, typed = _zone_of(answers), Typed.parse(answers.text("when"))
    quiet = Quiet(*NIGHT, zone) if answers.text("quiet") == "night" else None
    later = typed is not None or answers.text("when") == "later"
    time = (typed and typed.moment(zone, world)) or answers.text("time") if later else ""
    return When(moment(time, zone) if time else None, quiet)


def _zone_of(answers: Answers) -> str:
    """Return the time zone that was named with the time, or when it was asked for."""
    typed = Typed.parse(answers.text("when"))
    return (typed and typed.zone) or answers.text("zone")


def changes(answers: Answers) -> Iterator[Option]:
    """Yield what can be changed of it."""
    yield Option("when", Phrase("Change the time"))
    yield Option("quiet", Phrase("Change the quiet hours"))


def begins(of: When, now: datetime) -> Spoken | None:
    """Return when the first message goes out, if not at once: at its time, and not before the hours of rest end."""
    start = of.starts_at or now
    if of.quiet is None:
        return Spoken(start, _zone(start)) if of.starts_at else None
    there = start.astimezone(ZoneInfo(of.quiet.zone))
    early, late = there.hour < of.quiet.end, there.hour >= of.quiet.start
    if early or late:
        morning = there.replace(hour=of.quiet.end, minute=0, second=0, microsecond=0)
        return Spoken(morning + timedelta(days=int(late)), of.quiet.zone)
    return Spoken(start, of.quiet.zone) if of.starts_at else None


def minutes(size: Size, pace: Mapping[str, float]) -> int:
    """Return how many minutes it takes at the pace of the platforms; 0 is less than one."""
    by_platform: dict[str, int] = {}
    for (platform, _), people in size.items():
        by_platform[platform] = by_platform.get(platform, 0) + people
    seconds = max((n / pace[name] for name, n in by_platform.items() if pace.get(name)), default=0.0)
    return round(seconds / 60 + 0.49) if seconds >= 60 else 0


def _zone(at: datetime) -> str:
    return at.tzinfo.key if isinstance(at.tzinfo, ZoneInfo) else "UTC"


def _named(zone: str, locale: Locale) -> str:
    """Return how people call a time zone: Etc/GMT-3 is UTC+3, Europe/Moscow is Москва to whoever reads Russian."""
    if zone.startswith("Etc/GMT"):
        sign = "+" if zone[7] == "-" else "-"
        return f"UTC{sign}{zone[8:]}"
    city = locale.time_zones.get(zone, {}).get("city")
    return str(city) if city else zone.rpartition("/")[2].replace("_", " ")
