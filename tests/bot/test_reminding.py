"""Reminders in time: each once, where it is day, over restarts, jumps of the clock, and summer time."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Chat, Message, Person
from bot.outbox import Outbox
from bot.platforms.base import UnreachableError
from bot.reminders import Asking
from bot.reminding import Reminders
from bot.store.store import Store
from bot.zones import decent, zone_of
from handlers import reminder
from tests.bot.store.people import Clock
from tests.door import KEY, NOW, Door, Wire, as_text, door_to, furnished

PLEDGE = ("/pledge nagaworld-2021", "person", "{country}", "{when}", "1", "1")
ZONES = {"DE": "Europe/Berlin", "NZ": "Pacific/Auckland", "US": "America/New_York"}
HOUR = timedelta(hours=1)


@dataclass
class Bot:
    """One person's chat with a bot whose clock is set by hand."""

    door: Door
    reminders: Reminders
    outbox: Outbox
    clock: Clock

    async def say(self, *lines: str) -> str:
        """Say `lines` now, and return the answer to the last."""
        said = ""
        for line in lines:
            said = await replace(self.door, at=self.now).say(line)
        return said

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now, UTC)

    async def pass_time(self, hours: float, step: float = 0.5) -> list[tuple[datetime, str]]:
        """Let time pass, and return when what was said meanwhile."""
        heard: list[tuple[datetime, str]] = []
        for _ in range(int(hours / step)):
            self.clock.pass_hours(step)
            heard += await self.look()
        return heard

    async def look(self) -> list[tuple[datetime, str]]:
        """Let the bot look at what is due, and return what it says."""
        before = len(self.door.wire.sent)
        await self.reminders.look(self.now)
        await self.outbox.drain(1)
        return [(self.now, as_text(message)) for _, message in self.door.wire.sent[before:]]


@asynccontextmanager
async def bot(
    folder: Path, clock: Clock, wire: Wire | None = None, who: str = "4815162342"
) -> AsyncIterator[Bot]:
    """Enter a bot on the database in `folder`; what it says goes to `wire`."""
    store = await Store.open(folder / "solidarity.db", KEY, clock, patience=0.05)
    try:
        world, messages = furnished()
        world = replace(world, clock=lambda: datetime.fromtimestamp(clock.now, UTC))
        wire = wire or Wire()
        door = replace(door_to(store, world, messages, platform=wire), wire=wire)
        door = replace(door, person=Person("wire", who, "en"), chat=Chat("wire", who))
        door._ids = iter(range(random.randrange(10**9), 10**10))  # type: ignore[assignment]
        outbox = Outbox(store, {"wire": wire}, clock)
        reminders = Reminders(store, outbox, messages, lambda one: reminder.question(one, world))
        await reminders.begin()
        yield Bot(door, reminders, outbox, clock)
    finally:
        await store.close()


def pledge(country: str = "DE", when: str = "tomorrow") -> tuple[str, ...]:
    """Return what somebody says who pledges a letter."""
    zone = ("New York",) if country == "US" else ("Auckland",) if country == "NZ" else ()
    return (*(line.format(country=country, when=when) for line in PLEDGE), *zone)


def local(moment: datetime, country: str) -> str:
    """Return the day and the hour in `country`."""
    return f"{moment.astimezone(zone_of(ZONES[country])):%d %H:%M}"


@pytest.mark.parametrize("country", ZONES)
async def test_somebody_is_reminded_once_at_the_time_they_chose(country: str, tmp_path: Path) -> None:
    """On the next day at ten where they are, with three buttons, and never again."""
    async with bot(tmp_path, Clock()) as one:
        said = await one.say(*pledge(country))
        [(at, asked)] = await one.pass_time(24 * 40)
    day = (NOW.astimezone(zone_of(ZONES[country])) + timedelta(days=1)).day
    assert local(at, country) == f"{day} 10:00"
    assert "I will remind you once" in said
    assert asked.startswith("You wanted to be reminded: Cambodia: the NagaWorld strike of 2021")
    for command in ("/sent nagaworld-2021", "/later nagaworld-2021", "/later never"):
        assert command in asked


@pytest.mark.parametrize("country", ZONES)
async def test_the_morning_comes_first(country: str, tmp_path: Path) -> None:
    """Whoever pledges for tonight late in the evening, or for an hour at night, is asked in the morning."""
    evening = datetime(2026, 11, 24, 20, 40, tzinfo=zone_of(ZONES[country]))
    async with bot(tmp_path, Clock(evening.timestamp())) as one:
        await one.say(*pledge(country, "tonight"))
        [(at, _)] = await one.pass_time(30)
        assert local(at, country) in ("25 08:00", "25 08:10")
        await one.say("/later", "26 November 03:00")
        [(at, _)] = await one.pass_time(72)
        assert local(at, country) in ("26 08:00", "26 08:10")


@pytest.mark.parametrize(("day", "hours"), [("2027-03-27T10:00", 23), ("2026-10-24T10:00", 25)])
async def test_summer_time_moves_no_reminder(day: str, hours: int, tmp_path: Path) -> None:
    """The night on which the clocks change is an hour shorter or longer; ten o'clock stays ten o'clock."""
    before = datetime.fromisoformat(day).replace(tzinfo=zone_of("Europe/Berlin"))
    async with bot(tmp_path, Clock(before.timestamp())) as one:
        await one.say(*pledge("DE"))
        [(at, _)] = await one.pass_time(50)
    assert at - before == hours * HOUR
    assert at.astimezone(zone_of("Europe/Berlin")).hour == 10


async def test_three_weeks_later_it_is_asked_once_what_came_back(tmp_path: Path) -> None:
    """With the answers as buttons; "not yet" is an answer, too, after which nothing is asked again."""
    async with bot(tmp_path, Clock()) as one:
        await one.say(*pledge("DE", "sent"))
        [(at, asked)] = await one.pass_time(24 * 60, step=2)
        assert timedelta(days=21) <= at - NOW < timedelta(days=21, hours=2)
        assert "/answer nagaworld-2021 returned" in asked
        assert "/answer nagaworld-2021 not-yet  Not yet" in asked
        assert "I will not ask again" in await one.say("/answer nagaworld-2021 not-yet")
        assert await one.pass_time(24 * 30, step=6) == []


@pytest.mark.parametrize(
    "end",
    [("/sent",), ("/later never",), ("/stop",), ("/later nagaworld-2021", "4"), ("/forget", "1")],
    ids=str,
)
@pytest.mark.parametrize("asked_before", [False, True])
async def test_nothing_comes_any_more(end: tuple[str, ...], asked_before: bool, tmp_path: Path) -> None:
    """Once it is sent, or somebody wants to be left alone or forgotten, no reminder follows; others get theirs."""
    clock, wire = Clock(), Wire()
    async with bot(tmp_path, clock, wire) as one, _other(one) as other:
        await other.say(*pledge("DE", "28 November"))
        await one.say(*pledge("DE", "tomorrow"))
        assert len(await one.pass_time(30)) == 1 if asked_before else True
        await one.say(*end)
        heard = await one.pass_time(24 * 12, step=2)
    assert [wire.sent[-1][0].id] * len(heard) == ["1123581321"]


async def test_who_chooses_another_language_is_reminded_in_it(tmp_path: Path) -> None:
    """What was asked for in one language comes in the one that was chosen since."""
    async with bot(tmp_path, Clock()) as one:
        await one.say(*pledge("DE", "tomorrow"), "/language ru")
        [(_, asked)] = await one.pass_time(48)
    assert "напомн" in asked.casefold()


async def test_stop_ends_reminders_and_news(tmp_path: Path) -> None:
    """One word ends both: neither is kept any more, and the pledge stays."""
    async with bot(tmp_path, Clock()) as one:
        await one.say(*pledge("DE", "tomorrow"), "/updates nagaworld-2021")
        kept = await one.say("/mydata")
        assert ("Reminder of" in kept, "News that you asked for" in kept) == (True, True)
        assert "no more news and no reminders" in await one.say("/stop")
        kept = await one.say("/mydata")
        assert ("Reminder of" in kept, "News that you asked for" in kept) == (False, False)
        assert "to be sent on 24 November 2026" in kept
        assert await one.pass_time(48) == []
        assert "I am not to remind you of any letter" in await one.say("/later")
        assert "I will remind you once" in await one.say(*pledge("DE", "tomorrow"))


@asynccontextmanager
async def _other(one: Bot) -> AsyncIterator[Bot]:
    """Enter another person's chat with the same bot."""
    door = replace(one.door, person=Person("wire", "1123581321", "en"), chat=Chat("wire", "1123581321"))
    yield replace(one, door=door)


@dataclass
class Broken(Wire):
    """A platform that cannot be reached while it is `down`."""

    down: bool = False

    async def send(self, chat: Chat, message: object, delivery: int) -> None:
        """Keep the message, or fail."""
        if self.down:
            raise UnreachableError("down")
        await super().send(chat, message, delivery)  # type: ignore[arg-type]


async def test_a_bot_that_was_away_asks_once_and_at_a_decent_hour(tmp_path: Path) -> None:
    """What was due while it was down comes after the start, not at night; what is older than a week never does."""
    clock = Clock()
    async with bot(tmp_path, clock) as one:
        await one.say(*pledge("DE"))
        clock.pass_hours(2)
        await one.say("/later", "25 November 20:00")
    clock.now = datetime(2026, 11, 25, 23, 0, tzinfo=zone_of("Europe/Berlin")).timestamp()
    async with bot(tmp_path, clock) as one:
        heard = await one.look() + await one.pass_time(12)
        assert [local(at, "DE") for at, _ in heard] == ["26 08:00"]
        await one.say("/later", "27 November")
    clock.pass_hours(24 * 9)
    async with bot(tmp_path, clock) as one:
        assert await one.look() + await one.pass_time(48) == []


@pytest.mark.parametrize("moment", ["before it is sent", "after it is sent"])
async def test_a_bot_that_is_killed_asks_once(moment: str, tmp_path: Path) -> None:
    """Ended between the record and the sending, it asks after the start; once it was sent, it does not again."""
    clock, wire = Clock(), Broken(down=moment == "before it is sent")
    async with bot(tmp_path, clock, wire) as one:
        wire.down = False
        await one.say(*pledge("DE"))
        said = len(wire.sent)
        wire.down = moment == "before it is sent"
        clock.now = datetime(2026, 11, 24, 20, 55, tzinfo=zone_of("Europe/Berlin")).timestamp()
        await one.reminders.look(one.now)
        await one.outbox.drain(0.05)
    assert len(wire.sent) == said + (moment == "after it is sent")
    wire.down = False
    clock.pass_hours(5)
    async with bot(tmp_path, clock, wire) as one:
        heard = await one.look() + await one.pass_time(48)
    assert len(wire.sent) == said + 1
    assert [local(at, "DE") for at, _ in heard] == (["25 08:25"] if moment == "before it is sent" else [])


@dataclass
class Hanging(Wire):
    """A platform that takes a message and answers too late, as long as it `hangs`."""

    hangs: bool = False
    ids: list[int] = field(default_factory=list)

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Keep the message."""
        await super().send(chat, message, delivery)
        self.ids.append(delivery)
        if self.hangs:
            await asyncio.sleep(60)


@pytest.mark.parametrize("knows", [False, True])
@pytest.mark.parametrize("hours", [0.1, 9])
async def test_killed_while_it_asks(knows: bool, hours: float, tmp_path: Path) -> None:
    """What was being asked when it was killed is asked once more only where the platform knows it again, and by day."""
    clock, wire = Clock(), Hanging()
    async with bot(tmp_path, clock, wire) as one:
        await one.say(*pledge("DE", "24 November 20:30"))
        said, wire.hangs = len(wire.ids), True
        clock.now = datetime(2026, 11, 24, 20, 30, tzinfo=zone_of("Europe/Berlin")).timestamp()
        await one.reminders.look(one.now)
        await one.outbox.drain(0.3)
    assert len(wire.ids) == said + 1
    wire.hangs = False
    clock.pass_hours(hours)
    async with bot(tmp_path, clock, wire) as one:
        await one.outbox.connect("wire", wire, 23 * 3600 if knows else math.inf)
        await one.look()
        await one.pass_time(72)
    again = wire.ids[said:]
    assert len(again) == (2 if knows and hours < 1 else 1)
    assert len(set(again)) == 1


async def test_sent_while_a_question_waits(tmp_path: Path) -> None:
    """Who says that it is sent while the question cannot leave yet is not asked it, and three weeks later the other."""
    clock, wire = Clock(), Broken()
    async with bot(tmp_path, clock, wire) as one:
        await one.say(*pledge("DE", "tomorrow"))
        said, wire.down = len(wire.sent), True
        clock.pass_hours(24)
        await one.reminders.look(one.now)
        async with one.door.store.work() as work:
            [asked] = await work.reminders(one.door.chat)
            await work.remind(replace(asked, asking=Asking.ANSWER, due=one.now + timedelta(days=21)))
        wire.down = False
        await one.outbox.drain(3)
        assert len(wire.sent) == said
        [(at, _)] = await one.look() + await one.pass_time(24 * 30, step=2)
    assert at - NOW > timedelta(days=21)


async def test_a_platform_that_is_down_gets_no_question_at_night(tmp_path: Path) -> None:
    """What could not be sent for a while is taken back, and asked in the morning."""
    clock, wire = Clock(), Broken()
    async with bot(tmp_path, clock, wire) as one:
        await one.say(*pledge("DE", "24 November 20:30"))
        said = len(wire.sent)
        clock.now = datetime(2026, 11, 24, 20, 30, tzinfo=zone_of("Europe/Berlin")).timestamp()
        wire.down = True
        await one.reminders.look(one.now)
        clock.pass_hours(1)
        await one.reminders.look(one.now)  # taken back, and not asked: it is night
        wire.down = False
        heard = await one.pass_time(24)
    assert len(wire.sent) == said + 1
    assert [local(at, "DE") for at, _ in heard] == ["25 08:00"]


async def test_the_clock_may_jump(tmp_path: Path) -> None:
    """A clock that is set forward asks at once; set back afterwards, it asks nothing twice."""
    clock = Clock()
    async with bot(tmp_path, clock) as one:
        await one.say(*pledge("DE", "24 November 12:00"))
        clock.pass_hours(26)
        assert len(await one.look()) == 1
        clock.pass_hours(-30)
        assert await one.pass_time(72) == []


@given(
    st.sampled_from(
        ["Europe/Berlin", "Asia/Almaty", "America/New_York", "Australia/Lord_Howe", "+05:30", "-11:00"]
    ),
    st.integers(1_767_000_000, 1_830_000_000),
)
def test_nobody_is_written_to_at_night(zone: str, seconds: int) -> None:
    """Whatever the moment and the zone: it is day then, at most half a day later, and day stays as it is."""
    moment = datetime.fromtimestamp(seconds, UTC)
    found = decent(moment, zone)
    assert 8 <= found.astimezone(zone_of(zone)).hour < 21
    assert timedelta() <= found - moment <= 12 * HOUR
    assert decent(found, zone) == found
