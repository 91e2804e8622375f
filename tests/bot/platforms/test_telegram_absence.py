"""What people said while the bot was away: answered once, and done only if it is still meant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bot.platforms.telegram_bot import bot_on
from tests.bot.platforms.telegram_care import following, say, tap
from tests.botapi import BotApi, User
from tests.door import NOW


@dataclass
class Clock:
    """The server's clock, so long before the bot's."""

    before: timedelta

    def __call__(self) -> float:
        """Return the time."""
        return (NOW - self.before).timestamp()


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    """A Bot API two hours ago."""
    async with BotApi(clock=Clock(timedelta(hours=2))) as running:
        yield running
        assert running.violations == []


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who wrote while nobody listened."""
    return server.user("Ada", language_code="en")


async def test_a_late_command(server: BotApi, ada: User, tmp_path: Path) -> None:
    """A command of two hours ago is not carried out; one tap does it now."""
    said = ada.says("/letter zhanaozen-2011")
    async with bot_on(server, tmp_path) as bot:
        await bot.settled()
        (asked,) = following(said)
        assert asked.text.startswith("I was away when you asked me for this")
        assert asked.labels == ["Write your letter"]
        (question,) = await tap(bot, ada, "Write your letter")
        assert question.text.startswith("What kind of letter?")


@pytest.mark.parametrize(
    ("before", "late", "answer"),
    [
        ("/language ru", "/forget", "Когда вы об этом попросили"),
        ("/letter zhanaozen-2011", "protest", "This appeal is historical"),
    ],
    ids=["a command", "an answer"],
)
async def test_what_is_late(
    server: BotApi, ada: User, tmp_path: Path, before: str, late: str, answer: str
) -> None:
    """Nothing is erased by a command that came late; an answer to what was asked is one, however late."""
    async with bot_on(server, tmp_path) as bot:
        server.world.clock = NOW.timestamp
        await say(bot, ada, before)
    server.world.clock = Clock(timedelta(hours=2))
    said = ada.says(late)
    async with bot_on(server, tmp_path) as bot:
        await bot.settled()
        (told,) = following(said)
        assert told.text.startswith(answer)


async def test_a_command_within_the_hour(server: BotApi, ada: User, tmp_path: Path) -> None:
    """What was asked less than an hour ago is done at once."""
    server.world.clock = Clock(timedelta(minutes=59))
    said = ada.says("/letter zhanaozen-2011")
    async with bot_on(server, tmp_path) as bot:
        await bot.settled()
        (question,) = following(said)
        assert question.text.startswith("What kind of letter?")


async def test_an_hour_of_messages(server: BotApi, ada: User, tmp_path: Path) -> None:
    """What piled up over an hour is no flood: every message is answered."""
    said = []
    for minute in range(15):
        server.world.clock = Clock(timedelta(minutes=59 - 3 * minute))
        said.append(ada.says("/privacy"))
    async with bot_on(server, tmp_path, limits={"at_once": 3}) as bot:
        await bot.settled()
        assert len(following(said[-1])) == 15
