"""Whether somebody is likely to be at work in an office, in its own time zone."""

from datetime import UTC, datetime

import pytest

from bot.office_hours import Attendance, Hours, office_time

ASTANA = "Asia/Almaty"
"""Five hours before UTC since March 2024."""


@pytest.mark.parametrize(
    ("now", "hours", "attendance"),
    [
        ("2026-11-23T03:59", "Mo-Fr 09:00-18:00", Attendance.CLOSED),
        ("2026-11-23T04:00", "Mo-Fr 09:00-18:00", Attendance.OPEN),
        ("2026-11-23T12:59", "Mo-Fr 09:00-18:00", Attendance.OPEN),
        ("2026-11-23T13:00", "Mo-Fr 09:00-18:00", Attendance.CLOSED),
        ("2026-11-22T06:00", "Mo-Sa 10:00-12:00", Attendance.CLOSED),
        ("2026-11-21T06:00", "Mo-Sa 10:00-12:00", Attendance.OPEN),
        ("2026-11-23T06:00", None, Attendance.LIKELY),
        ("2026-11-23T20:00", None, Attendance.UNLIKELY),
        ("2026-11-22T06:00", None, Attendance.UNLIKELY),
    ],
)
def test_who_is_there(now: str, hours: str | None, attendance: Attendance) -> None:
    """Its own hours say so for certain; where they are not known, those that are usual say what is likely."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert office_time(moment, ASTANA, hours).attendance == attendance


@pytest.mark.parametrize(
    ("language", "time", "hours"),
    [
        ("en", "Monday 11:30", "Mon–Fri 09:00–18:00"),
        ("ru", "понедельник 11:30", "пн–пт 09:00–18:00"),
        ("ar", "الاثنين 11:30", "الاثنين–الجمعة 09:00–18:00"),
    ],
)
def test_times_in_words(language: str, time: str, hours: str) -> None:
    """The day of the week and the hours stand in the reader's language."""
    there = office_time(datetime(2026, 11, 23, 6, 30, tzinfo=UTC), ASTANA, "Mo-Fr 09:00-18:00")
    assert there.in_language(language) == time
    assert there.hours
    assert there.hours.in_language(language) == hours


def test_summer_time() -> None:
    """Where clocks are put forward, the office goes by them."""
    for day, attendance in (("2026-03-27", Attendance.OPEN), ("2026-03-30", Attendance.CLOSED)):
        moment = datetime.fromisoformat(f"{day}T16:30").replace(tzinfo=UTC)
        assert office_time(moment, "Europe/Berlin", "Mo-Fr 09:00-18:00").attendance == attendance


@pytest.mark.parametrize("text", ["", "9-18", "Mo-Fr 9:00-18:00", "Mo-Fr 25:00-26:00", "Mon-Fri 09:00-18:00"])
def test_what_are_no_hours(text: str) -> None:
    """Anything else is refused rather than guessed at."""
    with pytest.raises(ValueError, match="hour"):
        Hours.parse(text)
