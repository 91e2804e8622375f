"""Groups, supergroups and forums: chats of many people, with the bot among them or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from tests.botapi.calls import Json
from tests.botapi.chats import GENERAL, Chat, moved
from tests.botapi.finds import found_entities
from tests.botapi.members import PRESENT, change, member
from tests.botapi.messages import Message
from tests.botapi.refusals import bad, forbidden

if TYPE_CHECKING:
    from tests.botapi.people import User
    from tests.botapi.world import World

ANONYMOUS: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}

Told = Literal["to", "from", "out of the old", "in the new"]
"""What the bot is told of a group that becomes a supergroup: in either chat, and of its own place in either."""


class Group(Chat):
    """A group of people; `kind` says whether it is a basic group or a supergroup."""

    def __init__(self, world: World, chat_id: int, title: str, kind: str, *, forum: bool = False) -> None:
        super().__init__(world, chat_id)
        self.title = title
        self.kind = kind
        self.forum = forum
        self.members: dict[int, str] = {}
        self.migrated_to: Group | None = None
        self._last_id = 0 if kind == "group" else GENERAL

    @property
    def bot_status(self) -> str:
        """What the bot is here."""
        return self.members.get(int(self.world.bot["id"]), "left")

    def next_id(self) -> int:
        """Return the next number: a supergroup counts for itself."""
        if self.kind == "group":
            self._last_id = next(self.world.message_ids)
            return self._last_id
        return super().next_id()

    def to_json(self) -> Json:
        """Return the group as a message tells of it."""
        told: Json = {"id": self.id, "type": self.kind, "title": self.title}
        if self.username:
            told["username"] = self.username
        if self.forum:
            told["is_forum"] = True
        return told

    def admit(self) -> None:
        """Refuse the bot if it is not here, or the group has moved."""
        if self.migrated_to is not None:
            raise moved(self.migrated_to.id)
        called = "channel" if self.kind == "channel" else self.kind
        if self.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {called} chat")
        if self.bot_status not in PRESENT:
            raise forbidden(f"bot is not a member of the {called} chat")

    def check_thread(self, thread: int) -> None:
        """Refuse a topic that is not here, and the general one, which must not be named."""
        if self.forum and thread == GENERAL:
            raise bad("message thread not found")
        super().check_thread(thread)

    def bot_author(self) -> Json:
        """Return the bot."""
        return {"from": self.world.bot}

    def status(self, user_id: int) -> str:
        """Return what somebody is here."""
        if user_id not in self.members and user_id not in self.world.users:
            raise bad("member not found")
        return self.members.get(user_id, "left")

    def hears(self, message: Message) -> bool:
        """Return whether the bot is told of a message: all, or only what is meant for it."""
        if self.bot_status not in PRESENT:
            return False
        private = self.world.privacy and self.bot_status != "administrator"
        return not private or self._meant(message)

    def _meant(self, message: Message) -> bool:
        """Return whether a message is a command or an answer to the bot, names it, or is news of the group."""
        if message.reply_to is not None and message.reply_to.from_bot:
            return True
        name = f"@{self.world.bot['username']}".lower()
        commands = [command.lower().partition("@") for command in message.marked("bot_command")]
        if any(not at or f"@{whom}" == name for _, at, whom in commands):
            return True
        return not message.text or name in [m.lower() for m in message.marked("mention")]

    def adds_bot(self, by: User, *, admin: bool = False, payload: str = "") -> None:
        """Let `by` add the bot, as an administrator or with the payload of a startgroup link if given."""
        self._bot_becomes("administrator" if admin else "member", by)
        self.news(by, {"new_chat_members": [self.world.bot]})
        if payload:
            by.says(f"/start@{self.world.bot['username']} {payload}", self)

    def removes_bot(self, by: User | None = None) -> None:
        """Let `by`, else the first member, throw the bot out."""
        remover = by or self._first_member()
        self.news(remover, {"left_chat_member": self.world.bot})
        self._bot_becomes("kicked", remover)

    def promotes_bot(self, by: User | None = None) -> None:
        """Make the bot an administrator."""
        self._bot_becomes("administrator", by or self._first_member())

    def bot_leaves(self) -> None:
        """Let the bot go by itself."""
        self._told_of({"from": self.world.bot}, {"left_chat_member": self.world.bot})
        self._bot_becomes("left", None)

    def _bot_becomes(self, status: str, by: User | None) -> None:
        before = self.bot_status
        self.members[int(self.world.bot["id"])] = status
        self._bot_is_told(by, before, status)

    def _bot_is_told(self, by: User | None, before: str, now: str) -> None:
        bot = self.world.bot
        author = bot if by is None else by.to_json()
        news = change(self.to_json(), author, self.world.now, member(bot, before), member(bot, now))
        self.world.updates.push("my_chat_member", news, self.id)

    def joins(self, user: User, status: str = "member") -> None:
        """Let somebody come in."""
        self._becomes(user, status)
        self.news(user, {"new_chat_members": [user.to_json()]})

    def leaves(self, user: User) -> None:
        """Let somebody go."""
        self.news(user, {"left_chat_member": user.to_json()})
        self._becomes(user, "left")

    def _becomes(self, user: User, status: str) -> None:
        told = user.to_json()
        old, new = member(told, self.members.get(user.id, "left")), member(told, status)
        self.members[user.id] = status
        if self.bot_status == "administrator":
            news = change(self.to_json(), told, self.world.now, old, new)
            self.world.updates.push("chat_member", news, self.id)

    def news(self, by: User, content: Json) -> None:
        """Show what has happened to the group, and tell the bot."""
        self._told_of({"from": by.to_json()}, content)

    def _told_of(self, author: Json, content: Json) -> None:
        self.tell(Message(self, self.next_id(), self.world.now, author, content=content))

    def topic(self, name: str, by: User | None = None) -> int:
        """Open a topic of a forum, and return its number."""
        author = {"from": (by or self._first_member()).to_json()}
        content: Json = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        opened = Message(self, self.next_id(), self.world.now, author, content=content)
        opened.message_thread_id = opened.id
        self.topics[opened.id] = name
        self.tell(opened)
        return opened.id

    def deletes_topic(self, thread: int) -> None:
        """Let a topic and all that was said in it vanish."""
        del self.topics[thread]
        self.left_topics.add(thread)
        for message in [m for m in self.messages if m.message_thread_id == thread]:
            self.remove(message)

    def anonymous_says(self, text: str, *, thread: int | None = None) -> Message:
        """Let an administrator write in the group's name."""
        return self._speaks(ANONYMOUS, self, text, thread)

    def channel_says(self, channel: Chat, text: str) -> Message:
        """Let somebody write in a channel's name."""
        return self._speaks(CHANNEL_BOT, channel, text, None)

    def _speaks(self, account: Json, chat: Chat, text: str, thread: int | None) -> Message:
        author = {"from": account, "sender_chat": chat.to_json()}
        told = Message(self, self.next_id(), self.world.now, author, text=text, entities=found_entities(text))
        told.message_thread_id = thread
        return self.tell(told)

    def migrates(self, by: User | None = None, tells: Sequence[Told] = ("to", "from")) -> Group:
        """Become a supergroup with another number, and return it; the bot is told of it in that order."""
        new = Group(self.world, -1_000_000_000_000 - next(self.world.chat_ids), self.title, "supergroup")
        new.members = dict(self.members)
        author = by or self._first_member()
        status = self.bot_status
        ways: dict[Told, Callable[[], None]] = {
            "to": lambda: self.news(author, {"migrate_to_chat_id": new.id}),
            "from": lambda: new.news(author, {"migrate_from_chat_id": self.id}),
            "out of the old": lambda: self._bot_is_told(author, status, "left"),
            "in the new": lambda: new._bot_is_told(author, "left", status),
        }
        self.migrated_to = new
        for way in tells:
            ways[way]()
        return new

    def _first_member(self) -> User:
        users = self.world.users
        return next(users[who] for who, status in self.members.items() if who in users and status in PRESENT)
