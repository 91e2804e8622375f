"""An update written on one app arrives on the other as it was written: real libraries, real servers on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.broadcasts import Content
from bot.events import Chat, Document, Message, Upload
from bot.photographs import bare
from bot.platforms.matrix_rooms import private
from tests.bot.platforms import matrix_bot, telegram_bot
from tests.bot.platforms.telegram_care import following, tap
from tests.botapi import BotApi, User
from tests.homeserver.chat import Chat as Room
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse
from tests.organising import led_by, people_follow
from tests.papers import deliver
from tests.photographs import located, told

ANSWERS = ("English", "No, that is all", "At once", "At any hour")
TAKEN = located(orientation=6)
"""A photo with the place where it was taken, which is to be turned."""
WORDS = "All out on Friday: where\n\nbread & roses"


@dataclass
class Both:
    """Ada on both apps, an organiser on each, and the bot there."""

    telegram: telegram_bot.Running
    ada: User
    matrix: matrix_bot.Running
    room: Room


@pytest.fixture
async def both(homeserver: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    """The bot on both apps."""
    account = await homeserver.register("Bot")
    async with BotApi() as server, People(homeserver, tmp_path) as people:
        ada, person = server.user("Ada", language_code="en"), await people.meet("Ada")
        led = led_by("en", f"telegram:{ada.id}", f"matrix:{person.id}")
        monkeypatch.setattr(telegram_bot, "furnished", lambda: led)
        monkeypatch.setattr(matrix_bot, "furnished", lambda: led)
        async with (
            telegram_bot.bot_on(server, tmp_path / "telegram") as one,
            matrix_bot.bot_on(homeserver, account, tmp_path / "matrix") as other,
        ):
            await people_follow(one.bot.store)
            await people_follow(other.bot.store)
            room = await matrix_bot.private_chat(person, other, encrypted=True)
            yield Both(one, ada, other, room)
        assert server.violations == []


async def recorded(running: telegram_bot.Running | matrix_bot.Running) -> Content:
    """Return what the broadcast says that was agreed to."""
    async with running.bot.store.work() as work:
        found = await work.broadcast(1)
    assert found is not None
    return found.terms.content


def message(content: Content) -> Message:
    """Return the message that somebody gets."""
    file = content.file
    document = Document(file.name, Upload(file.media_type, file.photo, file.data)) if file else None
    return Message(content.text("en"), document=document)


async def test_from_telegram_to_matrix(both: Both) -> None:
    """A photo with words that have a look, from a phone on Telegram to an encrypted chat on Matrix."""
    phone = telegram_bot.Phone(both.telegram, both.ada)
    for answer in ("/broadcast", "Zhanaozen", "1"):
        await phone.say(answer)
    look = 'All <b>out</b> on <i>Friday</i>: <a href="https://union.example/">where</a>\n\nbread &amp; roses'
    both.ada.sends_photo(data=TAKEN, caption=look)
    await both.telegram.settled()
    for answer in ANSWERS[:-1]:
        await phone.say(answer)
    preview, *_ = await tap(both.telegram, both.ada, ANSWERS[-1])
    assert (preview.text, preview.marked("bold"), "photo" in preview.content) == (WORDS, ["out"], True)
    await tap(both.telegram, both.ada, "Send it now")
    said = await both.room.says("here")
    await deliver(both.matrix.bot, private(both.room.person.id), message(await recorded(both.telegram)))
    await both.room.person.until(
        lambda: any(e.msgtype == "m.image" for e in both.room.answers(said)), "the picture"
    )
    words, picture = [e for e in both.room.answers(said) if e.msgtype == "m.image" or "roses" in e.body]
    assert words.encrypted
    assert "All <strong>out</strong> on <em>Friday</em>: " in words.content["formatted_body"]
    assert '<a href="https://union.example/">where</a>' in words.content["formatted_body"]
    assert words.body == "All out on Friday: where (https://union.example/)\n\nbread & roses"
    assert await both.room.file(picture) == bare(TAKEN)
    assert told(await both.room.file(picture)) == {}


async def test_from_matrix_to_telegram(both: Both) -> None:
    """A picture with words that have a look, from an encrypted chat on Matrix: a photo with a caption on Telegram."""
    phone = matrix_bot.Phone(both.matrix, both.room)
    for words in ("!broadcast", "Zhanaozen", "1"):
        await phone.say(words)
    html = (
        '<p>All <strong>out</strong> on <em>Friday</em>: <a href="https://union.example/">where</a></p>'
        "<p>bread &amp; roses</p><script>alert(1)</script>"
    )
    sent = await both.room.sends_image("picket.jpg", TAKEN, WORDS, html)
    await both.room.answered(sent)
    for words in ANSWERS:
        await phone.say(words)
    pictures = [e for e in both.room.messages(both.matrix.id) if e.msgtype == "m.image"]
    assert [await both.room.file(e) for e in pictures] == [TAKEN]
    assert "on its way" in await phone.say("Send it now")
    both.ada.started = True
    said = both.ada.says("/help")
    await both.telegram.settled()
    to = Chat("telegram", str(both.ada.id))
    await deliver(both.telegram.bot, to, message(await recorded(both.matrix)))
    shown = following(said)[-1]
    assert shown.file is not None
    assert (shown.file.data, "photo" in shown.content, shown.text) == (bare(TAKEN), True, WORDS)
    assert told(shown.file.data) == {}
    assert (shown.marked("bold"), shown.marked("italic"), shown.marked("text_link")) == (
        ["out"],
        ["Friday"],
        ["where"],
    )
