"""A broadcast outlives the bot that sends it: nobody is missed, nobody gets it twice, whatever happens in between."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.platforms.matrix import AT_ONCE
from tests.botapi import BotApi, Delay
from tests.broadcast_ordeals import Mailed, killed, terminated
from tests.broadcast_ordeals_on_matrix import mailed_and_killed
from tests.homeserver.synapse import Synapse
from tests.program import wrong
from tests.telegram_program import Program, careless


@pytest.fixture
def dice() -> random.Random:
    """Chance; a failed test shows the seed that brings it back."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed: {seed}")  # noqa: T201  # for pytest, which shows it only if the test fails
    return random.Random(seed)


async def test_killed_again_and_again(tmp_path: Path, dice: random.Random) -> None:
    """However often it is killed, nobody is missed, and of what may have come twice the organiser decides."""
    async with (
        BotApi() as server,
        Program(server, tmp_path, forked=True, LIMITS__PER_SECOND="200") as program,
    ):
        mailed = await Mailed.prepared(server, program, 300)
        server.fails(Delay(0.02, done=True), "sendMessage", times=None, when=lambda call: dice.random() < 0.3)
        tally = await killed(mailed, 12, dice, 0.25)
        assert tally.in_flight
        assert wrong(program.complaints) == []
        assert not (found := careless(server)), found


async def test_asked_to_end_again_and_again(tmp_path: Path, dice: random.Random) -> None:
    """However often it is asked to end, what is being sent is finished: nothing is lost, nothing is unknown."""
    async with (
        BotApi() as server,
        Program(server, tmp_path, forked=True, LIMITS__PER_SECOND="100") as program,
    ):
        mailed = await Mailed.prepared(server, program, 200)
        server.fails(Delay(0.2, done=True), "sendMessage", times=None, when=lambda call: dice.random() < 0.3)
        tally = await terminated(mailed, 6, dice, 0.3)
        assert max(tally.took) < 10
        assert wrong(program.complaints) == []
        assert not (found := careless(server)), found


async def test_killed_again_and_again_on_matrix(
    homeserver: Synapse, tmp_path: Path, dice: random.Random
) -> None:
    """However often it is killed while it writes into encrypted rooms, each gets the message, once."""
    tally = await mailed_and_killed(homeserver, tmp_path, 20, 5, dice)
    assert 0 < tally.in_flight <= tally.ends * AT_ONCE
