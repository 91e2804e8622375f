"""A server, and the real python-telegram-bot that talks with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from tests.botapi import BotApi
from tests.botapi.library import bot_at


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    """A server that runs while the test does."""
    async with BotApi() as running:
        yield running


@pytest.fixture
async def bot(server: BotApi) -> AsyncIterator[Bot]:
    """The real library's bot at that server."""
    async with bot_at(server) as talking:
        yield talking
