"""What people do on Telegram: write, press, send things, block the bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.botapi.calls import Json
from tests.botapi.chats import Chat, Private
from tests.botapi.finds import find, found_entities
from tests.botapi.members import change, member
from tests.botapi.messages import Message
from tests.botapi.presses import Press
from tests.botapi.spans import as_entities, melted, merged, trimmed, units
from tests.botapi.tags import parse
from tests.botapi.texts import TEXT

if TYPE_CHECKING:
    from tests.botapi.world import World


@dataclass(slots=True, eq=False)
class User:
    """A person with a Telegram account."""

    world: World
    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    @property
    def private(self) -> Chat:
        """The chat with the bot alone."""
        return self.world.chats[self.id]

    def to_json(self) -> Json:
        """Return what a bot is told of them."""
        told = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        more = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        return told | {key: value for key, value in more.items() if value}

    def says(
        self,
        text: str,
        in_: Chat | None = None,
        *,
        thread: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Write a message, in the private chat if no other is named."""
        words = text.strip()
        if not 1 <= units(words) <= TEXT:
            raise ValueError("nobody can send a message of this length")
        message = self._message(in_, thread, reply_to)
        message.text, message.entities = words, found_entities(words)
        return self._send(message)

    def writes(self, html: str, in_: Chat | None = None) -> Message:
        """Write a message with a look, which the app keeps beside the words."""
        message = self._message(in_, None, None)
        _look(message, html)
        return self._send(message)

    def forwards(self, text: str, in_: Chat | None = None) -> Message:
        """Pass on what somebody else has written."""
        message = self._message(in_, None, None)
        message.text, message.entities = text, found_entities(text)
        origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": self.world.now}
        message.author = {**message.author, "forward_origin": origin}
        return self._send(message)

    def starts(self, payload: str = "") -> Message:
        """Press "Start", or follow a link with a payload."""
        return self.says(f"/start {payload}".strip())

    def sends(
        self, content: Json, in_: Chat | None = None, *, thread: int | None = None, caption: str = ""
    ) -> Message:
        """Send something else than words, as a message tells of it."""
        message = self._message(in_, thread, None)
        message.content, message.text, message.entities = content, caption, found_entities(caption)
        return self._send(message)

    def shares_location(self, latitude: float, longitude: float, in_: Chat | None = None) -> Message:
        """Send a place."""
        return self.sends({"location": {"latitude": latitude, "longitude": longitude}}, in_)

    def sends_contact(self, phone_number: str, in_: Chat | None = None) -> Message:
        """Send a telephone number with their own name."""
        contact = {"phone_number": phone_number, "first_name": self.first_name, "user_id": self.id}
        return self.sends({"contact": contact}, in_)

    def sends_document(
        self, name: str, data: bytes, in_: Chat | None = None, *, caption: str = ""
    ) -> Message:
        """Send a file."""
        file = self.world.files.keep(name, data)
        message = self.sends({"document": file.to_document()}, in_, caption=caption)
        message.file = file
        return message

    def sends_photo(
        self, in_: Chat | None = None, *, data: bytes = b"\xff\xd8", caption: str = ""
    ) -> Message:
        """Send a picture, which comes in two sizes; the words below it may have a look."""
        message = self._message(in_, None, None)
        message.content = {"photo": self.world.files.keep_photo(data)}
        _look(message, caption)
        return self._send(message)

    def sends_sticker(self, in_: Chat | None = None, *, emoji: str = "✊") -> Message:
        """Send a sticker."""
        told = self.world.files.keep("sticker.webp", b"RIFF").to_json() | {"emoji": emoji, "type": "regular"}
        told |= {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self.sends({"sticker": told}, in_)

    def sends_voice(self, in_: Chat | None = None, *, seconds: int = 3) -> Message:
        """Send their voice."""
        told = self.world.files.keep("voice.oga", b"OggS").to_json()
        return self.sends({"voice": told | {"duration": seconds, "mime_type": "audio/ogg"}}, in_)

    def sends_poll(self, question: str, options: list[str], in_: Chat | None = None) -> Message:
        """Ask everybody something."""
        choices = [{"text": o, "voter_count": 0, "persistent_id": str(n)} for n, o in enumerate(options)]
        poll: Json = {"id": "1", "question": question, "options": choices, "total_voter_count": 0}
        flags = ("is_closed", "allows_multiple_answers", "allows_revoting", "members_only")
        poll |= {"type": "regular", "is_anonymous": True, **dict.fromkeys(flags, False)}
        return self.sends({"poll": poll}, in_)

    def edits(self, message: Message, text: str) -> None:
        """Change what they wrote."""
        message.text, message.entities = text, found_entities(text)
        message.chat.tell_edited(message)

    def deletes(self, message: Message) -> None:
        """Delete a message for everybody; no bot is told of that."""
        message.chat.remove(message)

    def presses(self, message: Message, label: str = "", *, data: str | None = None) -> Press:
        """Press the button with this label (or the first that begins so), or send any `data`, as a forger would."""
        if data is None:
            button = message.button(label)
            if "callback_data" not in button:
                raise AssertionError(f"the bot is not told when {button} is pressed")
            data = str(button["callback_data"])
        world = self.world
        press = Press(str(next(world.press_ids)), self, message, data, world.clock())
        world.presses[press.id] = press
        world.updates.push("callback_query", press.to_json(), message.chat.id)
        return press

    def types(self, message: Message, label: str) -> Message:
        """Press a button of a keyboard that types its label."""
        rows = (message.reply_markup or {}).get("keyboard", [])
        labels = [b if isinstance(b, str) else str(b["text"]) for row in rows for b in row]
        return self.says(next(found for found in labels if found.startswith(label)), message.chat)

    def blocks(self) -> None:
        """Block the bot."""
        self._lets_bot_be("member", "kicked")

    def unblocks(self) -> None:
        """Let the bot write again."""
        self._lets_bot_be("kicked", "member")

    def deletes_account(self) -> None:
        """Be gone; no bot is told of that."""
        self.deactivated = True

    def _lets_bot_be(self, old: str, new: str) -> None:
        self.blocked = new == "kicked"
        bot = self.world.bot
        news = change(
            self.private.to_json(), self.to_json(), self.world.now, member(bot, old), member(bot, new)
        )
        self.world.updates.push("my_chat_member", news, self.id)

    def _message(self, chat: Chat | None, thread: int | None, reply_to: Message | None) -> Message:
        """Return an empty message of theirs in a chat."""
        place = chat or self.private
        if isinstance(place, Private) and self.blocked:
            raise AssertionError("who has blocked the bot cannot write to it")
        message = Message(place, place.next_id(), self.world.now, {"from": self.to_json()}, reply_to=reply_to)
        message.message_thread_id = thread
        if thread is not None and thread not in place.topics:
            place.threads.add(thread)
        return message

    def _send(self, message: Message) -> Message:
        if isinstance(message.chat, Private):
            self.started = True
        return message.chat.tell(message)


def _look(message: Message, html: str) -> None:
    """Let a message say `html`, as an app writes it down: words, and beside them what look they have."""
    parsed = parse(html)
    text, spans = trimmed(parsed.text, parsed.spans)
    message.text, message.entities = text, as_entities(text, merged(melted(spans), find(text)))
