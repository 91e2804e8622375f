"""Moments as people name them: a time zone, and a time of day there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from bot.choosing import fold
from bot.countries import Countries
from bot.events import Reply
from bot.steps import Refused

LONGEST = timedelta(days=60)
"""How far ahead something can be set."""
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?00)?", re.IGNORECASE)
_TIME = re.compile(r"(.*?)\b(\d{1,2})(?:[:.h](\d{2}))?\s*([ap]\.?m\.?)?\s*", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./]?(\d{4})?")
_TODAY = frozenset(map(fold, "today сегодня бүгін aujourd'hui hoy heute bugün اليوم".split()))
_TOMORROW = frozenset(map(fold, "tomorrow завтра ертең demain mañana morgen yarın غدا غدًا".split()))
_AT = frozenset(map(fold, "at um в à a las saat uhr h الساعة".split()))


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Return the time zones by what they are called: "europe/berlin", and "berlin"."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    towns = {fold(zone.rpartition("/")[2].replace("_", " ")): zone for zone in reversed(places)}
    return towns | {fold(zone): zone for zone in places} | {"utc": "UTC", "gmt": "UTC"}


@dataclass(frozen=True, slots=True)
class Zone:
    """Accepts a time zone: a large town in it, a country that has only one, or "UTC+3"."""

    countries: Countries

    def __call__(self, words: str) -> str | Refused:
        """Return the zone's name: "Europe/Berlin"."""
        said = words.strip()[:60]
        if said.startswith("Etc/GMT") and said in available_timezones():
            return said
        if (offset := _OFFSET.fullmatch(said)) and int(offset[2]) <= 12:
            sign = "-" if offset[1] == "+" else "+"  # as POSIX has it, the other way round
            return f"Etc/GMT{sign}{int(offset[2])}" if int(offset[2]) else "UTC"
        named = _zones().get(fold(said)) or _zones().get(fold(said).replace(" ", "_"))
        return named or self._of_country(said) or Refused(Reply("broadcast/no-zone"))

    def _of_country(self, words: str) -> str | None:
        code = self.countries.find(words).code
        zones = get_global("territory_zones").get(code, []) if code else []
        return zones[0] if len(zones) == 1 else None


@dataclass(frozen=True, slots=True)
class Moment:
    """Accepts a time that is to come in a time zone: "18:30", "tomorrow 9:00", "27.11. 18:30", "2026-11-27 9:00"."""

    zone: str
    now: datetime

    def __call__(self, words: str) -> str | Refused:
        """Return it as "2026-11-27 18:30"."""
        here = self.now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        meant = _meant(words.strip()[:60], here)
        if meant is None or not here < meant <= here + LONGEST:
            return Refused(Reply("broadcast/no-time", {"past": meant is not None and meant <= here}))
        return meant.strftime("%Y-%m-%d %H:%M")


def moment(words: str, zone: str) -> datetime:
    """Return the moment that is written as "2026-11-27 18:30" in a time zone."""
    return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))


def _meant(words: str, here: datetime) -> datetime | None:
    """Return what time `words` mean where it is `here` now; the next such time where no day is named."""
    found = _TIME.fullmatch(words)
    clock = _clock(found[2], found[3], found[4]) if found else None
    if found is None or clock is None:
        return None
    said = " ".join(word for word in fold(found[1].replace(",", " ")).split() if word not in _AT)
    if not said:
        today = datetime.combine(here.date(), clock)
        return today if today > here else today + timedelta(days=1)
    day = _day(said, here.date())
    return datetime.combine(day, clock) if day else None


def _clock(hour: str, minute: str | None, half: str | None) -> time | None:
    late = half is not None and half.casefold().startswith("p")
    hours = int(hour) % 12 + 12 * late if half else int(hour)
    return time(hours, int(minute or 0)) if hours < 24 and int(minute or 0) < 60 else None


def _day(said: str, today: date) -> date | None:
    if said in _TODAY:
        return today
    if said in _TOMORROW:
        return today + timedelta(days=1)
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", said):
            return date.fromisoformat(said)
        if (found := _DAY.fullmatch(said)) is None:
            return None
        day, month, year = int(found[1]), int(found[2]), int(found[3] or today.year)
        named = date(year, month, day)
        return named if found[3] or named >= today else date(year + 1, month, day)
    except ValueError:
        return None
