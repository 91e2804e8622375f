"""Moments as people name them: a time zone, and a time of day there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.choosing import fold
from bot.days import read_day
from bot.events import Reply
from bot.steps import Refused
from bot.writing import locale_of
from bot.zones import zones_in
from handlers.world import World

LONGEST = timedelta(days=60)
"""How far ahead something can be set."""
_MOST = 60
"""Characters in which a time can be said."""
_TOWN = 3
"""Words that the name of a town has at most."""
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?00)?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)?([ap]m)?")
_HALF = re.compile(r"(\d)\s*([ap])\.?\s?m\b\.?")
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./]?(?:\d{4})?|\d{4}-\d\d-\d\d")
_DAY_ALONE = re.compile(r"\s*\d{1,2}\.\d{1,2}\.\s*")
_SHORT = {"utc": "UTC", "gmt": "UTC", "cet": "Europe/Berlin", "msk": "Europe/Moscow", "мск": "Europe/Moscow"}


def _words(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))


_BESIDES = _words(
    "at on in the um am в во à a le de du de l las la el saat uhr o'clock oclock час часа часов ч сағат الساعة"
)
"""What stands beside a time and a day and says nothing of its own."""
_EARLY = _words("morning утра таңғы matin morgens früh sabah صباحا")
_LATE = _words("afternoon evening дня вечера кешкі après-midi soir tarde nachmittags abends akşam مساء")
_NIGHT = _words("night ночи түнгі nuit noche nachts gece ليلا")
_HOURS = {
    fold(word): str(hour)
    for hour, words in enumerate(
        (
            "one eins une una",
            "two два zwei deux dos",
            "three три drei trois tres",
            "four четыре vier quatre cuatro",
            "five пять fünf cinq cinco",
            "six шесть sechs seis",
            "seven семь sieben sept siete",
            "eight восемь acht huit ocho",
            "nine девять neun neuf nueve",
            "ten десять zehn dix diez",
            "eleven одиннадцать elf onze once",
            "twelve noon двенадцать полдень zwölf mittag douze midi doce mediodía",
        ),
        1,
    )
    for word in words.split()
}


@lru_cache(maxsize=4)
def _zones(languages: tuple[str, ...]) -> dict[str, str]:
    """Return the time zones by what they are called: "europe/berlin", "berlin", and "берлин"."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    towns = {fold(zone.rpartition("/")[2].replace("_", " ")): zone for zone in reversed(places)}
    named = {fold(city): zone for code in languages for zone, city in _cities(code) if zone in places}
    return named | towns | {fold(zone): zone for zone in places} | _SHORT


def _cities(language: str) -> Iterator[tuple[str, str]]:
    for zone, names in locale_of(language).time_zones.items():
        if "city" in names:
            yield zone, names["city"]


@dataclass(frozen=True, slots=True)
class Zone:
    """Accepts a time zone: a large town in it, a country that has only one, or "UTC+3"."""

    world: World

    def __call__(self, words: str) -> str | Refused:
        """Return the zone's name: "Europe/Berlin"."""
        said = words.strip()[:_MOST]
        return self.town(said) or self._of_country(said) or Refused(Reply("broadcast/no-zone"))

    def town(self, said: str) -> str | None:
        """Return the zone in which a town is, or that is that far from UTC."""
        if said.startswith("Etc/GMT") and said in available_timezones():
            return said
        if (offset := _OFFSET.fullmatch(said)) and int(offset[2]) <= 12:
            sign = "-" if offset[1] == "+" else "+"  # as POSIX has it, the other way round
            return f"Etc/GMT{sign}{int(offset[2])}" if int(offset[2]) else "UTC"
        named = _zones(self.world.languages)
        return named.get(fold(said)) or named.get(fold(said).replace(" ", "_"))

    def _of_country(self, words: str) -> str | None:
        code = self.world.countries.find(words).code
        place = self.world.countries.location(code) if code else None
        zones = zones_in(code, place, self.world.clock()) if code else ()
        return zones[0] if len(zones) == 1 else None


@dataclass(frozen=True, slots=True)
class Moment:
    """Accepts a time that is to come in a time zone: "18:30", "tomorrow at nine", "27.11. 18:30", "Friday 9 am"."""

    zone: str
    now: datetime
    languages: tuple[str, ...] = ()

    def __call__(self, words: str) -> str | Refused:
        """Return it as "2026-11-27 18:30"."""
        here = self.now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        meant = _meant(words.strip()[:_MOST], here, self.languages)
        if meant is None or not here < meant <= here + LONGEST:
            return Refused(Reply("broadcast/no-time", {"past": meant is not None and meant <= here}))
        return meant.strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Typed:
    """A time as it was typed, when that was, and the time zone that was named with it, or ""."""

    words: str
    at: datetime
    zone: str

    @classmethod
    def read(cls, said: str, world: World) -> Typed | None:
        """Return the time that somebody says, perhaps with a town behind it; None if it is none."""
        words, now = said.strip()[:_MOST], world.clock()
        parts = words.rstrip(" .!)").split()
        for count in range(min(_TOWN, len(parts) - 1), 0, -1):
            zone = Zone(world).town(" ".join(parts[-count:]).lstrip("("))
            before = " ".join(parts[:-count])
            if zone and _is_time(before, now, zone, world):
                return cls(before, now, zone)
        return cls(words, now, "") if _is_time(words, now, "UTC", world) else None

    def dump(self) -> str:
        """Return it as it stands among the answers."""
        return json.dumps([self.words, self.at.isoformat(), self.zone], ensure_ascii=False)

    @classmethod
    def parse(cls, answer: str) -> Typed | None:
        """Return what `dump` wrote; None if `answer` is something else."""
        if not answer.startswith("["):
            return None
        words, at, zone = json.loads(answer)
        return cls(words, datetime.fromisoformat(at), zone)

    def moment(self, zone: str, world: World) -> str:
        """Return the moment that is meant in `zone`, as "2026-11-27 18:30"; "" if that has passed."""
        meant = Moment(zone, self.at, world.languages)(self.words)
        here = world.clock().astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
        return meant if isinstance(meant, str) and meant > here else ""


def moment(words: str, zone: str) -> datetime:
    """Return the moment that is written as "2026-11-27 18:30" in a time zone."""
    return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))


def _is_time(words: str, now: datetime, zone: str, world: World) -> bool:
    """Return whether `words` name a time that is to come, somewhere at least if not in `zone`."""
    return isinstance(Moment(zone, now - timedelta(days=1), world.languages)(words), str)


def _meant(words: str, here: datetime, languages: tuple[str, ...]) -> datetime | None:
    """Return what time `words` mean where it is `here` now; the next such time where no day is named."""
    if _DAY_ALONE.fullmatch(words):
        return None
    said = _HALF.sub(r"\1\2m", fold(words.replace(",", " ")))
    tokens = [_HOURS.get(token, token) for token in said.split() if token not in _BESIDES]
    halves = [token for token in tokens if token in _EARLY | _LATE | _NIGHT]
    tokens = [token for token in tokens if token not in halves]
    for index in sorted(range(len(tokens)), key=lambda n: (tokens[n].isdecimal(), "." in tokens[n], -n)):
        clock = _clock(tokens[index], halves)
        rest = tokens[:index] + tokens[index + 1 :]
        if clock is not None and not rest:
            today = datetime.combine(here.date(), clock)
            return today if today > here else today + timedelta(days=1)
        if clock is not None and (day := _day(rest, here.date(), languages)):
            return datetime.combine(day, clock)
    return None


def _clock(said: str, halves: list[str]) -> time | None:
    """Return the time of day that is `said`, in the half of the day that is named beside it."""
    found = _CLOCK.fullmatch(said)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if found is None or hour > 23 or minute > 59:
        return None
    half = found[3] or ""
    night = any(word in _NIGHT for word in halves)
    late = half == "pm" or any(word in _LATE for word in halves) or (night and 6 <= hour < 12)
    early = half == "am" or any(word in _EARLY for word in halves) or night
    if late:
        hour += 12 * (hour < 12)
    elif early and hour == 12:
        hour = 0
    return time(hour, minute)


def _day(said: list[str], today: date, languages: tuple[str, ...]) -> date | None:
    """Return the day that the words say, if it is the same in whichever language."""
    named = next((token for token in said if _DATE.fullmatch(token)), " ".join(said))
    found = {read_day(named, today, language) for language in languages or ("en",)} - {None}
    day = found.pop() if len(found) == 1 else None
    return None if isinstance(day, datetime) else day
