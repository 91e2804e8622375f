"""The bot on Matrix dies at any moment, or its homeserver does: nothing is lost, nothing happens twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.homeserver.synapse import Synapse
from tests.matrix_floods import digested
from tests.matrix_ordeals import homeserver_killed, killed, staged

SOON = 10.0
"""Seconds within which a question is answered on the busiest machine."""


@pytest.fixture
def dice() -> random.Random:
    """Chance; a failed test shows the seed that brings it back."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed: {seed}")  # noqa: T201  # for pytest, which shows it only if the test fails
    return random.Random(seed)


async def test_killed_again_and_again(homeserver: Synapse, tmp_path: Path, dice: random.Random) -> None:
    """However often it is killed, each encrypted command has its effect once and is answered once, gaps or not."""
    async with staged(homeserver, tmp_path, 1, 60, forked=True) as stage:
        tally = await killed(stage, 5, dice)
        assert min(tally.gaps) > 100
        assert tally.pages


async def test_homeserver_killed(tmp_path: Path, dice: random.Random) -> None:
    """If the homeserver is killed while answers go out, each arrives once."""
    with Synapse(tmp_path / "homeserver") as homeserver:
        async with staged(homeserver, tmp_path, 2, 20, forked=True) as stage:
            await homeserver_killed(stage, 2, dice)


async def test_malformed_events(homeserver: Synapse, tmp_path: Path, dice: random.Random) -> None:
    """Whatever strangers send, and whatever the homeserver tells of, others are answered meanwhile, and afterwards."""
    found = await digested(homeserver, tmp_path, 300, 1000, dice)
    assert found.accepted > 100
    assert found.told >= 1000
    assert max(found.waits) < SOON
