"""A reminder outlives the bot that asks it: nobody is asked twice, and nobody is missed without a request under way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.events import Chat
from bot.pledges import LetterKey
from bot.reminders import Asking, Reminder
from bot.store.store import Store
from tests.botapi import BotApi, Delay
from tests.botapi.people import User
from tests.forks import Forks
from tests.program import wrong
from tests.telegram_program import Program, careless

LETTER = LetterKey("nagaworld-2021", "protest", "person")


def where_it_is_day() -> str:
    """Return a time zone in which it is noon."""
    hours = 12 - datetime.now(UTC).hour
    return f"{hours:+03}:00"


async def promised(program: Program, people: Sequence[User]) -> None:
    """Let everybody have asked for a reminder for a while ago, so that it is due at the start."""
    due, zone = datetime.now(UTC) - timedelta(minutes=5), where_it_is_day()
    store = await Store.open(program.database)
    async with store.work() as work:
        for user in people:
            user.started = True
            await work.remind(Reminder(Chat("telegram", str(user.id)), LETTER, Asking.SEND, zone, due, "en"))
    await store.close()


def under_way(program: Program) -> set[int]:
    """Return the people whose question was under way when the bot died."""
    rows = program.rows("SELECT opened('chat', chat) FROM delivery WHERE state LIKE 'asking %'")
    return {int(chat) for (chat,) in rows}


def waiting(program: Program) -> int:
    """Return how many questions have not been asked yet."""
    [(left,)] = program.rows("SELECT count(*) FROM reminder WHERE step = 'send'")
    [(leaving,)] = program.rows("SELECT count(*) FROM delivery")
    return int(left) + int(leaving)


async def test_killed_again_and_again(tmp_path: Path) -> None:
    """However often it is killed while it reminds people, nobody is asked twice; who is missed was being asked then."""
    dice, unsure, deaths = random.Random(), set[int](), 0
    async with BotApi() as server, Program(server, tmp_path, LIMITS__PER_SECOND="200") as program:
        program._forks = Forks("bot.platforms.telegram_service", "tests.hurry")
        people = [server.user(f"Ada {n}") for n in range(150)]
        await promised(program, people)
        server.fails(Delay(0.05, done=True), "sendMessage", times=None, when=lambda call: dice.random() < 0.5)
        async with asyncio.timeout(240):
            while waiting(program):
                await program.start(works=dice.random() < 0.8)
                await asyncio.sleep(dice.uniform(0.05, 0.35))
                await program.kill()
                unsure |= under_way(program)
                deaths += 1
        asked = {user.id: user.private.bot_count for user in people}
        assert {user for user, times in asked.items() if times > 1} == set()
        assert {user for user, times in asked.items() if not times} <= unsure
        assert deaths > 2
        assert unsure
        assert wrong(program.complaints) == []
        assert not (found := careless(server)), found
