"""The conversations in tests/transcripts on Telegram, through the real library: they say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.platforms.telegram_bot import Phone, bot_on
from tests.botapi import BotApi
from tests.door import NOW
from tests.transcript import FOLDER, compare, read


def lines(text: str) -> list[str]:
    """Return the lines of `text` that are not empty: a long message comes in several."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
async def test_telegram_says_the_same(path: Path, tmp_path: Path) -> None:
    """Every transcript, typed on a phone, is answered as it is written."""
    conversation = read(path.read_text("utf-8"))
    async with BotApi(clock=NOW.timestamp) as server, bot_on(server, tmp_path) as running:
        phone = Phone(running, server.user("Ada", language_code=conversation.language))
        for number, exchange in enumerate(conversation.exchanges, 1):
            if not exchange.said.strip():  # Telegram sends no empty message
                continue
            expected = lines("\n".join(exchange.answer))
            difference = compare(expected, lines(await phone.say(exchange.said)))
            assert not difference, f"{number}: {exchange.said}\n{difference}"
        assert server.violations == []
