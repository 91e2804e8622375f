"""Whether somebody is likely to be at work in an office, in its own time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names

from bot.writing import locale_of

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_HOURS = re.compile(r"(Mo|Tu|We|Th|Fr|Sa|Su)-(Mo|Tu|We|Th|Fr|Sa|Su) (\d\d:\d\d)-(\d\d:\d\d)")
_USUAL = "Mo-Fr 09:00-18:00"
"""When offices usually work, where nothing is known of theirs."""


class Attendance(StrEnum):
    """Whether an office is open, as its hours say, or as is usual where those are not known."""

    OPEN = "open"
    CLOSED = "closed"
    LIKELY = "likely"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class Hours:
    """When an office is open: from a day of the week to another (0 is Monday), from a time of day to another."""

    first: int
    last: int
    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Return the hours that a text such as "Mo-Fr 09:00-18:00" gives; raises ValueError if it gives none."""
        found = _HOURS.fullmatch(text)
        if found is None:
            raise ValueError('must be hours such as "Mo-Fr 09:00-18:00"')
        first, last = (_DAYS.index(day) for day in found.groups()[:2])
        opens, closes = (time.fromisoformat(one) for one in found.groups()[2:])
        return cls(first, last, opens, closes)

    def cover(self, now: datetime) -> bool:
        """Return whether it is open at that local time."""
        return self.first <= now.weekday() <= self.last and self.opens <= now.time() < self.closes

    def in_language(self, language: str) -> str:
        """Return them as people write them: Mon–Fri 09:00–18:00."""
        days = get_day_names("abbreviated", locale=language)
        return f"{days[self.first]}–{days[self.last]} {self.opens:%H:%M}–{self.closes:%H:%M}"


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """The present time in an office, and whether somebody is there; `hours` are its own, if they are known."""

    now: datetime
    attendance: Attendance
    hours: Hours | None

    def in_language(self, language: str) -> str:
        """Return the day of the week and the time of day there."""
        locale = locale_of(language)
        return f"{format_date(self.now, 'EEEE', locale)} {format_time(self.now, 'HH:mm', locale=locale)}"


def office_time(now: datetime, zone: str, hours: str | None) -> OfficeTime:
    """Return what time it is in an office when it is `now`, and whether somebody is there."""
    there = now.astimezone(ZoneInfo(zone))
    if hours:
        own = Hours.parse(hours)
        return OfficeTime(there, Attendance.OPEN if own.cover(there) else Attendance.CLOSED, own)
    usual = Hours.parse(_USUAL).cover(there)
    return OfficeTime(there, Attendance.LIKELY if usual else Attendance.UNLIKELY, None)
