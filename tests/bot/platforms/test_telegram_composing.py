"""Messages with a look and a file on Telegram: they come in as they were written, and go out as they are shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.events import Chat, Document, Message, Upload
from tests.bot.platforms.telegram_bot import Running, bot_on
from tests.bot.platforms.telegram_care import following, say, stored
from tests.botapi import BotApi, ServerError, User
from tests.papers import deliver
from tests.passing import PICTURE, passing

__all__ = ["passing"]

LOOK = 'All <b>out</b> on <i>Friday</i>: <a href="https://union.example/">where</a>'


@pytest.fixture
async def bot(server: BotApi, passing: None, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work, with /pass."""
    async with bot_on(server, tmp_path) as running:
        yield running


@pytest.fixture
async def ada(server: BotApi, bot: Running) -> User:
    """Somebody who is asked for a message."""
    user = server.user("Ada", language_code="en")
    await say(bot, user, "/pass")
    return user


async def test_words(bot: Running, ada: User) -> None:
    """Bold, italics and links come back as they were written."""
    said = ada.writes(f"{LOOK} <u>now</u>\n<blockquote>a < b</blockquote>".replace("a <", "a &lt;"))
    await bot.settled()
    (answer,) = following(said)
    assert answer.text == "All out on Friday: where now\na < b"
    assert (answer.marked("bold"), answer.marked("italic")) == (["out"], ["Friday"])
    assert (answer.marked("text_link"), answer.marked("blockquote")) == (["where"], ["a < b"])


async def test_a_photo(server: BotApi, bot: Running, ada: User, tmp_path: Path) -> None:
    """A photo with words below it comes back as that, and none of its bytes stays with us."""
    said = ada.sends_photo(data=PICTURE, caption=LOOK)
    await bot.settled()
    (answer,) = following(said)
    assert answer.file is not None
    assert (answer.file.data, answer.text, answer.marked("bold")) == (
        PICTURE,
        "All out on Friday: where",
        ["out"],
    )
    assert "photo" in answer.content
    assert PICTURE not in stored(tmp_path)


async def test_a_document(bot: Running, ada: User) -> None:
    """A document comes back with its name."""
    said = ada.sends_document("leaflet.pdf", b"%PDF-1.7 leaflet", caption="Print this")
    await bot.settled()
    (answer,) = following(said)
    assert answer.file is not None
    assert (answer.file.name, answer.file.data) == ("leaflet.pdf", b"%PDF-1.7 leaflet")


@pytest.mark.parametrize(
    ("size", "photo"), [(10_000_001, True), (20_000_001, False)], ids=["photo", "document"]
)
async def test_too_large(server: BotApi, bot: Running, ada: User, size: int, photo: bool) -> None:
    """What is too large to be passed on is not even fetched."""
    data = bytes(size)
    said = ada.sends_photo(data=data, caption="x") if photo else ada.sends_document("x", data, caption="x")
    await bot.settled()
    (answer,) = following(said)
    assert answer.text.startswith("That is too large to pass on")
    assert not server.calls.of("getFile")


async def test_not_to_be_had(server: BotApi, bot: Running, ada: User) -> None:
    """A file that Telegram does not give just now is asked for once more."""
    server.fails(ServerError(), "getFile")
    said = ada.sends_photo(data=PICTURE, caption="x")
    await bot.settled()
    assert [answer.text for answer in following(said)] == [
        "I could not fetch that file just now. Please send it once more."
    ]
    again = ada.sends_photo(data=PICTURE, caption="x")
    await bot.settled()
    assert [answer.text for answer in following(again)] == ["x"]


async def test_nobody_asked(server: BotApi, bot: Running) -> None:
    """A file that nobody asked for is not looked at."""
    stranger = server.user("Eve", language_code="en")
    said = stranger.sends_photo(data=PICTURE, caption="/help")
    await bot.settled()
    assert following(said)[0].text.startswith("I can only read words")
    assert not server.calls.of("getFile")


async def test_a_picture_alone(bot: Running, ada: User) -> None:
    """A picture without words is no message yet."""
    said = ada.sends_photo(data=PICTURE)
    await bot.settled()
    assert following(said)[0].text.startswith("A picture alone says too little.")


async def test_forwarded(bot: Running, ada: User) -> None:
    """Words from elsewhere can be passed on; a command from elsewhere is none."""
    said = ada.forwards("/cancel")
    await bot.settled()
    assert following(said)[0].text.startswith("That was passed on from elsewhere.")
    said = ada.forwards("Written elsewhere")
    await bot.settled()
    assert [answer.text for answer in following(said)] == ["Written elsewhere"]


async def test_to_many(server: BotApi, bot: Running) -> None:
    """A photo for many is brought to Telegram once, and named from then on; so is a document."""
    for photo in (True, False):
        document = Document("picket.jpg", Upload("image/jpeg", photo, PICTURE + bytes(photo)))
        everybody = [server.user(f"U{number}") for number in range(5)]
        for user in everybody:
            user.started = True
            await deliver(
                bot.bot, Chat("telegram", str(user.id)), Message("<b>All</b> out", document=document)
            )
        shown = [user.private.messages[-1] for user in everybody]
        assert {(s.text, s.file.data if s.file else b"") for s in shown} == {
            ("All out", PICTURE + bytes(photo))
        }
        assert all(("photo" in s.content) == photo for s in shown)
        calls = server.calls.of("sendPhoto" if photo else "sendDocument")
        assert [bool(call.files) for call in calls] == [True, False, False, False, False]


async def test_long_words_go_before_a_photo(server: BotApi, bot: Running, ada: User) -> None:
    """Words that have no room below a photo go before it."""
    document = Document("picket.jpg", Upload("image/jpeg", True, PICTURE))
    last = ada.private.messages[-1]
    await deliver(bot.bot, Chat("telegram", str(ada.id)), Message("word " * 300, document=document))
    words, picture = following(last)
    assert (words.text.split().count("word"), "photo" in picture.content, picture.text) == (300, True, "")
