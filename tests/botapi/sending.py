"""The methods that write, change and delete messages, and answer buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.botapi.calls import Call, Json
from tests.botapi.chats import Chat
from tests.botapi.files import File
from tests.botapi.keyboards import check_markup
from tests.botapi.messages import Message
from tests.botapi.refusals import bad, unlucky
from tests.botapi.texts import Text, read_caption, read_text
from tests.botapi.world import World

PHOTO = 10 * 1024 * 1024
"""Bytes of a picture."""
Method = Callable[[World, Call], Any]

UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current"
    " content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker"
    " find_location record_video_note upload_video_note".split()
)


def send_message(world: World, call: Call) -> Json:
    """Write a text."""
    return _send(world, call, read_text(call, world.noting(call)))


def send_document(world: World, call: Call) -> Json:
    """Send a file that comes with the call, or that Telegram has already."""
    caption = read_caption(call, world.noting(call))
    file = _file(world, call)
    return _send(world, call, caption, file)


def send_photo(world: World, call: Call) -> Json:
    """Send a picture that comes with the call, or that Telegram has already."""
    caption = read_caption(call, world.noting(call))
    file = _file(world, call, "photo")
    if len(file.data) > PHOTO:
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return _send(world, call, caption, file, {"photo": world.files.keep_photo(file.data)})


def _file(world: World, call: Call, kind: str = "document") -> File:
    named = call.text(kind)
    upload = call.files.get(named.removeprefix("attach://") if named else kind)
    if upload is not None:
        return world.files.keep_upload(upload)
    if not named:
        raise bad(f"there is no {kind} in the request")
    return world.files.find(named)


def _send(
    world: World, call: Call, text: Text, file: File | None = None, content: Json | None = None
) -> Json:
    """Write to a chat, once everything about it is checked."""
    chat = world.chat(call["chat_id"])
    chat.admit()
    markup = check_markup(call.record("reply_markup", "reply markup"), chat.kind == "private")
    thread = call.number("message_thread_id") or None
    if thread is not None:
        chat.check_thread(thread)
    reply_to = _replied(chat, call)
    world.flood.check(chat.id, world.clock())
    message = Message(chat, chat.next_id(), world.now, chat.bot_author(), text.text, list(text.entities))
    message.html, message.reply_markup, message.from_bot = text.source, markup, True
    message.message_thread_id, message.reply_to, message.file = thread, reply_to, file
    if file is not None:
        message.content = content or {"document": file.to_document()}
    return chat.show(message).to_json()


def _replied(chat: Chat, call: Call) -> Message | None:
    """Return the message that is replied to, if one is."""
    given = call.record("reply_parameters", "reply parameters")
    message_id = int(given.get("message_id") or call.number("reply_to_message_id"))
    if not message_id:
        return None
    if not chat.shows(message_id) and (
        given.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply")
    ):
        return None
    return chat.find(message_id, "message to be replied")


def edit_message_text(world: World, call: Call) -> Json:
    """Change a text, and the buttons below it: without any given, they go."""
    text = read_text(call, world.noting(call))
    message = _own(world, call)
    if message.content:
        raise bad("there is no text in the message to edit")
    markup = check_markup(call.record("reply_markup", "reply markup"), private=True)
    return _edit(message, text, markup)


def edit_message_caption(world: World, call: Call) -> Json:
    """Change what is written below a document."""
    text = read_caption(call, world.noting(call))
    message = _own(world, call)
    if not message.content:
        raise bad("there is no caption in the message to edit")
    return _edit(message, text, check_markup(call.record("reply_markup", "reply markup"), private=True))


def edit_message_reply_markup(world: World, call: Call) -> Json:
    """Change the buttons below a message, and nothing else."""
    message = _own(world, call)
    markup = check_markup(call.record("reply_markup", "reply markup"), private=True)
    return _edit(message, Text(message.text, tuple(message.entities), message.html), markup)


def _own(world: World, call: Call) -> Message:
    """Return the message that is to be changed, which must be the bot's."""
    if not call["message_id"]:
        raise bad("message identifier is not specified")
    chat = world.chat(call["chat_id"])
    chat.admit()
    message = chat.find(call.number("message_id"), "message to edit")
    if not message.from_bot:
        raise bad("message can't be edited")
    return message


def _edit(message: Message, text: Text, markup: Json | None) -> Json:
    before = (message.text, message.entities, message.reply_markup)
    if before == (text.text, list(text.entities), markup):
        raise bad(UNCHANGED)
    message.text, message.entities, message.html = text.text, list(text.entities), text.source
    message.reply_markup, message.edit_date = markup, message.chat.world.now
    message.chat.changed()
    return message.to_json()


def delete_message(world: World, call: Call) -> bool:
    """Let a message vanish."""
    chat = world.chat(call["chat_id"])
    chat.admit()
    _delete(chat, chat.find(call.number("message_id"), "message to delete"))
    return True


def delete_messages(world: World, call: Call) -> bool:
    """Let messages vanish; those that are gone already are passed over."""
    chat = world.chat(call["chat_id"])
    chat.admit()
    numbers = call.listed("message_ids", "message identifiers")
    if not 1 <= len(numbers) <= 100:
        raise bad(
            "message identifiers are not specified"
            if not numbers
            else "too many message identifiers specified"
        )
    for number in numbers:
        if chat.shows(int(number)):
            _delete(chat, chat.find(int(number), "message to delete"))
    return True


def _delete(chat: Chat, message: Message) -> None:
    bot = int(chat.world.bot["id"])
    may = message.from_bot or chat.kind == "private" or chat.status(bot) == "administrator"
    if not may:
        raise bad("message can't be deleted for everyone")
    chat.remove(message)


def send_chat_action(world: World, call: Call) -> bool:
    """Show that the bot is busy."""
    if call.text("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat = world.chat(call["chat_id"])
    chat.admit()
    chat.actions.append(call.text("action"))
    return True


def answer_callback_query(world: World, call: Call) -> bool:
    """Answer a pressed button, once and soon."""
    press = world.presses.get(call.text("callback_query_id"))
    if press is None or press.answer is not None:
        raise bad(TOO_OLD)
    if world.clock() - press.at > world.press_lifetime:
        raise unlucky(TOO_OLD)
    if len(call.text("text")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    press.answered_with({"text": call.text("text"), "show_alert": call.flag("show_alert")})
    return True


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
}
