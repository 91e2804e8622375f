"""The records of a bot that is in no group."""

from __future__ import annotations

from bot.events import Chat, Person
from bot.groups import Group


class NoGroups:
    """Finds no group, and keeps none."""

    async def add_group(self, chat: Chat, title: str, person: Person) -> Group:
        """Return a group that is forgotten at once."""
        return Group("g0", chat, title)

    async def group(self, chat: Chat) -> Group | None:
        """Return none."""
        return None

    async def group_called(self, code: str) -> Group | None:
        """Return none."""
        return None

    async def rename_group(self, chat: Chat, title: str) -> None:
        """Keep no name."""

    async def close_group(self, chat: Chat) -> None:
        """Have nothing to forget."""

    async def moved(self, chat: Chat, to: Chat) -> None:
        """Have nothing to move."""

    async def came(self, person: Person, group: Group) -> None:
        """Keep nobody."""

    async def unsubscribe(self, chat: Chat) -> None:
        """Send nothing anyway."""
