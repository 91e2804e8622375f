"""The time at which an update goes out, as people say it: typed instead of tapped, with a day, a town, in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers.moments import Moment, Zone
from tests.door import NOW, furnished
from tests.handlers.broadcasting import Office, office, say

LANGUAGES = ("en", "ar", "de", "es", "fr", "kk", "ru", "tr")
TO_THE_TIME = ("/broadcast", "2", "1", "All out", "skip", "1", "1")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Office]:
    """A bot with one organiser, Olga, and somebody who follows a campaign."""
    async with office(tmp_path, "olga") as made:
        await made.follow("a")
        yield made


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("9", "24 09:00"),
        ("18.30", "23 18:30"),
        ("tomorrow at nine", "24 09:00"),
        ("At 9 a.m. tomorrow", "24 09:00"),
        ("tomorrow, 9 p.m.", "24 21:00"),
        ("noon", "24 12:00"),
        ("Friday at 9", "27 09:00"),
        ("Friday 6 in the evening", "27 18:00"),
        ("27 November 18:30", "27 18:30"),
        ("Fri 27.11. 18:30", "27 18:30"),
        ("завтра в девять", "24 09:00"),
        ("завтра в 6 вечера", "24 18:00"),
        ("в пятницу в 18:30", "27 18:30"),
        ("11 ночи", "23 23:00"),
        ("am Freitag um 18 Uhr", "27 18:00"),
        ("demain à 9h", "24 09:00"),
        ("el viernes a las nueve", "27 09:00"),
        ("yarın akşam 6", "24 18:00"),
        ("ертең сағат 9", "24 09:00"),
        ("غدا الساعة ٩", "24 09:00"),
    ],
)
def test_a_time(said: str, meant: str) -> None:
    """A time is read in any of the languages, whatever day it is on."""
    assert Moment("Europe/Berlin", NOW, LANGUAGES)(said) == f"2026-11-{meant}"


@pytest.mark.parametrize(
    "said", ["Friday", "27.11.", "whatever", "25:00", "in 2 hours", "1 May 9:00", "today 9:00"]
)
def test_no_time(said: str) -> None:
    """A day alone is no time, nor is one that has passed or is far away."""
    assert not isinstance(Moment("Europe/Berlin", NOW, LANGUAGES)(said), str)


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Москва", "Europe/Moscow"),
        ("new york", "America/New_York"),
        ("Germany", "Europe/Berlin"),
        ("+5", "Etc/GMT-5"),
    ],
)
def test_a_zone(said: str, zone: str) -> None:
    """A town is known by its name in the bot's languages, and a country that keeps one time by its own."""
    world, _ = furnished()
    assert Zone(world)(said) == zone


async def test_typed_instead_of_tapped(here: Office) -> None:
    """Whoever is asked when can say it all at once, and is asked for neither the time nor the time zone."""
    olga = here.door("olga")
    shown = await say(olga, *TO_THE_TIME, "tomorrow at nine, Berlin", "no")
    assert "It begins: Tue 24 Nov 09:00 (Berlin)." in shown
    await olga.tap("Send it at that time")
    (one,) = await here.recorded()
    assert one.terms.starts_at is not None
    assert one.terms.starts_at.astimezone(UTC) == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert one.terms.quiet is not None
    assert one.terms.quiet.zone == "Europe/Berlin"


async def test_a_town_in_another_language(here: Office) -> None:
    """A town is understood and named as the author's language has it."""
    olga = here.door("olga", "ru")
    shown = await say(olga, *TO_THE_TIME, "завтра в девять, Москва", "да")
    assert "Начало: вт 24 нояб. 09:00 (Москва)." in shown


async def test_a_time_without_a_town(here: Office) -> None:
    """The time zone is asked where it is not named; a day is that day there, whenever that is asked."""
    here.pass_minutes(10 * 60)  # it is 22:00 in London, and 03:00 of the next day in Almaty
    olga = here.door("olga")
    assert "In which time zone?" in await say(olga, *TO_THE_TIME, "tomorrow 9:00")
    assert "It begins: Wed 25 Nov 09:00 (Almaty)." in await say(olga, "Almaty", "yes")


async def test_a_typed_time_that_has_passed(here: Office) -> None:
    """A time that passes before somebody agrees is asked for once more, and nothing is sent."""
    olga = here.door("olga")
    await say(olga, *TO_THE_TIME, "12:10 UTC", "yes")
    send = olga.button("Send it at that time")
    here.pass_minutes(11)
    assert "At what time?" in await olga.press(send)
    assert await here.recorded() == ()
    assert "It begins: Mon 23 Nov 18:30 (UTC)." in await olga.say("18:30")


async def test_changing_the_time(here: Office) -> None:
    """The time can be changed from the preview, by typing another."""
    olga = here.door("olga")
    await say(olga, *TO_THE_TIME, "tomorrow 9:00 Berlin", "yes")
    assert "When shall it go out?" in await olga.tap("Change the time")
    assert "It begins: Fri 27 Nov 18:30 (Moscow)." in await olga.say("Friday 18:30 Moscow")
    assert "In which time zone?" in await say(olga, "Change the time", "At a certain time")
    assert "At what time?" in await olga.say("Berlin")
    assert "It begins: Tue 24 Nov 09:00 (Berlin)." in await olga.say("tomorrow 9:00")
    assert "At what time?" in await say(olga, "Change the time", "At a certain time")
    assert "It begins: Wed 25 Nov 07:00 (Berlin)." in await olga.say("25.11. 7:00")
    assert "It begins at once." in await say(olga, "Change the time", "now")


async def test_no_time_at_all(here: Office) -> None:
    """What is neither an option nor a time is refused with how a time is written."""
    olga = here.door("olga")
    assert "I did not understand the time." in await say(olga, *TO_THE_TIME, "whenever you like")
