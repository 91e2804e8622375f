"""One message in a chat, as Telegram keeps it, people see it and a bot is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.botapi.calls import Json
from tests.botapi.files import File
from tests.botapi.keyboards import buttons

if TYPE_CHECKING:
    from tests.botapi.chats import Chat


@dataclass(slots=True, eq=False)
class Message:
    """A message; it changes when it is edited."""

    chat: Chat
    id: int
    date: int
    author: Json
    """`from` and, where a chat speaks, `sender_chat`."""
    text: str = ""
    """What is read; below a document, its caption."""
    entities: list[Json] = field(default_factory=list)
    html: str = ""
    """What the bot sent as the text."""
    reply_markup: Json | None = None
    message_thread_id: int | None = None
    reply_to: Message | None = None
    content: Json = field(default_factory=dict)
    """What it holds besides text: a document, a place, the news that somebody joined."""
    file: File | None = None
    edit_date: int | None = None
    from_bot: bool = False

    def __repr__(self) -> str:
        who = "bot" if self.from_bot else self.author.get("from", {}).get("first_name", "?")
        return f"<{self.id} {who}: {self.text!r}{' ' + repr(self.labels) if self.labels else ''}>"

    @property
    def buttons(self) -> list[Json]:
        """The buttons below it, row by row."""
        return buttons(self.reply_markup)

    @property
    def labels(self) -> list[str]:
        """What is written on the buttons below it."""
        return [str(button["text"]) for button in self.buttons]

    def button(self, label: str) -> Json:
        """Return the button with this label, else the first that begins so."""
        ranked = sorted(self.buttons, key=lambda b: (b["text"] != label, not b["text"].startswith(label)))
        if not ranked or not ranked[0]["text"].startswith(label):
            raise AssertionError(f"no button {label!r} among {self.labels}")
        return ranked[0]

    def marked(self, kind: str) -> list[str]:
        """Return the stretches of the text that carry an entity of this kind, such as "bold" or "url"."""
        raw = self.text.encode("utf-16-le")
        spans = [
            (2 * e["offset"], 2 * (e["offset"] + e["length"])) for e in self.entities if e["type"] == kind
        ]
        return [raw[start:end].decode("utf-16-le") for start, end in spans]

    def to_json(self, *, with_reply: bool = True) -> Json:
        """Return it as a bot is told of it."""
        told: Json = {"message_id": self.id, **self.author, "chat": self.chat.to_json(), "date": self.date}
        if self.edit_date is not None:
            told["edit_date"] = self.edit_date
        if self.message_thread_id is not None:
            told |= {"message_thread_id": self.message_thread_id}
            if self.message_thread_id in self.chat.topics:
                told["is_topic_message"] = True
        if with_reply and (replied := self._replied()) is not None:
            told["reply_to_message"] = replied.to_json(with_reply=False)
        told |= self.content
        told |= self._words()
        if self.reply_markup and "inline_keyboard" in self.reply_markup:
            told["reply_markup"] = self.reply_markup
        return told

    def _replied(self) -> Message | None:
        """Return what it replies to, if that is still there; in a topic at least to the topic's beginning."""
        if self.reply_to is not None:
            return self.reply_to if self.chat.shows(self.reply_to.id) else None
        if self.message_thread_id in (None, self.id) or self.message_thread_id not in self.chat.topics:
            return None
        return self.chat.seen(self.message_thread_id)

    def _words(self) -> Json:
        if not self.text:
            return {}
        text, entities = ("caption", "caption_entities") if self.content else ("text", "entities")
        return {text: self.text, entities: self.entities} if self.entities else {text: self.text}
