"""What Telegram asks to wait is kept to by the next process too: neither an answer nor news comes before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.broadcasts import Fate
from tests.botapi import BotApi, TooMany
from tests.broadcast_ordeals import Mailed
from tests.broadcast_weather import Departures
from tests.telegram_program import Program

LONG = 8


WAITS = "SELECT json_array_length(opened('fact.value', value)) FROM fact WHERE name = 'waits telegram'"
SENT = "SELECT sum(people) FROM broadcast_fate WHERE state = 'sent'"
"""How many long waits are on the disk, and how many messages of a broadcast that were sent."""


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something is true."""
    for _ in range(400):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")


@pytest.mark.parametrize("kills", [True, False], ids=["killed", "asked to end"])
async def test_a_wait_outlasts_a_restart(tmp_path: Path, kills: bool) -> None:
    """A chat for which Telegram asks to wait hears nothing before that is over; all others do at once."""
    async with BotApi() as server, Program(server, tmp_path, forked=True) as program:
        mailed = await Mailed.prepared(server, program, 5)
        asks, follows = server.user("Ada", language_code="en"), mailed.people[0]
        departures = Departures(server)
        for user in (asks, follows):
            server.fails(TooMany(LONG), "sendMessage", chat=user.id)
        await program.start()
        await mailed.begin()
        asks.says("/help")
        await until(lambda: (program.rows(WAITS), program.rows(SENT)) == ([(2,)], [(4,)]))
        await (program.kill() if kills else program.end())
        await program.start()
        other = server.user("Ben", language_code="en")
        other.says("/help")
        found = await mailed.ended(30)
        assert found.people(Fate.SENT) == 5
        await until(lambda: all(len(departures.of(user.id)) == 2 for user in (asks, follows)))
        for user in (asks, follows):
            first, second = departures.of(user.id)
            assert second - first >= LONG
        (answered,) = departures.of(other.id)
        assert answered < second
