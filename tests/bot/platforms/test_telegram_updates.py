"""What Telegram tells of people: each update is read alone, confirmed once recorded, and nonsense stalls nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Event
from bot.platforms.telegram_updates import Reader, where
from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import following, say, stored, tap
from tests.bot.store.people import looking
from tests.botapi import BotApi, Message, NotJson, User
from tests.door import NOW

BOT = 4815162342
ADA: dict[str, Any] = {"id": 5_000_000_001, "is_bot": False, "first_name": "Ada", "language_code": "en"}
CHAT = {"id": 5_000_000_001, "type": "private", "first_name": "Ada"}


@pytest.fixture
def reader() -> Reader:
    """What reads updates."""
    return Reader(BOT, "SolidarityTestBot", {"letter", "appeal", "sent"}, lambda: NOW)


def update(**told: Any) -> dict[str, Any]:
    """Return an update with a message of Ada's, of which something is `told`."""
    message = {"message_id": 7, "date": 1_800_000_000, "chat": CHAT, "from": ADA, "text": "hi"}
    return {"update_id": 700_000_001, "message": {**message, **told}}


MALFORMED = {
    "a text": "x",
    "a number": 5,
    "a list": [],
    "nothing": None,
    "no number": {"message": update()["message"]},
    "a number that is text": {**update(), "update_id": "one"},
    "message is a text": {"update_id": 700_000_001, "message": "x"},
    "message is a list": {"update_id": 700_000_001, "message": [1]},
    "date is text": update(date="now"),
    "date is far away": update(date=10**18),
    "no date": {"update_id": 700_000_001, "message": {"message_id": 7, "chat": CHAT, "text": "x"}},
    "chat is a text": update(chat="x"),
    "chat without a number": update(chat={"type": "private"}),
    "a chat's number is text": update(chat={"id": "abc", "type": "private"}),
    "sender is a list": update(**{"from": [1]}),
    "language is a number": update(**{"from": {**ADA, "language_code": 5}}),
    "language is a list": update(**{"from": {**ADA, "language_code": ["en"]}}),
    "a person's number is half a character": update(**{"from": {**ADA, "id": "\ud800"}}),
    "text is a number": update(text=5),
    "text is an object": update(text={"a": 1}),
    "entities are nonsense": update(entities=[5]),
    "place is a text": update(text=None, location="here"),
    "place is nowhere": update(text=None, location={"latitude": "x", "longitude": []}),
    "a press without a message": {"update_id": 1, "callback_query": {"id": "1", "from": ADA, "data": "x"}},
    "a press with nonsense": {
        "update_id": 1,
        "callback_query": {"id": 5, "from": ADA, "data": [1], "message": {"chat": CHAT}},
    },
    "nonsense of a group": {"update_id": 700_000_001, "my_chat_member": {"chat": CHAT, "from": ADA}},
    "a type that nobody knows": {"update_id": 700_000_001, "telepathy": {"from": ADA}},
}


async def test_nonsense_stalls_nobody(server: BotApi, bot: Running, tmp_path: Path) -> None:
    """A malformed update is set aside: what comes with it is answered, it does not come again, no word is logged."""
    ada = server.user("Ada", language_code="en")
    for name, raw in MALFORMED.items():
        ada.says("/privacy")
        server.push(raw)
        after = ada.says("/help")
        await bot.settled()
        assert len(following(after)) >= 2, name
        assert "What I can do" in ada.private.last.text, name
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert str(ada.id) not in log


async def test_much_nonsense_is_logged_shortly(server: BotApi, bot: Running, tmp_path: Path) -> None:
    """Of a hundred malformed updates, the log says three lines."""
    for number in range(100):
        server.push({"update_id": 700_000_001 + number, "message": "x"})
    await say(bot, server.user(), "/help")
    lines = (tmp_path / "log").read_text().splitlines()
    assert [line.partition("malformed: ")[2].split()[0] for line in lines] == ["1", "10", "100"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "type", "text"]), inner)
    ),
    max_leaves=4,
)
PLACES = [
    "text",
    "date",
    "chat",
    "from",
    "message_id",
    "sender_chat",
    "location",
    "reply_to_message",
    "photo",
]
PLACES += ["message_thread_id", "is_topic_message", "is_automatic_forward", "entities", "contact", "caption"]


@given(st.sampled_from(PLACES), JSON, st.sampled_from(["message", "edited_message"]))
def test_any_nonsense_is_told_apart(place: str, value: object, kind: str) -> None:
    """Whatever stands where, an update is refused, passed over, or an event that can be answered."""
    reader = Reader(BOT, "SolidarityTestBot", {"letter"}, lambda: NOW)
    message = update(**{place: value})["message"]
    try:
        event = reader.read({"update_id": 1, kind: message})
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, ArithmeticError):
        return
    if event is not None:
        assert isinstance(event, Event)
        assert all(isinstance(number, int) for number in where(event.chat).values())
        assert event.person.language is None or isinstance(event.person.language, str)
        assert isinstance(event.text, str)


async def test_confirmed_only_once_recorded(server: BotApi, bot: Running, tmp_path: Path) -> None:
    """As long as nothing can be recorded, Telegram keeps the update; then it is answered, once."""
    ada = server.user("Ada")
    with looking(tmp_path / "solidarity.db") as other:
        other.execute("BEGIN IMMEDIATE")
        said = ada.says("/help")
        asked = server.calls.count("getUpdates")
        await asyncio.sleep(0.4)
        assert (server.pending, ada.private.bot_messages) == (1, [])
        assert server.calls.count("getUpdates") <= asked + 1
        other.execute("ROLLBACK")
    await server.drained()
    assert len(await ada.private.after(said)) == 1


async def test_a_second_time(server: BotApi, bot: Running) -> None:
    """An update that comes again has no second effect, and the question that stands keeps its buttons."""
    ada = server.user("Ada")
    (question,) = await say(bot, ada, "/letter")
    told = {"update_id": 700_000_001, "message": ada.private.messages[0].to_json()}
    await bot.service.telegram.take(told, bot.bot.dispatcher.take)
    await bot.settled()
    assert ada.private.bot_messages == [question]
    assert question.buttons


async def test_many_at_once_in_order(server: BotApi, bot: Running) -> None:
    """What one person writes at once is answered in order, and only buttons that stand are taken away."""
    ada = server.user("Ada")
    await say(bot, ada, "/letter")
    said = [ada.says(words) for words in ("nonsense", "/back", "2", "/demands nagaworld-2021", "1")]
    await bot.settled()
    answers = [m.text for m in following(said[-1])]
    assert "among the answers" in answers[0]
    assert "first question" in answers[1]


async def test_answers_by_one_do_not_wait_for_another(server: BotApi, bot: Running) -> None:
    """Fifty people at once are all answered, each in their own chat."""
    people = [server.user(f"Person{number}") for number in range(50)]
    for person in people:
        person.says("/letter")
    await bot.settled()
    assert [len(person.private.bot_messages) for person in people] == [1] * 50


# --- what people send

Sends = Callable[[User], Message]
SENT: dict[str, Sends] = {
    "a sticker": lambda user: user.sends_sticker(),
    "a voice": lambda user: user.sends_voice(),
    "a picture": lambda user: user.sends_photo(caption="Secretword in a caption"),
    "a document": lambda user: user.sends_document("Secretword.pdf", b"%PDF", caption="Secretword"),
    "a poll": lambda user: user.sends_poll("Secretword?", ["yes", "no"]),
    "a contact": lambda user: user.sends_contact("+441632960961"),
    "a place where none is asked": lambda user: user.shares_location(43.3412, 52.8619),
    "dice": lambda user: user.sends({"dice": {"emoji": "🎲", "value": 6}}),
}


@pytest.mark.parametrize("asked", [False, True], ids=["nothing asked", "while asked"])
async def test_what_is_no_words(server: BotApi, bot: Running, tmp_path: Path, asked: bool) -> None:
    """Whatever is no words gets one kind sentence; it is not fetched, not kept, and the question still stands."""
    ada = server.user("Ada", language_code="en")
    labels = (await say(bot, ada, "/letter"))[0].labels if asked else []
    for name, send in SENT.items():
        sent = send(ada)
        await bot.settled()
        (answer,) = following(sent)
        assert answer.text.startswith(("I can only read words", "I need a place only when")), name
        assert answer.labels == labels, name
    assert server.calls.count("getFile") == 0
    kept = stored(tmp_path)
    for secret in (b"Secretword", b"441632960961", b"43.34", b"52.86"):
        assert secret not in kept


async def test_changed_words(server: BotApi, bot: Running, tmp_path: Path) -> None:
    """A change of an earlier message gets one sentence; the first version stands, the new one is not kept."""
    ada = server.user("Ada", language_code="en")
    await say(bot, ada, "/letter")
    answer = ada.says("2")
    await bot.settled()
    last = ada.private.messages[-1]
    ada.edits(answer, "1 Secretword")
    await bot.settled()
    (sentence,) = following(last)
    assert "your first version stands" in sentence.text
    assert b"Secretword" not in stored(tmp_path)
    (back,) = await say(bot, ada, "/back")
    assert back.text.startswith("Which appeal?")


async def test_a_place_that_moves(server: BotApi, bot: Running) -> None:
    """A shared place that goes on moving is not talked about again."""
    ada = server.user("Ada", language_code="en")
    place = ada.shares_location(51.5, -0.1)
    await bot.settled()
    seen = list(ada.private.messages)
    place.content = {"location": {"latitude": 51.6, "longitude": -0.1, "live_period": 900}}
    ada.private.tell_edited(place)
    await bot.settled()
    assert ada.private.messages == seen


async def test_notices_are_no_words(server: BotApi, bot: Running) -> None:
    """A notice in the private chat, such as that a message was pinned, is not talked about."""
    ada = server.user("Ada", language_code="en")
    said = ada.says("/help")
    await bot.settled()
    ada.sends({"pinned_message": said.to_json()})
    ada.sends({"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}})
    await bot.settled()
    assert len(ada.private.bot_messages) == 1


async def test_a_body_that_cannot_be_read(server: BotApi, bot: Running, tmp_path: Path) -> None:
    """An answer of Telegram that breaks off puts nobody's words into the log, and what it held comes again."""
    ada = server.user("Ada", language_code="en")
    body = '{"ok":true,"result":[{"update_id":700000001,"message":{"text":"Secretword Lovelace"'
    server.fails(NotJson(body), "getUpdates")
    await say(bot, ada, "/privacy")
    (answer,) = await say(bot, ada, "/help")
    assert answer.text.startswith("What I can do")
    log = (tmp_path / "log").read_text()
    assert "Telegram cannot be reached" in log
    assert "Secretword" not in log
    assert "Traceback" not in log


# --- one message, one event


def test_commands(reader: Reader) -> None:
    """A command is read in any case, with the bot's name or without; one for another bot is not ours."""
    read = [
        reader.read(update(text=text))
        for text in ("/Letter kz", "/letter@SolidarityTestBot kz", "/letter@solidaritytestbot", "hello")
    ]
    assert [(e and e.command, e and e.text) for e in read] == [
        ("letter", "kz"),
        ("letter", "kz"),
        ("letter", ""),
        (None, "hello"),
    ]
    assert reader.read(update(text="/letter@OtherBot kz")) is None


@pytest.mark.parametrize(
    ("payload", "command", "text"),
    [
        ("", "start", ""),
        ("zhanaozen-2011-leaflet", "start", "zhanaozen-2011-leaflet"),
        ("letter_zhanaozen-2011", "letter", "zhanaozen-2011"),
        ("letter", "letter", ""),
        ("sent_3", "sent", "3"),
        ("forget_everything", "start", "forget_everything"),
        ("_____", "start", "_____"),
    ],
)
def test_links(reader: Reader, payload: str, command: str, text: str) -> None:
    """A link names a command, or where it stood; what is neither is a plain beginning."""
    event = reader.read(update(text=f"/start {payload}".strip()))
    assert event is not None
    assert (event.command, event.text) == (command, text)


async def test_forged_presses(server: BotApi, bot: Running) -> None:
    """Whatever a forger lets a button carry, nothing happens but that the present question comes again."""
    ada = server.user("Ada", language_code="en")
    (question,) = await say(bot, ada, "/letter")
    for data in (
        "",
        "x",
        "|",
        "||",
        "a|b|c",
        "00000000|campaign|zhanaozen-2011",
        "|campaign|<back>",
        "/",
        "\u202e" * 9,
    ):
        press = ada.presses(ada.private.last, data=data)
        await press.answered()
        await bot.settled()
        assert "Which appeal?" in ada.private.last.text
        assert ada.private.last.buttons
    (kind,) = await tap(bot, ada, "Kazakhstan")
    assert kind.text.startswith("What kind of letter?")
    assert question.buttons == []
