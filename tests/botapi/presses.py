"""Somebody presses a button, and what the bot answers to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.botapi.bell import Bell
from tests.botapi.calls import Json
from tests.botapi.messages import Message

if TYPE_CHECKING:
    from tests.botapi.people import User


@dataclass(slots=True, eq=False)
class Press:
    """A button pressed; the button shows that it waits until it is answered."""

    id: str
    by: User
    message: Message
    data: str
    at: float
    answer: Json | None = None
    """What the bot answered: `text`, which may be empty, and `show_alert`."""
    _bell: Bell = field(default_factory=Bell)

    def to_json(self) -> Json:
        """Return what the bot is told of it."""
        chat = self.message.chat
        if chat.shows(self.message.id):
            message = self.message.to_json()
        else:
            message = {"chat": chat.to_json(), "message_id": self.message.id, "date": 0}
        instance = str(8_000_000_000_000_000_000 + abs(chat.id))
        told = {"id": self.id, "from": self.by.to_json(), "message": message, "chat_instance": instance}
        return told | {"data": self.data}

    def answered_with(self, answer: Json) -> None:
        """Keep the answer."""
        self.answer = answer
        self._bell.ring()

    async def answered(self, within: float = 10.0) -> Json:
        """Wait for the answer, and return it."""
        await self._bell.until(lambda: self.answer is not None, within)
        if self.answer is None:
            raise AssertionError(f"the press of {self.data!r} was not answered")
        return self.answer
