"""The records of a bot that is in no group."""

from __future__ import annotations

from bot.events import Chat, Person
from bot.groups import Group, Progress
from bot.subscriptions import Subscription


class NoGroups:
    """Finds no group, and keeps none."""

    async def add_group(self, chat: Chat, title: str, person: Person, language: str | None = None) -> Group:
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

    async def came_by(self, person: Person) -> str | None:
        """Return no code."""
        return None

    async def progress(self, code: str) -> Progress:
        """Return that nothing came of it."""
        return Progress()

    async def card(self, name: str) -> str | None:
        """Return none."""
        return None

    async def groups_of(self, person: Person) -> tuple[Group, ...]:
        """Return none."""
        return ()

    async def set_group(self, group: Group, keeper: Person | None = None) -> Group:
        """Return it as it is."""
        return group

    async def follow(self, group: Group, campaign: str) -> Group:
        """Return it as it is."""
        return group

    async def unfollow(self, group: Group, campaign: str) -> Group:
        """Return it as it is."""
        return group

    async def subscribe(self, person: Person, chat: Chat, campaign: str, language: str | None) -> None:
        """Keep no subscription."""

    async def subscriptions(self, chat: Chat) -> tuple[Subscription, ...]:
        """Return none."""
        return ()

    async def end_subscription(self, chat: Chat, campaign: str) -> None:
        """Have none to end."""

    async def speak_in(self, chat: Chat, language: str | None) -> None:
        """Send nothing anyway."""

    async def note_waiting(self, person: Person, chat: Chat, campaign: str) -> None:
        """Keep no subscription."""

    async def unsubscribe(self, chat: Chat) -> None:
        """Send nothing anyway."""

    async def groups(self) -> tuple[Group, ...]:
        """Return none."""
        return ()

    async def keeps(self, person: Person, group: Group) -> bool:
        """Return that nobody keeps one."""
        return False
