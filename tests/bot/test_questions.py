"""Questions of reminders over broken connections: none is lost, and none is asked a second time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.events import Chat, Message, Person
from bot.pacing import Limits, Pacing
from bot.platforms.base import UnreachableError
from bot.questions import ASKING
from bot.zones import zone_of
from tests.bot.store.people import Clock, looking
from tests.bot.test_reminding import Bot, Hanging, bot, pledge
from tests.door import Wire

KNOWN = 23 * 3600.0


@dataclass
class Doubtful(Wire):
    """A platform that takes messages, and does not say so while it is `lost`; it knows them again."""

    lost: bool = False
    ids: list[int] = field(default_factory=list)

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Keep the message."""
        await super().send(chat, message, delivery)
        self.ids.append(delivery)
        if self.lost:
            raise UnreachableError("no answer")


@dataclass
class Locking(Wire):
    """A platform that cannot be reached once, while another program uses the database."""

    other: Connection | None = None

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Keep the message, or fail."""
        if self.other:
            self.other.execute("BEGIN IMMEDIATE")
            self.other = None
            raise UnreachableError("down")
        await super().send(chat, message, delivery)


@dataclass
class Counting(Pacing):
    """A pace that counts, and holds everything up while it is `full`."""

    full: bool = False
    counted: list[Chat] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Be a pace without limits."""
        super().__init__(Limits())

    async def reply(self, chat: Chat) -> None:
        """Count a message."""
        if self.full:
            await asyncio.sleep(60)
        self.counted.append(chat)


def at(hour: int, minute: int = 0) -> float:
    """Return a moment of the day on which the reminders of these tests are due."""
    return datetime(2026, 11, 24, hour, minute, tzinfo=zone_of("Europe/Berlin")).timestamp()


async def test_a_question_whose_answer_was_lost_is_repeated_as_the_same(tmp_path: Path) -> None:
    """What may have arrived when the bot is killed is sent again only as what the platform knows already."""
    clock, wire = Clock(), Doubtful()
    async with bot(tmp_path, clock, wire) as one:
        await one.outbox.connect("wire", wire, KNOWN)
        await one.say(*pledge("DE", "24 November 12:00"))
        said, wire.lost, clock.now = len(wire.ids), True, at(12)
        await one.reminders.look(one.now)
        await one.outbox.drain(0.2)
    wire.lost = False
    async with bot(tmp_path, clock, wire) as one:
        await one.outbox.connect("wire", wire, KNOWN)
        await one.pass_time(48)
    assert len(wire.ids) == said + 2
    assert len(set(wire.ids[said:])) == 1


@pytest.mark.parametrize(("hour", "by_night"), [(12, False), (20, True)])
async def test_after_a_while_it_is_still_the_same_by_day(hour: int, by_night: bool, tmp_path: Path) -> None:
    """A question that may have arrived is tried on by day; at night it is taken back until the morning."""
    clock, wire = Clock(), Doubtful()
    async with bot(tmp_path, clock, wire) as one:
        await one.outbox.connect("wire", wire, KNOWN)
        await one.say(*pledge("DE", f"24 November {hour}:50"))
        said, wire.lost, clock.now = len(wire.ids), True, at(hour, 50)
        await one.reminders.look(one.now)
        await asyncio.sleep(0.2)
        clock.pass_hours(0.5)
        await one.reminders.look(one.now)
        wire.lost = False
        await one.outbox.drain(3)
        heard = await one.pass_time(24)
    assert len(set(wire.ids[said:])) == 1 + by_night
    assert [f"{when.astimezone(zone_of('Europe/Berlin')):%d %H}" for when, _ in heard] == ["25 08"] * by_night


async def test_who_has_answered_meanwhile_is_not_asked_again(tmp_path: Path) -> None:
    """A question that may have arrived is not repeated once its letter is sent."""
    clock, wire = Clock(), Doubtful()
    async with bot(tmp_path, clock, wire) as one:
        await one.outbox.connect("wire", wire, KNOWN)
        await one.say(*pledge("DE", "24 November 12:00"))
        said, wire.lost, clock.now = len(wire.ids), True, at(12)
        await one.reminders.look(one.now)
        await asyncio.sleep(0.2)
        async with one.door.store.work() as work:
            await work.no_reminders(one.door.chat)
        await one.outbox.drain(3)
    assert len(wire.ids) == said + 1


async def test_a_busy_database_loses_no_question(tmp_path: Path) -> None:
    """That it has not left cannot be recorded just then; it is asked nevertheless when the platform is back."""
    clock, wire = Clock(), Locking()
    async with bot(tmp_path, clock, wire) as one:
        await one.say(*pledge("DE", "24 November 12:00"))
        said, clock.now = len(wire.sent), at(12)
        with looking(tmp_path / "solidarity.db") as other:
            wire.other = other
            await one.reminders.look(one.now)
            await asyncio.sleep(0.4)
            other.rollback()
        await one.outbox.drain(4)
    assert len(wire.sent) == said + 1


async def _many(one: Bot) -> None:
    """Let many want to be reminded at the same moment."""
    for number in range(2 * ASKING):
        person, chat = Person("wire", f"{number}", "en"), Chat("wire", f"{number}")
        other = replace(one, door=replace(one.door, person=person, chat=chat))
        await other.say(*pledge("DE", "24 November 12:00"))


async def test_questions_are_counted_when_they_leave(tmp_path: Path) -> None:
    """Those that wait behind others under way are not counted yet, so that they cannot leave in a burst later."""
    clock, wire, pacing = Clock(), Hanging(), Counting()
    async with bot(tmp_path, clock, wire) as one:
        await _many(one)
        wire.hangs, clock.now = True, at(12)
        await one.outbox.connect("wire", wire, pacing=pacing)
        await one.reminders.look(one.now)
        await one.outbox.drain(0.5)
    assert len(pacing.counted) == ASKING


async def test_a_question_that_waits_for_its_turn_at_the_end(tmp_path: Path) -> None:
    """It has not left, nor is it said to have: it is asked after the next start."""
    clock, wire = Clock(), Hanging()
    async with bot(tmp_path, clock, wire) as one:
        await _many(one)
        said, clock.now = len(wire.ids), at(12)
        await one.outbox.connect("wire", wire, pacing=Counting(full=True))
        await one.reminders.look(one.now)
        await asyncio.sleep(0.2)
        with looking(tmp_path / "solidarity.db") as file:
            left = file.execute("SELECT count(*) FROM delivery WHERE state LIKE 'asking%'").fetchone()
        assert left == (0,)
        await one.outbox.drain(0.5)
        assert len(wire.ids) == said
    async with bot(tmp_path, clock, wire) as one:
        await one.look()
    assert len(wire.ids) == said + 2 * ASKING
