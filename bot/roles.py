"""What somebody is in a chat with others, as its platform tells: asked again after a minute, or when it matters."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from bot.events import Chat, Person, Role

AGE = 60.0
"""Seconds for which a role is believed."""
REMEMBERED = 1000
"""Roles that are remembered, the latest."""


@runtime_checkable
class Reader(Protocol):
    """A platform, as far as its chats tell who somebody is there."""

    async def role(self, chat: Chat, person: Person) -> Role:
        """Return what `person` is in `chat` now; "unknown" if that cannot be read."""
        ...


class Roles:
    """The roles of people in chats, on every platform that is connected."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._readers: dict[str, Reader] = {}
        self._known: OrderedDict[tuple[Chat, Person], tuple[float, Role]] = OrderedDict()

    def connect(self, platform: str, reader: Reader) -> None:
        """Ask `reader` for the roles in the chats of a platform."""
        self._readers[platform] = reader

    async def role(self, chat: Chat, person: Person, fresh: bool = False) -> Role:
        """Return what `person` is in `chat`: read now if it is to be `fresh`, else at most a minute ago."""
        read_at, known = self._known.get((chat, person), (-AGE, "unknown"))
        if not fresh and known != "unknown" and self._clock() - read_at < AGE:
            return known
        role = await self._read(chat, person)
        self._known[chat, person] = self._clock(), role
        self._known.move_to_end((chat, person))
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return role

    async def _read(self, chat: Chat, person: Person) -> Role:
        reader = self._readers.get(chat.platform)
        if reader is None or not person.id or person.platform != chat.platform:
            return "unknown"
        return await reader.role(chat, person)
