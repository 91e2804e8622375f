"""When a letter is to be sent: a day in few taps, and the moment to remind of it where its sender is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.choosing import Option, Speak, fold, plainly
from bot.days import read_day
from bot.dialogue import Answers
from bot.events import Event, Phrase, Reply
from bot.steps import Choice, Question, Refused, Step
from bot.zones import TownClock, decent, is_distance, zone_by_clock, zone_of, zones_in
from handlers.world import World, again

DAYTIME, TONIGHT = time(10), time(19)
"""When somebody is reminded on a day, and on the evening of the same day."""
SATURDAY = 5

_SOON = (
    Option("tonight", Phrase("Tonight"), also=(Phrase("today"), Phrase("now"))),
    Option("tomorrow", Phrase("Tomorrow")),
    Option("saturday", Phrase("On Saturday")),
)
# Translators: what people may type for the same day a week later
_NEXT_WEEK = Phrase("next week")


@dataclass(frozen=True, slots=True)
class _Tongue:
    """Tells which language is spoken."""

    def in_language(self, language: str) -> str:
        return language


@dataclass(frozen=True, slots=True)
class _Day:
    """Any day that is to come, typed beside the options; it is kept as 2026-12-05T18:30, or less."""

    today: date

    def read(self, words: str, speak: Speak) -> str | Refused:
        """Return the day that was typed."""
        if plainly(words, speak) in (fold(_NEXT_WEEK.text), fold(speak(_NEXT_WEEK))):
            return (self.today + timedelta(weeks=1)).isoformat()
        found = read_day(words, self.today, speak(_Tongue()))
        return found.isoformat()[:16] if found else Refused(Reply("pledge/which-day"))

    def holds(self, value: str) -> bool:
        """Return whether `value` is a day."""
        return written(value) is not None


def ask_when(
    prompt: Reply,
    before: tuple[Option, ...],
    after: tuple[Option, ...],
    world: World,
    optional: bool = True,
) -> Choice:
    """Return the question when a letter is to be sent, with other options `before` and `after` the days."""
    options, day = (*before, *_SOON, *after), _Day(world.clock().date())
    return Choice("when", prompt, options, optional=optional, again=again("when"), other=day)


def written(when: str) -> date | datetime | None:
    """Return the day that was typed, with the time of day if one was; None if `when` is no such day."""
    try:
        return datetime.fromisoformat(when) if "T" in when else date.fromisoformat(when)
    except ValueError:
        return None


def ask_zone(answers: Answers, country: str | None, world: World) -> Iterator[Step]:
    """Yield the one question that is left of where somebody is: which of a country's times they keep."""
    zones = known_zones(country, world)
    now = world.clock()
    if len(zones) > 1:
        options = tuple(Option(zone, TownClock(now, zone)) for zone in zones)
        yield Choice("zone", Reply("pledge/zone"), options, optional=True, again=again("zone"))
    elif not zones:
        yield Question("zone", Reply("pledge/clock"), Clock(now), optional=True, again=again("zone"))


def known_zones(country: str | None, world: World) -> tuple[str, ...]:
    """Return the time zones that somebody in `country` may keep; none if it is not known."""
    return zones_in(country, world.countries.location(country), world.clock()) if country else ()


def zone_from(answers: Answers, country: str | None, world: World) -> str | None:
    """Return the time zone that somebody keeps; None where they did not say."""
    zones = known_zones(country, world)
    return zones[0] if len(zones) == 1 else answers.text("zone") or None


@dataclass(frozen=True, slots=True)
class Clock:
    """Accepts what somebody's clock shows, and turns it into how far from UTC they are."""

    now: datetime

    def __call__(self, words: str) -> str | Refused:
        """Return a distance from UTC such as "+05:30"; that stays as it is."""
        if is_distance(words):
            return words
        return zone_by_clock(words, self.now) or Refused(Reply("pledge/no-clock"))


def moment(when: str, event: Event, zone: str) -> datetime:
    """Return when to remind of what shall be done then: at a decent hour where the person is, and not in the past."""
    local = event.at.astimezone(zone_of(zone))
    return decent(max(_named(when, local), local + timedelta(hours=1)), zone).astimezone(UTC)


def _named(when: str, local: datetime) -> datetime:
    """Return the moment that `when` names for somebody whose time it is `local`."""
    found = written(when)
    if isinstance(found, datetime):
        return found.replace(tzinfo=local.tzinfo)
    day = found or local.date() + _days(local)[when]
    hour = TONIGHT if day == local.date() else DAYTIME
    return datetime.combine(day, hour, local.tzinfo)


def _days(local: datetime) -> Mapping[str, timedelta]:
    saturday = timedelta(days=(SATURDAY - local.weekday() - 1) % 7 + 1)
    return {"tonight": timedelta(), "tomorrow": timedelta(days=1), "saturday": saturday}


def day(when: str, event: Event, zone: str | None) -> date:
    """Return the day that `when` means where the person is, as far as that is known."""
    return _named(when, event.at.astimezone(zone_of(zone or "UTC"))).date()
