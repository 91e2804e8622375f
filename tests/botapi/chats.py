"""A place where people and the bot write to each other, and what is seen there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.botapi.bell import Bell
from tests.botapi.calls import Json
from tests.botapi.messages import Message
from tests.botapi.refusals import RefusalError, bad, forbidden, unlucky

if TYPE_CHECKING:
    from tests.botapi.people import User
    from tests.botapi.world import World

GENERAL = 1
"""The number of the topic that every forum has, and that no bot may name."""

GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


class Chat(ABC):
    """A chat, whoever is in it."""

    kind: str
    told_as = "message"

    def __init__(self, world: World, chat_id: int) -> None:
        self.world = world
        self.id = chat_id
        self.username = ""
        self.topics: dict[int, str] = {}
        self.threads: set[int] = set()
        self.left_topics: set[int] = set()
        self.actions: list[str] = []
        self.bot_count = 0
        self._shown: dict[int, Message] = {}
        self._last_id = 0
        self._bell = Bell()
        world.chats[chat_id] = self

    @property
    def messages(self) -> list[Message]:
        """What somebody who opens the chat sees, in order."""
        return list(self._shown.values())

    @property
    def bot_messages(self) -> list[Message]:
        """What the bot has said there and not deleted."""
        return [message for message in self._shown.values() if message.from_bot]

    @property
    def last(self) -> Message:
        """What the bot said last."""
        return next(message for message in reversed(self._shown.values()) if message.from_bot)

    async def wait_for(
        self, what: int | Callable[[list[Message]], bool], within: float = 10.0
    ) -> list[Message]:
        """Wait until so many of the bot's messages are seen, or until something holds of all messages seen.

        Returns the bot's messages, and fails with what is seen instead.
        """
        if isinstance(what, int):
            most = what
            holds = await self._bell.until(lambda: self.bot_count >= most, within)
        else:
            wanted = what
            holds = await self._bell.until(lambda: wanted(self.messages), within)
        if not holds:
            raise AssertionError(f"not what was waited for: {self.messages}")
        return self.bot_messages

    async def after(self, message: Message, count: int = 1, within: float = 10.0) -> list[Message]:
        """Wait for `count` messages of the bot that follow `message`, and return them."""
        if not await self._bell.until(lambda: len(self._following(message)) >= count, within):
            raise AssertionError(f"no {count} answers to {message}: {self._following(message)}")
        return self._following(message)

    def _following(self, message: Message) -> list[Message]:
        found = []
        for shown in reversed(self._shown.values()):
            if shown.id <= message.id:
                break
            if shown.from_bot:
                found.append(shown)
        return found[::-1]

    def show(self, message: Message) -> Message:
        """Let everybody in the chat see a new message."""
        self._shown[message.id] = message
        self.bot_count += message.from_bot
        self._bell.ring()
        return message

    def changed(self) -> None:
        """Wake those who look for a change in the chat."""
        self._bell.ring()

    def remove(self, message: Message) -> None:
        """Let a message vanish for everybody."""
        if self._shown.pop(message.id, None) is not None:
            self.bot_count -= message.from_bot
            self._bell.ring()

    def shows(self, message_id: int) -> bool:
        """Return whether a message is still there."""
        return message_id in self._shown

    def seen(self, message_id: int) -> Message | None:
        """Return a message by its number, if it is still there."""
        return self._shown.get(message_id)

    def find(self, message_id: int, called: str) -> Message:
        """Return a message by its number, or refuse as Telegram does for a message that is `called` so."""
        found = self._shown.get(message_id)
        if found is not None:
            return found
        was_there = 0 < message_id <= self._last_id
        raise (unlucky if was_there else bad)(f"{called} not found")

    def next_id(self) -> int:
        """Return the number of the next message."""
        self._last_id += 1
        return self._last_id

    def tell(self, message: Message) -> Message:
        """Show a new message, and tell the bot of it if the bot hears it."""
        self.show(message)
        if self.hears(message):
            self.world.updates.push(self.told_as, message.to_json(), self.id)
        return message

    def tell_edited(self, message: Message) -> None:
        """Tell the bot that somebody has changed a message."""
        message.edit_date = self.world.now
        self._bell.ring()
        if self.hears(message):
            self.world.updates.push(f"edited_{self.told_as}", message.to_json(), self.id)

    def check_thread(self, thread: int) -> None:
        """Refuse a topic that is not in this chat."""
        if thread in self.left_topics:
            raise unlucky("message thread not found")
        if thread not in self.topics and thread not in self.threads:
            raise bad("message thread not found")

    def full_json(self) -> Json:
        """Return all that getChat says."""
        gifts = dict.fromkeys(GIFTS, False)
        return {
            **self.to_json(),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": gifts,
        }

    @abstractmethod
    def to_json(self) -> Json:
        """Return what every message says of its chat."""

    @abstractmethod
    def admit(self) -> None:
        """Refuse the bot if it may not write there."""

    @abstractmethod
    def hears(self, message: Message) -> bool:
        """Return whether the bot is told of a message."""

    @abstractmethod
    def bot_author(self) -> Json:
        """Return who is named above what the bot writes."""

    @abstractmethod
    def status(self, user_id: int) -> str:
        """Return what somebody is there: creator, administrator, member, restricted, left or kicked."""


class Private(Chat):
    """A chat of one person with the bot."""

    kind = "private"

    def __init__(self, world: World, user: User) -> None:
        super().__init__(world, user.id)
        self.user = user
        self.username = user.username

    def next_id(self) -> int:
        """Return a number that no other private chat has."""
        self._last_id = next(self.world.message_ids)
        return self._last_id

    def to_json(self) -> Json:
        """Return the chat, which carries the person's name."""
        told = {"id": self.id, "type": self.kind, "first_name": self.user.first_name}
        named = {"last_name": self.user.last_name, "username": self.user.username}
        return told | {key: value for key, value in named.items() if value}

    def admit(self) -> None:
        """Refuse the bot if the person has not begun to talk with it, or does no more."""
        if self.user.deactivated:
            raise forbidden("user is deactivated")
        if self.user.blocked:
            raise forbidden("bot was blocked by the user")
        if not self.user.started:
            raise forbidden("bot can't initiate conversation with a user")

    def hears(self, message: Message) -> bool:
        """Return true: here everything is for the bot."""
        return True

    def bot_author(self) -> Json:
        """Return the bot."""
        return {"from": self.world.bot}

    def status(self, user_id: int) -> str:
        """Return member for the person and the bot; nobody else can be there."""
        if user_id not in (self.id, self.world.bot["id"]):
            raise bad("member not found")
        return "kicked" if self.user.blocked and user_id != self.id else "member"


def moved(to: int) -> RefusalError:
    """Return the answer to a bot that writes to a group that has become a supergroup."""
    reason = "Bad Request: group chat was upgraded to a supergroup chat"
    return RefusalError(400, reason, migrate_to_chat_id=to)
