"""What time it is where somebody is, and when it is too late to write to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.dates import format_skeleton, format_time, get_timezone_location

from bot.events import Place
from bot.places import time_zone_at
from bot.writing import locale_of

MORNING, EVENING = time(8), time(21)
"""Between these two somebody may be written to; nobody is from the evening to the morning."""

_OFFSET = re.compile(r"([+-])([01]\d):([0-5]\d)")
_WRITTEN = re.compile(r"\s*(\d{1,2})(?:[:.](\d\d))?\s*([ap])?\.?m?\.?\s*", re.IGNORECASE)
_WEST, _QUARTER = timedelta(hours=11), timedelta(minutes=15)
_DAY = timedelta(days=1)


def is_distance(name: str) -> bool:
    """Return whether `name` is a distance from UTC such as "+05:30"."""
    return _OFFSET.fullmatch(name) is not None


def zone_of(name: str) -> tzinfo:
    """Return the time zone with that name in the tz database, or at a distance from UTC such as "+05:30"."""
    if offset := _OFFSET.fullmatch(name):
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-distance if offset[1] == "-" else distance)
    return ZoneInfo(name)


def decent(moment: datetime, zone: str) -> datetime:
    """Return `moment`, or the morning after it where it is night then."""
    local = moment.astimezone(zone_of(zone))
    if MORNING <= local.time() < EVENING:
        return moment
    morning = local.date() + (_DAY if local.time() >= EVENING else timedelta())
    return datetime.combine(morning, MORNING, zone_of(zone)).astimezone(UTC)


def zones_in(country: str, capital: tuple[float, float] | None, now: datetime) -> tuple[str, ...]:
    """Return a time zone for each time that is kept in `country` over the year from `now`; none of an unknown one.

    The time zones of each country are the Unicode CLDR's. Of several with the same time the one of the capital (given
    by its latitude and longitude) stands for all, or one that many systems name; from west to east.
    """
    found = _zones(country, capital, now.astimezone(UTC).replace(minute=0, second=0, microsecond=0))
    return tuple(sorted(found, key=lambda zone: (now.astimezone(ZoneInfo(zone)).utcoffset(), zone)))


@lru_cache(maxsize=512)
def _zones(country: str, capital: tuple[float, float] | None, hour: datetime) -> frozenset[str]:
    seat = time_zone_at(Place(*capital)) if capital else ""
    listed = get_global("territory_zones").get(country) or ([seat] if seat else [])
    known = set(get_global("windows_zone_mapping").values())
    kept: dict[tuple[object, ...], str] = {}
    for zone in sorted(listed, key=lambda zone: (zone != seat, zone not in known)):
        kept.setdefault(tuple(_over_the_year(zone, hour)), zone)
    return frozenset(kept.values())


def _over_the_year(zone: str, now: datetime) -> Iterator[timedelta | None]:
    """Yield how far a zone is from UTC, once in each month."""
    return ((now + 30 * month * _DAY).astimezone(ZoneInfo(zone)).utcoffset() for month in range(13))


def zone_by_clock(words: str, now: datetime) -> str | None:
    """Return how far from UTC it is where a clock shows what `words` say, such as 14:30 or 2 pm; None if nothing."""
    found = _WRITTEN.fullmatch(words)
    if found is None or not (found[2] or found[3]) or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0) if found[3] else int(found[1])
    shown = timedelta(hours=hour, minutes=int(found[2] or 0))
    utc = now.astimezone(UTC)
    ahead = shown - timedelta(hours=utc.hour, minutes=utc.minute)
    away = round(ahead / _QUARTER) * _QUARTER
    away = (away + _WEST) % _DAY - _WEST
    minutes = abs(away) // timedelta(minutes=1)
    return f"{'-' if away < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as it is written where somebody is: Saturday 28 November, 10:00."""

    at: datetime
    zone: str

    def in_language(self, language: str) -> str:
        """Return the day and the time of day."""
        locale = locale_of(language)
        local = self.at.astimezone(zone_of(self.zone))
        day = format_skeleton("MMMMEEEEd", local, locale=locale)
        return f"{day}, {format_time(local, 'HH:mm', locale=locale)}"


@dataclass(frozen=True, slots=True)
class TownClock:
    """A town by which a time zone is known, and what its clocks show."""

    now: datetime
    zone: str

    def in_language(self, language: str) -> str:
        """Return the town, and the time there."""
        locale = locale_of(language)
        town = get_timezone_location(self.zone, locale=locale, return_city=True)
        return f"{self.now.astimezone(ZoneInfo(self.zone)):%H:%M} ({town})"
