"""The last step on Matrix: a link that opens the supporter's mail program with all that is needed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.bot.platforms.matrix_bot import Phone, Running, bot_on, private_chat
from tests.homeserver.chat import Chat
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse

TO_THE_KIT = ("!letter", "2", "1", "1", "1", "Germany", "!enough", "1")
LONGEST_LINK = 2000
LONGEST_HELP = 30
"""Lines of a telephone's screen."""


@pytest.fixture
async def bot(homeserver: Synapse, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work."""
    account = await homeserver.register("Bot")
    async with bot_on(homeserver, account, tmp_path / "bot") as running:
        yield running


@pytest.fixture
async def chat(bot: Running, homeserver: Synapse, tmp_path: Path) -> AsyncIterator[Chat]:
    """An encrypted private chat of Ada with the bot, which has said hello."""
    async with People(homeserver, tmp_path) as people:
        yield await private_chat(await people.meet("Ada"), bot, encrypted=True)


async def test_a_mail_by_one_tap(bot: Running, chat: Chat) -> None:
    """The link in the e-mail's kit holds recipient, subject and text, and is short enough for every program."""
    phone = Phone(bot, chat)
    for line in TO_THE_KIT:
        shown = await phone.say(line)
    by_mail = re.search(r"(\d+)  E-mail: KazMunayGas", shown)
    assert by_mail
    kit, *_ = await chat.answered(await chat.says(by_mail[1]), lambda heard: len(heard) == 2)
    link = re.search(r'href="(mailto:[^"]+)"', kit.formatted_body or "")
    assert link
    address = urlsplit(unescape(link[1]))
    assert "@" in unquote(address.path)
    fields = parse_qs(address.query, strict_parsing=True)
    assert fields["subject"] == [fields["subject"][0].strip()]
    assert "reinstatement of all sacked workers" in fields["body"][0]
    assert len(link[1]) < LONGEST_LINK


async def test_help_fits_on_one_screen(bot: Running, chat: Chat) -> None:
    """What the bot can do is read without scrolling."""
    said = await Phone(bot, chat).say("!help")
    assert "!letter" in said
    assert len(said.splitlines()) <= LONGEST_HELP
