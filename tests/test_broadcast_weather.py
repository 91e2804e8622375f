"""A broadcast in bad weather and at the limits: complete, never too fast, and people who write come first."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from bot.broadcasts import Fate
from tests.botapi import BotApi
from tests.broadcast_ordeals import Mailed
from tests.broadcast_weather import Departures, Storm, chatter, never_paid
from tests.program import wrong
from tests.telegram_program import Program, careless


@pytest.fixture
def dice() -> random.Random:
    """Chance; a failed test shows the seed that brings it back."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed: {seed}")  # noqa: T201  # for pytest, which shows it only if the test fails
    return random.Random(seed)


async def test_a_storm(tmp_path: Path, dice: random.Random) -> None:
    """Whatever Telegram does, it ends complete; nobody gets it twice, and nothing comes before it was asked for."""
    async with BotApi() as server, Program(server, tmp_path, LIMITS__PER_SECOND="100") as program:
        mailed = await Mailed.prepared(server, program, 150)
        storm = Storm(server, dice, mailed.author.id)
        storm.begins()
        await mailed.begin()
        await program.start()
        found = await mailed.ended(120)
        mailed.check(found)
        assert len(storm.struck) >= 5
        assert storm.early == []
        assert never_paid(server)
        assert wrong(program.complaints) == []
        assert not (found_careless := careless(server)), found_careless


async def test_at_the_limits(tmp_path: Path, dice: random.Random) -> None:
    """Messages and the answers to people who write meanwhile leave at 30 a second, as messages that nobody pays for."""
    async with BotApi() as server, Program(server, tmp_path) as program:
        mailed = await Mailed.prepared(server, program, 150)
        people = [server.user(f"Ada {n}", language_code="en") for n in range(5)]
        departures, ends = Departures(server), asyncio.Event()
        await program.start()
        await mailed.begin()
        writing = asyncio.create_task(chatter(people, dice, 0.7, ends))
        found = await mailed.ended(60)
        answered = sum(user.private.bot_count for user in people)
        ends.set()
        assert await writing
        assert found.people(Fate.SENT) == 150
        assert answered
        begun, ended = departures.times[0][0], departures.times[-1][0]
        assert ended - begun >= (len(departures.times) - 30) / 30 - 0.5
        assert never_paid(server)
