"""Links, languages and places on Telegram: what the app knows of somebody need not be typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.platforms.telegram_keyboards import PLACE
from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import asked_where, following, go_on, say, stored, tap
from tests.botapi import BotApi, User


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who writes to the bot in English."""
    return server.user("Ada", language_code="en")


async def test_a_link_to_a_campaign(bot: Running, ada: User) -> None:
    """A link that names a campaign and where it stood greets with that campaign alone."""
    ada.starts("zhanaozen-2011-leaflet")
    await bot.settled()
    greeting = ada.private.last
    assert "Kazakhstan" in greeting.text
    assert "Cambodia" not in greeting.text
    (kind,) = await tap(bot, ada, "Write your letter", greeting)
    assert kind.text.startswith("What kind of letter?")


async def test_a_link_that_says_nothing(server: BotApi, bot: Running) -> None:
    """Whatever a link carries, even if its payload was lost on the way, the greeting names all campaigns."""
    for payload in ("", "nonsense", "2011", "letter-", "-", "A" * 64, "____", "start_start"):
        ada = server.user("Ada", language_code="en")
        ada.starts(payload)
        await bot.settled()
        (greeting,) = ada.private.bot_messages
        assert "Kazakhstan" in greeting.text
        assert "Cambodia" in greeting.text
        assert greeting.labels[0] == "Write your letter"


async def test_a_link_to_a_letter(bot: Running, ada: User) -> None:
    """A link to one campaign's letter begins that letter, after a line that says where one is."""
    ada.starts("letter_zhanaozen-2011")
    await bot.settled()
    welcome, question = ada.private.bot_messages
    assert welcome.text.startswith("Good that you are here.")
    assert "/privacy" in welcome.text
    assert question.text.startswith("What kind of letter?")
    ada.starts("letter_zhanaozen-2011")
    await bot.settled()
    assert "Good that you are here" not in "".join(m.text for m in ada.private.bot_messages[2:])


async def test_language(server: BotApi, bot: Running) -> None:
    """The bot speaks the language of the app at first, and the chosen one from then on."""
    olga = server.user("Olga", language_code="ru")
    (greeting,) = await say(bot, olga, "/start")
    assert greeting.labels[0] == "Написать письмо"
    await say(bot, olga, "/language")
    (chosen,) = await tap(bot, olga, "English")
    assert chosen.text == "From now on I speak English with you."
    (greeting,) = await say(bot, olga, "/start")
    assert greeting.labels[0] == "Write your letter"


@pytest.mark.parametrize(
    ("code", "label"), [("ru-RU", "Написать"), ("tlh", "Write"), ("", "Write"), ("x!", "Write")]
)
async def test_other_languages(server: BotApi, bot: Running, code: str, label: str) -> None:
    """A language is found by its beginning; whoever speaks none of the bot's is answered in the default one."""
    (greeting,) = await say(bot, server.user("Kim", language_code=code), "/start")
    assert greeting.labels[0].startswith(label)


async def test_a_shared_place(bot: Running, ada: User, tmp_path: Path) -> None:
    """The question for the country can be answered by sharing a place and a yes; where it was is kept nowhere."""
    question = await asked_where(bot, ada)
    assert PLACE.strip() in question.text
    shared = ada.shares_location(51.477928, -0.001545)
    await bot.settled()
    (found,) = following(shared)
    assert "United Kingdom" in found.text
    assert question.buttons == []
    told = "\n".join(m.text for m in await tap(bot, ada, "United Kingdom", found))
    assert "London" in told
    assert found.buttons == []
    kept = stored(tmp_path)
    for secret in (b"51.47", b"0.0015", b"477928", b"001545"):
        assert secret not in kept


async def test_a_shared_place_in_a_letter(bot: Running, ada: User, tmp_path: Path) -> None:
    """In a letter, a shared place answers the question for the country once; of it only the country's code is kept."""
    await say(bot, ada, "/letter zhanaozen-2011")
    question = await go_on(bot, ada, "Skip")
    while PLACE.strip() not in question.text:
        await tap(bot, ada, "Skip", question)
        question = ada.private.last
    ada.shares_location(51.477928, -0.001545)
    await bot.settled()
    await tap(bot, ada, "United Kingdom")
    await go_on(bot, ada, "The letter is right")
    known, *_ = await say(bot, ada, "/mydata")
    assert "Country: United Kingdom" in known.text
    again = ada.shares_location(43.3412, 52.8619)
    await bot.settled()
    (answer,) = following(again)
    assert answer.text.startswith("I need a place only when")
    kept = stored(tmp_path)
    assert not any(secret in kept for secret in (b"51.47", b"477928", b"43.34", b"52.86"))


async def test_a_place_at_sea(bot: Running, ada: User) -> None:
    """A place in no country is no answer, and the question stands."""
    await asked_where(bot, ada)
    shared = ada.shares_location(0.0, -30.0)
    await bot.settled()
    (answer,) = following(shared)
    assert "which country" in answer.text
    assert "Skip" in answer.labels
