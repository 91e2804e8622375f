"""What a bot may write, and how Telegram refuses the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest, NetworkError

from tests.botapi import BotApi, User
from tests.botapi.library import bot_at

Keys = Sequence[Sequence[Any]]


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who has begun to talk with the bot."""
    user = server.user("Ada")
    user.starts()
    return user


FORMATS = [
    ("<b>a</b><i>b</i>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
    (
        "<strong>a</strong><em>b</em><ins>c</ins>",
        "abc",
        [("bold", 0, 1), ("italic", 1, 1), ("underline", 2, 1)],
    ),
    ("<u>a</u><s>b</s>", "ab", [("underline", 0, 1), ("strikethrough", 1, 1)]),
    ("<strike>a</strike><del>b</del>", "ab", [("strikethrough", 0, 2)]),
    ("🌍<code>x</code> <pre>y</pre>", "🌍x y", [("code", 2, 1), ("pre", 4, 1)]),
    ('<pre><code class="language-python">x = 1</code></pre>', "x = 1", [("pre", 0, 5)]),
    ('<a href="https://a.org/?a=1&amp;b">x</a>', "x", [("text_link", 0, 1)]),
    ('<a href="mailto:a@b.org">x</a>', "x", []),
    ("<blockquote>q</blockquote>", "q", [("blockquote", 0, 1)]),
    ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
    ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
    ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
    ("<b>a <i>b</i></b>", "a b", [("bold", 0, 3), ("italic", 2, 1)]),
    ("  <b> a </b>  ", " a", [("bold", 0, 2)]),
    ("&lt;&gt;&amp;&quot;&#39;&#x41; &nbsp;", "<>&\"'A &nbsp;", []),
    ("/help a@b.org #Union @someone", "/help a@b.org #Union @someone", None),
    ("http://a.org/start <code>a.org</code>", "http://a.org/start a.org", [("url", 0, 18), ("code", 19, 5)]),
]


@pytest.mark.parametrize(("html", "text", "entities"), FORMATS)
async def test_html(
    server: BotApi, bot: Bot, ada: User, html: str, text: str, entities: list[tuple[str, int, int]] | None
) -> None:
    """Tags become entities, counted in UTF-16 units."""
    sent = await bot.send_message(ada.id, html, parse_mode="HTML")
    assert sent.text == text
    if entities is None:
        assert [str(e.type) for e in sent.entities] == ["bot_command", "email", "hashtag", "mention"]
    else:
        assert [(str(e.type), e.offset, e.length) for e in sent.entities] == entities
    assert ada.private.last.html == html


BROKEN = [
    ("<p>a</p>", 'unsupported start tag "p" at byte offset 0'),
    ("é<br/>", 'unsupported start tag "br/" at byte offset 2'),
    ("<b>a", 'can\'t find end tag corresponding to start tag "b"'),
    ("<b>a</i>", 'unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("a</b>", "unexpected end tag at byte offset 1"),
    ("1 < 2 and 3 > 2", 'unsupported start tag ""'),
    ("1 <2", "unclosed start tag at byte offset 2"),
    ("<span>a</span>", 'tag "span" must have class "tg-spoiler"'),
    ("<a href='x", "unclosed start tag"),
    ("<blockquote>a<blockquote>b</blockquote></blockquote>", "blockquote inside a blockquote"),
]


@pytest.mark.parametrize(("html", "answer"), BROKEN)
async def test_broken_html(server: BotApi, bot: Bot, ada: User, html: str, answer: str) -> None:
    """Broken tags are refused, and kept as a violation."""
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(ada.id, html, parse_mode="HTML")
    assert answer in str(refused.value).lower().replace(answer.lower(), answer)
    assert len(server.violations) == 1
    assert server.violations[0].startswith("sendMessage: Bad Request: can't parse entities: ")
    assert len(ada.private.messages) == 1


async def test_lengths(server: BotApi, bot: Bot, ada: User) -> None:
    """The length counts after the tags are gone, in UTF-16 units."""
    await bot.send_message(ada.id, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    await bot.send_message(ada.id, "🌍" * 2048)
    await bot.send_document(ada.id, b"x", caption="x" * 1024)
    assert server.violations == []
    for text, answer in [
        ("🌍" * 2049, "Message is too long"),
        (" \n ", "non-empty"),
        ("x" * 40_000, "too long"),
    ]:
        with pytest.raises(BadRequest, match=answer):
            await bot.send_message(ada.id, text)
    with pytest.raises(BadRequest, match="Message text is empty"):
        await bot.send_message(ada.id, "")
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(ada.id, b"x", caption="x" * 1025)
    assert len(server.violations) == 5


async def test_silent_faults(server: BotApi, bot: Bot, ada: User) -> None:
    """What Telegram passes over in silence is a violation all the same."""
    await bot.send_message(ada.id, "<b>x</b> " * 101, parse_mode="HTML")
    await bot.send_message(ada.id, '<a href="tel:+1">x</a>', parse_mode="HTML")
    assert len(ada.private.bot_messages[0].entities) == 100
    assert server.violations == [
        "sendMessage: 101 entities in one message, of which Telegram keeps 100",
        "sendMessage: Telegram drops the link to tel:+1",
    ]


async def test_entities_given(server: BotApi, bot: Bot, ada: User) -> None:
    """Formats can come as entities instead of tags."""
    await bot.send_message(ada.id, "🌍 world", entities=[MessageEntity("bold", 3, 5)])
    assert ada.private.last.marked("bold") == ["world"]


def key(**action: Any) -> dict[str, Any]:
    """Return an inline button."""
    return {"text": "Press", **action}


KEYS: list[tuple[Keys, str]] = [
    ([[key(callback_data="x" * 65)]], "BUTTON_DATA_INVALID"),
    ([[key(callback_data="я" * 33)]], "BUTTON_DATA_INVALID"),
    ([[key(callback_data="")]], "Text buttons are unallowed"),
    ([[key()]], "Text buttons are unallowed"),
    ([[key(copy_text={"text": ""})]], "BUTTON_COPY_TEXT_INVALID"),
    ([[key(copy_text={"text": "x" * 257})]], "BUTTON_COPY_TEXT_INVALID"),
    ([[key(url="mailto:a@b.org")]], "BUTTON_URL_INVALID"),
    ([[key(url="ftp://a.org")]], "is invalid: Unsupported URL protocol"),
    ([[key(url="https://localhost")]], "is invalid: Wrong HTTP URL"),
    ([[key(url="https://a.org", callback_data="x")]], "BUTTON_TYPE_INVALID"),
    ([[{"text": "", "callback_data": "x"}]], "text must be non-empty"),
    ([[{"callback_data": "x"}]], 'Can\'t find field "text"'),
    ([[key(callback_data="x")] * 9], "reply markup is too long"),
    ([[key(callback_data="x")]] * 101, "reply markup is too long"),
    (["x"], "must be an Array of Arrays"),
]


@pytest.mark.parametrize(("rows", "answer"), KEYS)
async def test_buttons_refused(server: BotApi, bot: Bot, ada: User, rows: Keys, answer: str) -> None:
    """A button that Telegram refuses is refused."""
    asked = {"chat_id": ada.id, "text": "x", "reply_markup": {"inline_keyboard": rows}}
    with pytest.raises(BadRequest) as refused:
        await bot.do_api_request("sendmessage", asked)
    assert answer.lower() in str(refused.value).lower()
    assert len(server.violations) == 1


async def test_buttons(server: BotApi, bot: Bot, ada: User) -> None:
    """What is allowed is kept, shown and returned."""
    rows = [[InlineKeyboardButton("A", callback_data="я" * 32)] * 8] * 12
    sent = await bot.send_message(ada.id, "x", reply_markup=InlineKeyboardMarkup(rows))
    assert sent.reply_markup is not None
    assert len(ada.private.last.buttons) == 96
    typed = ReplyKeyboardMarkup([["Yes", KeyboardButton("Here", request_location=True)]])
    sent = await bot.send_message(ada.id, "x", reply_markup=typed)
    assert sent.reply_markup is None
    assert ada.types(ada.private.last, "Y").text == "Yes"


async def test_pressing(server: BotApi, bot: Bot, ada: User) -> None:
    """A press tells the bot the message with its buttons, and can be answered once, and soon."""
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Yes, please", callback_data="y")]])
    await bot.send_message(ada.id, "Well?", reply_markup=markup)
    press = ada.presses(ada.private.last, "Yes")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query is not None
    assert (query.data, query.message.text if query.message else "") == ("y", "Well?")  # type: ignore[attr-defined]
    await query.answer("Thanks", show_alert=True)
    assert await press.answered() == {"text": "Thanks", "show_alert": True}
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()
    assert len(server.violations) == 1


async def test_pressing_what_is_gone(server: BotApi, bot: Bot, ada: User) -> None:
    """A forged press on a deleted message comes with a message that cannot be read."""
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])
    sent = await bot.send_message(ada.id, "Well?", reply_markup=markup)
    shown = ada.private.last
    await sent.delete()
    ada.presses(shown, data="forged")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query is not None
    assert query.message is not None
    assert not query.message.is_accessible
    assert query.data == "forged"


async def test_pressing_too_long_ago() -> None:
    """After some seconds a press can be answered no more; that is nobody's fault."""
    now = [1_800_000_000.0]
    async with BotApi(clock=lambda: now[0], press_lifetime=15) as server, bot_at(server) as bot:
        ada = server.user()
        ada.starts()
        await bot.send_message(ada.id, "x")
        press = ada.presses(ada.private.last, data="x")
        now[0] += 16
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(press.id)
        assert server.violations == []


async def test_editing(server: BotApi, bot: Bot, ada: User) -> None:
    """A message becomes another, but not the same, and not one of somebody else."""
    sent = await bot.send_message(ada.id, "one")
    changed = await bot.edit_message_text("<b>two</b>", ada.id, sent.message_id, parse_mode="HTML")
    assert not isinstance(changed, bool)
    assert changed.edit_date is not None
    assert [m.text for m in ada.private.bot_messages] == ["two"]
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("<b>two</b>", ada.id, sent.message_id, parse_mode="HTML")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(ada.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", ada.id, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ada.id, ada.private.messages[0].id)
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(ada.id, sent.message_id, caption="x")
    assert len(server.violations) == 5


async def test_editing_a_document(server: BotApi, bot: Bot, ada: User) -> None:
    """What stands below a document is its caption, which becomes another; a text it has not."""
    sent = await bot.send_document(ada.id, b"x", filename="a.txt", caption="one")
    changed = await bot.edit_message_caption(ada.id, sent.message_id, caption="<b>two</b>", parse_mode="HTML")
    assert not isinstance(changed, bool)
    assert (changed.caption, changed.document) == ("two", sent.document)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("three", ada.id, sent.message_id)
    assert len(server.violations) == 1


async def test_documents_refused(server: BotApi, bot: Bot, ada: User) -> None:
    """An empty file is refused, one of more than 50 MB too, and so is a call that brings none."""
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_document(ada.id, b"")
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(ada.id, bytes(50 * 1024 * 1024 + 1))
    with pytest.raises(BadRequest, match="There is no document in the request"):
        await bot.do_api_request("SendDocument", {"chat_id": ada.id})
    assert len(server.violations) == 3
    assert ada.private.bot_messages == []


async def test_deleting(server: BotApi, bot: Bot, ada: User) -> None:
    """What is deleted is seen no more, and cannot be changed; that is no fault."""
    sent = await bot.send_message(ada.id, "one")
    assert await bot.delete_message(ada.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ada.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await sent.edit_text("two")
    assert ada.private.bot_messages == []
    assert server.violations == []


async def test_replying(server: BotApi, bot: Bot, ada: User) -> None:
    """A reply shows what it replies to; to nothing only if that is allowed."""
    said = ada.says("hello")
    sent = await bot.send_message(ada.id, "hi", reply_parameters=ReplyParameters(said.id))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "hello"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ada.id, "hi", reply_parameters=ReplyParameters(999))
    alone = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await bot.send_message(ada.id, "hi", reply_parameters=alone)).reply_to_message is None


async def test_documents(server: BotApi, bot: Bot, ada: User) -> None:
    """A document keeps its bytes, its name and its caption, and can be sent again by its number."""
    sent = await bot.send_document(
        ada.id, b"%PDF", filename="letter.pdf", caption="<b>x</b>", parse_mode="HTML"
    )
    assert sent.document is not None
    shown = ada.private.last
    assert shown.file is not None
    assert (shown.file.name, shown.file.data, shown.text) == ("letter.pdf", b"%PDF", "x")
    assert (sent.document.file_name, sent.document.file_size) == ("letter.pdf", 4)
    again = await bot.send_document(ada.id, sent.document.file_id)
    assert again.document == sent.document
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF"
    theirs = ada.sends_document("list.csv", b"a,b")
    assert theirs.file is not None
    assert bytes(await (await bot.get_file(theirs.file.id)).download_as_bytearray()) == b"a,b"
