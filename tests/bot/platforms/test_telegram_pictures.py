"""Pictures on Telegram: shown in the chat at once, with their numbers in words below."""

from __future__ import annotations

from pathlib import Path

from bot.events import Chat, Document, Message
from tests.bot.platforms.telegram_bot import bot_on
from tests.bot.test_pictures import SORTS
from tests.botapi import BotApi
from tests.papers import deliver


async def test_a_picture(server: BotApi, tmp_path: Path) -> None:
    """A picture of numbers is a photo, not a file that must be opened, and its words stand below it."""
    ada = server.user("Ada", language_code="en")
    ada.started = True
    words = Message("<b>Letters by country</b>\n• Germany: 1,250 sent", document=Document("a.png", SORTS))
    async with bot_on(server, tmp_path) as running:
        await deliver(running.bot, Chat("telegram", str(ada.id)), words)
    shown = ada.private.last
    assert "photo" in shown.content
    assert shown.text == "Letters by country\n• Germany: 1,250 sent"
    assert shown.file is not None
    assert shown.file.data.startswith(b"\x89PNG")
