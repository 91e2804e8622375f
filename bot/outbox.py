"""Messages on their way out: recorded with the effect that caused them, kept until they are sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from bot.events import Chat, Message, Press, ShownButton
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.work import Unsent

log = logging.getLogger(__name__)


class Sender(Protocol):
    """A platform, as far as sending goes."""

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Send `message`; `delivery` is the same whenever the same message is sent again."""
        ...


class Outbox:
    """Sends what the database holds for each platform, and lets go of it afterwards."""

    def __init__(self, store: Store, senders: Mapping[str, Sender]) -> None:
        self._store = store
        self._senders = senders

    async def send(self, waiting: Sequence[Unsent]) -> None:
        """Send `waiting` in order; a process killed in between sends again what it could not record as sent."""
        for one in waiting:
            await self._senders[one.chat.platform].send(one.chat, parse(one.message), one.id)
        if not waiting:
            return
        try:
            async with self._store.work() as work:
                await work.sent([one.id for one in waiting])
        except StoreError as error:
            log.error("messages that were sent are sent once more after the next start: %s", error)

    async def resume(self) -> None:
        """Send what an earlier process recorded but did not send."""
        for platform in self._senders:
            async with self._store.work() as work:
                waiting = await work.unsent(platform)
            await self.send(waiting)

    async def tell(self, chat: Chat, message: Message) -> None:
        """Send a message that could not be recorded."""
        await self._senders[chat.platform].send(chat, message, 0)


def dump(message: Message) -> str:
    """Return `message` as JSON for the database."""
    return json.dumps(asdict(message), ensure_ascii=False)


def parse(text: str) -> Message:
    """Return the message that `dump` wrote."""
    value = json.loads(text)
    buttons = (
        ShownButton(**{**b, "press": Press(**b["press"]) if b["press"] else None}) for b in value["buttons"]
    )
    return Message(value["html"], tuple(buttons))
