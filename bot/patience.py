"""Waits that platforms ask for before they take an answer: the long ones are kept over a restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.events import Chat
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.work import Unsent

LONG = 5.0
"""Seconds from which on a wait is kept."""


class Patience:
    """Knows which chats are to be left in peace because an earlier process was asked to."""

    def __init__(
        self, store: Store, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self._until: dict[Chat, int] = {}

    async def recall(self, platform: str) -> None:
        """Remember the waits that a platform has asked for."""
        async with self._store.work() as work:
            waits = await work.waits(platform)
        self._until |= {Chat(platform, chat): until for chat, until in waits.items()}

    async def wait(self, chat: Chat) -> None:
        """Wait until `chat` may be written to again."""
        if (left := self._until.pop(chat, 0) - self._clock()) > 0:
            await self._sleep(left)

    async def obey(self, one: Unsent, seconds: float) -> None:
        """Wait as long as was asked for when `one` was refused; that is known after a restart as well."""
        if one.id and seconds >= LONG:
            with suppress(StoreError):  # then it is known until then
                async with self._store.work() as work:
                    await work.note_waits(one.chat.platform, {one.id: self._clock() + seconds})
        await self._sleep(seconds)
