"""The letter on Telegram: it copies with a tap, and so do the addresses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.platforms.telegram_keyboards import COPY, WIDEST
from bot.platforms.telegram_messages import units
from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import READY, go_on, say, tap
from tests.botapi import BotApi, Message, User

CAMPAIGNS = Path(__file__).parents[3] / "templates" / "campaigns"


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who writes to the bot in English."""
    return server.user("Ada", language_code="en")


def copied(message: Message) -> list[str]:
    """Return what the buttons of `message` put into the clipboard."""
    return [key["copy_text"]["text"] for key in message.buttons if "copy_text" in key]


async def test_the_letter_copies_with_a_tap(bot: Running, ada: User) -> None:
    """The letter is one block; nothing else is in it, and it holds what was answered."""
    await say(bot, ada, "/letter zhanaozen-2011")
    name = await go_on(bot, ada, "Skip")
    while "name" not in name.text:
        await tap(bot, ada, "Skip", name)
        name = ada.private.last
    await say(bot, ada, "Ada <Lovelace> & Co")
    await go_on(bot, ada, "The letter is right")
    messages = [m for m in ada.private.bot_messages if m.marked("pre")]
    (letter,) = messages[-1].marked("pre")
    assert letter.startswith("The President of the Republic of Kazakhstan")
    assert "Ada <Lovelace> & Co" in letter
    assert "Here is your letter" not in letter


async def test_a_letter_with_many_emoji(server: BotApi, bot: Running, ada: User) -> None:
    """Words of one's own that count twice on Telegram are taken, and go whole into the block that copies."""
    await say(bot, ada, "/letter zhanaozen-2011")
    question = await go_on(bot, ada, "Skip")
    while "sentences" not in question.text:
        await tap(bot, ada, "Skip", question)
        question = ada.private.last
    words = "Solidarity " + "🏭" * 380
    await say(bot, ada, words)
    await go_on(bot, ada, "The letter is right")
    blocks = [block for message in ada.private.bot_messages for block in message.marked("pre")]
    assert sum(block.count("🏭") for block in blocks) == 380
    assert server.refused == []


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("campaign", ["zhanaozen-2011", "nagaworld-2021"])
async def test_every_page_of_a_campaign(server: BotApi, bot: Running, campaign: str, language: str) -> None:
    """Whatever a campaign says passes Telegram's limits, comes without previews, and leads nowhere by mailto."""
    user = server.user("Olga", language_code=language)
    for name in ("appeal", "demands", "background", "since", "addresses"):
        assert await say(bot, user, f"/{name} {campaign}")
        await say(bot, user, "/skip")
    writing = [*server.calls.of("sendMessage"), *server.calls.of("editMessageText")]
    assert len(writing) > 5
    for call in writing:
        assert call["link_preview_options"] == {"is_disabled": True}
        assert "mailto:" not in json.dumps(call.params)


@pytest.mark.parametrize("campaign", ["zhanaozen-2011", "nagaworld-2021"])
async def test_long_background_folds_up(bot: Running, ada: User, campaign: str) -> None:
    """How it came about is a quotation that can be unfolded, below its heading."""
    answers = await say(bot, ada, f"/background {campaign}")
    assert answers[0].marked("bold")
    (long,) = answers[0].marked("expandable_blockquote")
    assert len(long) > 500


@pytest.mark.parametrize("campaign", ["zhanaozen-2011", "nagaworld-2021"])
async def test_addresses_copy_with_a_tap(bot: Running, ada: User, campaign: str) -> None:
    """What a button copies, in /addresses and where the letter goes, stands so in the campaign's own files."""
    await say(bot, ada, f"/addresses {campaign}")
    (*_, shown) = await say(bot, ada, "United Kingdom")
    sending = await _sending(bot, ada, campaign)
    known = "\n".join(file.read_text("utf-8") for file in (CAMPAIGNS / campaign).iterdir())
    for message in (shown, sending):
        assert any("@" in text for text in copied(message))
        for text in copied(message):
            assert 1 <= units(text) <= 256
            said = text.split(", ") if "@" in text else text.splitlines()
            assert all(line in known or line == "United Kingdom" for line in said), text
    assert sending.button("📋 The subject")


async def _sending(bot: Running, user: User, campaign: str) -> Message:
    """Return the message that hands out the e-mail."""
    await say(bot, user, f"/letter {campaign}")
    (*_, message) = await tap(bot, user, "E-mail: ", await go_on(bot, user, READY))
    assert copied(message)
    return message


async def test_what_a_button_copies_can_be_dialled(bot: Running, ada: User) -> None:
    """A copy button says by which way it reaches whom; of two numbers in one, only what is a whole number is copied."""
    await say(bot, ada, "/addresses zhanaozen-2011")
    (*_, message) = await say(bot, ada, "United Kingdom")
    labels = [label for label in message.labels if COPY in label]
    assert "📋 Fax: KazMunayGas (1)" in labels
    assert "📋 E-mail: KazMunayGas" in labels
    assert max(map(len, labels)) <= WIDEST
    assert "+7 (7172) 97 60 00" in copied(message)
    assert not any("97 60 01" in text for text in copied(message))
    assert len(set(copied(message))) == len(labels)


async def test_several_addresses_at_once(bot: Running, ada: User) -> None:
    """All e-mail addresses of one office are copied with one tap, as the line "To" of an e-mail wants them."""
    message = await _sending(bot, ada, "nagaworld-2021")
    (together,) = [text for text in copied(message) if "@" in text]
    assert together.split(", ")[:2] == ["mfaic@mfaic.gov.kh", "camemb.gva@mfaic.gov.kh"]
    assert "📋 All 5 e-mails: Prime Minister" in message.labels


async def test_the_ways_stand_last(bot: Running, ada: User) -> None:
    """What is copied stands between the answers and the ways on."""
    labels = (await _sending(bot, ada, "zhanaozen-2011")).labels
    kinds = ["1" if " · " in label else "2" if COPY in label else "3" for label in labels]
    assert kinds == sorted(kinds)
    assert set(kinds) == {"1", "2", "3"}


async def test_what_copies_stays(bot: Running, ada: User) -> None:
    """Whoever has what they need can still copy the addresses."""
    message = await _sending(bot, ada, "zhanaozen-2011")
    before = copied(message)
    await tap(bot, ada, READY, message)
    assert copied(message) == before
    assert all("copy_text" in key for key in message.buttons)


async def test_what_copies_stays_if_the_answer_is_typed(bot: Running, ada: User) -> None:
    """Whoever types that they have what they need can still copy the addresses."""
    message = await _sending(bot, ada, "zhanaozen-2011")
    before = copied(message)
    await say(bot, ada, READY)
    assert copied(message) == before
    assert all("copy_text" in key for key in message.buttons)
