"""A group: a chat of many that the bot was brought into, what it follows there, and what was set by its admins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.events import Chat

Who = Literal["all", "keeper", "organisers"]
"""Who may broadcast to a group: all its admins, only the one who set that, or the organisers alone."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group, a channel or a room; `code` is what its link carries."""

    code: str
    chat: Chat
    """The whole chat, whatever topics it has."""
    title: str = field(default="", repr=False)
    language: str | None = None
    topic: str | None = field(default=None, repr=False)
    """The topic or the thread for news, as the id of a chat; None: the chat itself."""
    goal: int | None = None
    """Letters that the group wants to send, `until` a day if one was named."""
    until: date | None = None
    who: Who = "all"
    keeper: str | None = field(default=None, repr=False)
    """The keyed hash of whoever brought the bot in, or said that only they may broadcast."""
    campaigns: tuple[str, ...] = ()
    """What it follows, and gets news of."""

    @property
    def news(self) -> Chat:
        """Where news go."""
        return Chat(self.chat.platform, self.topic or self.chat.id)

    @property
    def only_campaign(self) -> str | None:
        """What it follows, if that is one campaign alone."""
        return self.campaigns[0] if len(self.campaigns) == 1 else None

    @property
    def card(self) -> str:
        """The name of its card: the one message that shows its letters."""
        return f"group {self.code}"


@dataclass(frozen=True, slots=True)
class Through:
    """The letters of people who came through a group's link, and how many people these are."""

    letters: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of a group's link: letters that were sent, and letters that are promised."""

    sent: Through = Through()
    promised: Through = Through()
    both: Through = Through()
