"""What Telegram tells of people, as events; whatever is of no concern to us is None."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram import Chat as TelegramChat

from bot.events import Chat, Event, Given, Happening, Person, Place, Press, Role
from bot.platforms.base import LATE, parse_command
from bot.platforms.received import file_name, subset

NAME = "telegram"
WANTED = ["message", "edited_message", "callback_query", "my_chat_member"]
"""The kinds of updates we ask for."""

_ADDRESSED = re.compile(r"/\w+@(\w+)")
_OUT_OF = re.compile(r"(?:\A|_)(g[0-9a-f]{12})\Z")
_OUTSIDE = {"left", "kicked"}


class Reader:
    """Reads updates for the bot called `username`, whose `commands` a link into the private chat may name."""

    def __init__(self, own_id: int, username: str, commands: Set[str], clock: Callable[[], datetime]) -> None:
        self._own_id = own_id
        self._username = username.casefold()
        self._name = re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE)
        self._commands = commands
        self._clock = clock

    def read(self, raw: object) -> Event | None:
        """Return the event that `raw` tells of; raises ValueError, TypeError, KeyError... if it is malformed."""
        if not isinstance(raw, dict):
            raise TypeError("an update is an object")
        update = Update.de_json(raw, None)
        name = f"{self._own_id}.{int(update.update_id)}"  # another account of ours counts its own
        if update.callback_query:
            return self._pressed(name, update.callback_query)
        if update.my_chat_member:
            return self._joined(name, update.my_chat_member)
        if update.edited_message:
            return self._edited(name, update.edited_message)
        if update.message:
            return _happened(name, update.message) or self._said(name, update.message)
        return None

    def _said(self, name: str, message: Message) -> Event | None:
        person = _person(message)
        if person is None:
            return None
        public = message.chat.type != TelegramChat.PRIVATE
        where = _chat(message.chat.id, message.message_thread_id if message.is_topic_message else None)
        text = message.text
        if text is None:
            return None if public else _file(Event(name, person, where, message.date), message)
        other = _ADDRESSED.match(text)
        if other and other[1].casefold() != self._username:
            return None
        command, words = parse_command(text, ("/",))
        called = public and command is None and self._name.search(text) is not None
        words = self._name.sub("", words).strip() if called else words
        if public and command is None and not called and not self._is_answer(message):
            return None
        if public and command == "start" and words:  # what a link said when it added us; we have been greeted
            return None
        linked, by = command == "start" and not public and bool(words), ""
        if linked:
            command, words, by = self._linked(words)
        return Event(
            name,
            person,
            where,
            message.date,
            words,
            command,
            message=str(message.message_id),
            public=public,
            called=called,
            linked=linked,
            by=by,
            late=self._clock() - message.date > LATE,
            html="" if public or command or not message.entities else subset(message.text_html, lines=True),
            forwarded=message.forward_origin is not None,
        )

    def _is_answer(self, message: Message) -> bool:
        """Return whether a person answers something that we said."""
        to = message.reply_to_message
        return bool(to and to.from_user and to.from_user.id == self._own_id)

    def _linked(self, payload: str) -> tuple[str, str, str]:
        """Return the command that a link names, as "letter_zhanaozen-2011" does, and the group out of which it leads.

        Any other link is a source's, or a group's own.
        """
        command, _, argument = payload.partition("_")
        if command not in self._commands:
            return "start", payload, ""
        found = _OUT_OF.search(argument)
        return (command, argument[: found.start()], found[1]) if found else (command, argument, "")

    def _edited(self, name: str, message: Message) -> Event | None:
        """Return that somebody has changed their words; a place that moves is none of our business."""
        person = _person(message)
        if person is None or message.chat.type != TelegramChat.PRIVATE or message.location:
            return None
        return Event(name, person, _chat(message.chat.id, None), self._clock(), other="edit")

    def _pressed(self, name: str, query: CallbackQuery) -> Event | None:
        message = query.message
        if message is None or query.from_user.is_bot:
            return None
        thread = (
            message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        )
        command, words = parse_command(query.data or "", ("/",))
        return Event(
            name,
            _someone(query.from_user),
            _chat(message.chat.id, thread),
            self._clock(),
            words if command else "",
            command,
            None if command else _press(query.data or ""),
            pressed_on=str(message.message_id),
            public=message.chat.type != TelegramChat.PRIVATE,
        )

    def _joined(self, name: str, change: ChatMemberUpdated) -> Event | None:
        """Return that we were brought into a chat, or put out; of one person's, only that they have blocked us."""
        before, now = _is_in(change.old_chat_member), _is_in(change.new_chat_member)
        alone = change.chat.type == TelegramChat.PRIVATE
        if before == now or (alone and now):
            return None
        silent = change.chat.type == TelegramChat.CHANNEL
        happened = Happening("added" if now else "removed", change.chat.title or "", silent=silent)
        who, where = _someone(change.from_user), _chat(change.chat.id, None)
        return Event(name, who, where, change.date, public=not alone, happened=happened)


def _is_in(member: ChatMember) -> bool:
    return role_of(member.to_dict()) in ("admin", "member")


def role_of(told: object) -> Role:
    """Return what somebody is in a chat, as Telegram tells of a member."""
    member = told if isinstance(told, dict) else {}
    status = member.get("status")
    if status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR):
        return "admin"
    if status == ChatMember.MEMBER or (status == ChatMember.RESTRICTED and member.get("is_member", True)):
        return "member"
    return "outside" if status in _OUTSIDE else "unknown"


def _happened(name: str, message: Message) -> Event | None:
    """Return what a message tells that has become of a group: another name, or another number."""
    where = _chat(message.chat.id, None)
    if message.new_chat_title:
        happened = Happening("renamed", message.new_chat_title)
    elif message.migrate_to_chat_id:
        happened = Happening("moved", message.chat.title or "", str(int(message.migrate_to_chat_id)))
    elif message.migrate_from_chat_id:
        happened = Happening("moved", message.chat.title or "", where.id)
        where = _chat(message.migrate_from_chat_id, None)
    else:
        return None
    return Event(name, Person(NAME, ""), where, message.date, public=True, happened=happened)


def _file(event: Event, message: Message) -> Event | None:
    """Return `event` with the place that was shared, or as something we do not look at; None for a notice."""
    if message.location:
        return replace(event, place=Place(message.location.latitude, message.location.longitude))
    sent = message.effective_attachment or message.story or message.checklist
    if not sent:
        return None
    below = message.caption or ""
    html = subset(message.caption_html, lines=True) if message.caption_entities else ""
    forwarded = message.forward_origin is not None
    return replace(event, other="file", text=below, html=html, file=_given(message), forwarded=forwarded)


def _given(message: Message) -> Given | None:
    """Return the photo or the document that came with a message; None for what cannot be passed on."""
    if message.photo:
        largest = message.photo[-1]
        return Given(NAME, largest.file_id, "photo.jpg", "image/jpeg", True, int(largest.file_size or 0))
    document = message.document
    if document is None or message.animation:
        return None
    name, kind = file_name(document.file_name, "document"), str(document.mime_type or "")
    kind = kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "application/octet-stream"
    return Given(NAME, document.file_id, name, kind, False, int(document.file_size or 0))


def _person(message: Message) -> Person | None:
    """Return who wrote `message`: nobody in particular for a group's own voice, None for a channel's or a bot's."""
    if message.is_automatic_forward or message.chat.type == TelegramChat.CHANNEL:
        return None
    if message.sender_chat is not None:
        return Person(NAME, "") if message.sender_chat.id == message.chat.id else None
    user = message.from_user
    return None if user is None or user.is_bot else _someone(user)


def _someone(user: User) -> Person:
    return Person(NAME, str(user.id), user.language_code if isinstance(user.language_code, str) else None)


def _chat(chat: int, thread: int | None) -> Chat:
    """Return a chat by its id, and the topic within it: "-1001234/56"."""
    return Chat(NAME, f"{int(chat)}/{int(thread)}" if thread else str(int(chat)))


def lane(raw: object) -> str:
    """Return which chat an update comes from, before it is read; "" if that cannot be seen."""
    told: Any = next((raw[kind] for kind in WANTED if kind in raw), None) if isinstance(raw, dict) else None
    for name in ("message", "chat", "id"):
        found = told.get(name) if isinstance(told, dict) else None
        told = told if name == "message" and found is None else found
    return str(told) if isinstance(told, int) else ""


def where(chat: Chat) -> dict[str, int]:
    """Return the parameters that name `chat` in a call."""
    group, _, thread = chat.id.partition("/")
    return {"chat_id": int(group)} | ({"message_thread_id": int(thread)} if thread else {})


def data(press: Press) -> str:
    """Return what a button carries; at most 64 bytes, which the check of the campaigns sees to."""
    return f"{press.token}|{press.step}|{press.value}"


def _press(carried: str) -> Press:
    """Return the press of a button; one that carries something else belongs to no question."""
    token, step, value = parts if len(parts := carried.split("|", 2)) == 3 else ("", "", "")
    return Press(token, step, value)
