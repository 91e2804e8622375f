"""Messages with a look and a file on Matrix: read where all is encrypted, made harmless, and shown as pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.events import Document, Message, Upload
from bot.platforms.matrix_rooms import private
from tests.bot.platforms.matrix_bot import Running, bot_on, private_chat
from tests.bot.platforms.telegram_care import stored
from tests.homeserver import faults
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse
from tests.homeserver.timeline import Seen
from tests.papers import deliver
from tests.passing import PICTURE, passing

__all__ = ["passing"]

LOOK = '<p>All <strong>out</strong> on <em>Friday</em>:</p><p><a href="https://union.example/">where</a></p>'
SHOWN = "<p>All <strong>out</strong> on <em>Friday</em>:<br><br>"
DOWNLOAD = r"/media/download"


@pytest.fixture
async def bot(homeserver: Synapse, gate: Gate, passing: None, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work, with /pass."""
    account = await homeserver.register("Bot")
    async with bot_on(homeserver, account, tmp_path / "bot", gate.url) as running:
        yield running


@pytest.fixture(params=["encrypted", "plain"])
async def chat(
    request: pytest.FixtureRequest, bot: Running, homeserver: Synapse, tmp_path: Path
) -> AsyncIterator[Chat]:
    """A private chat of Ada with the bot, which asks her for a message."""
    async with People(homeserver, tmp_path) as people:
        person = await people.meet("Ada")
        chat = await private_chat(person, bot, encrypted=request.param == "encrypted")
        await chat.answered(await chat.says("!pass"))
        yield chat


async def answers(chat: Chat, said: str, number: int) -> list[Seen]:
    """Return what the bot says to that, so many messages."""
    return await chat.answered(said, lambda heard: len(heard) == number)


async def test_words(chat: Chat) -> None:
    """Bold, italics and links come back as they were written, and nothing hostile with them."""
    said = await chat.says("All out", html=f"{LOOK}<script>alert(1)</script><img src=x onerror=y alt='✊'>")
    (answer,) = await answers(chat, said, 1)
    shown = answer.content["formatted_body"]
    assert shown.startswith(SHOWN)
    assert '<a href="https://union.example/">where</a>' in shown
    assert not [bad for bad in ("script", "alert", "onerror", "img") if bad in shown]


async def test_a_picture(chat: Chat, tmp_path: Path) -> None:
    """A picture with words below it comes back as words and picture, and none of its bytes stays with us."""
    said = await chat.sends_image("picket.jpg", PICTURE, "All out", LOOK)
    words, picture = await answers(chat, said, 2)
    assert words.content["formatted_body"].startswith(SHOWN)
    assert (picture.msgtype, picture.content["filename"]) == ("m.image", "picket.jpg")
    assert picture.encrypted == chat.encrypted
    assert await chat.file(picture) == PICTURE
    assert PICTURE not in stored(tmp_path / "bot")


async def test_a_picture_alone(chat: Chat) -> None:
    """A picture without words, as most clients send it, is no message yet."""
    (answer,) = await answers(chat, await chat.sends_image("picket.jpg", PICTURE), 1)
    assert answer.body.startswith("A picture alone says too little.")


async def test_not_to_be_had(chat: Chat, gate: Gate) -> None:
    """A file that the homeserver does not give just now is asked for once more."""
    gate.fails(faults.server_error(), DOWNLOAD)
    (answer,) = await answers(chat, await chat.sends_image("picket.jpg", PICTURE, "All out"), 1)
    assert answer.body.startswith("I could not fetch that file just now.")
    await answers(chat, await chat.sends_image("picket.jpg", PICTURE, "All out"), 2)


async def test_larger_than_it_says(chat: Chat) -> None:
    """A picture that is larger than is said of it is not read to its end."""
    (answer,) = await answers(chat, await chat.sends_image("picket.jpg", bytes(10_000_001), "All out"), 1)
    assert answer.body.startswith("That is too large to pass on")


@pytest.mark.parametrize(
    "told",
    [
        {"url": "mxc://../../x"},
        {"url": "https://a.example/x"},
        {"url": 5},
        {"file": {"url": "mxc://a.example/x", "key": 5, "hashes": {}, "iv": "x"}},
        {"file": {"url": "mxc://a.example/x"}},
        {"info": {"size": "much", "mimetype": 5}, "url": "mxc://a.example/none"},
    ],
)
async def test_nonsense(chat: Chat, told: dict[str, object]) -> None:
    """Whatever is said of a file that is none: the answer says so, and the conversation goes on."""
    event = {"msgtype": "m.image", "body": "words", "filename": "x.jpg", **told}
    (answer,) = await answers(chat, await chat.sends(event), 1)
    assert answer.body.startswith(("I could not fetch that file", "I can only read words"))
    await answers(chat, await chat.says("All out"), 1)


async def test_to_many(bot: Running, chat: Chat, gate: Gate) -> None:
    """A picture for many is given to the homeserver once."""
    document = Document("picket.jpg", Upload("image/jpeg", True, PICTURE))
    first = await chat.says("here")
    before = gate.calls.count(r"/media/v3/upload", "POST")
    for _ in range(3):
        await deliver(bot.bot, private(chat.person.id), Message("<b>All</b> out", document=document))
    await chat.person.until(
        lambda: len([e for e in chat.answers(first) if e.msgtype == "m.image"]) == 3, "pictures"
    )
    assert gate.calls.count(r"/media/v3/upload", "POST") == before + 1
    pictures = [event for event in chat.answers(first) if event.msgtype == "m.image"]
    assert [await chat.file(event) for event in pictures] == [PICTURE] * 3
