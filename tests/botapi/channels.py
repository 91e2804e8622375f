"""Channels, where only the channel itself speaks, and the group behind one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.botapi.calls import Json
from tests.botapi.finds import found_entities
from tests.botapi.groups import Group
from tests.botapi.members import PRESENT
from tests.botapi.messages import Message

if TYPE_CHECKING:
    from tests.botapi.people import User
    from tests.botapi.world import World

TELEGRAM: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


class Channel(Group):
    """A channel; the bot is told of its posts if it is there."""

    told_as = "channel_post"

    def __init__(self, world: World, chat_id: int, title: str) -> None:
        super().__init__(world, chat_id, title, "channel")
        self.linked: Group | None = None

    def links(self, group: Group) -> None:
        """Let `group` be where the posts are talked about: each is forwarded there by Telegram."""
        self.linked = group

    def adds_bot(self, by: User, *, admin: bool = True, payload: str = "") -> None:
        """Let `by` make the bot one of those who run the channel, which is all it can be there."""
        super().adds_bot(by, admin=True)

    def _told_of(self, author: Json, content: Json) -> None:
        """Do nothing: a channel does not say who comes and goes."""

    def posts(self, text: str) -> Message:
        """Let the channel say something."""
        post = self.tell(self._message(self, {"sender_chat": self.to_json()}, text))
        if self.linked is not None:
            author = {"from": TELEGRAM, "sender_chat": self.to_json(), "is_automatic_forward": True}
            self.linked.tell(
                self._message(self.linked, author | {"forward_origin": self._origin(post)}, text)
            )
        return post

    def edits(self, post: Message, text: str) -> None:
        """Change a post."""
        post.text, post.entities = text, found_entities(text)
        self.tell_edited(post)

    def hears(self, message: Message) -> bool:
        """Return whether the bot is there."""
        return self.bot_status in PRESENT

    def bot_author(self) -> Json:
        """Return the channel: nobody sees who writes in its name."""
        return {"sender_chat": self.to_json()}

    def _message(self, chat: Group, author: Json, text: str) -> Message:
        entities = found_entities(text)
        return Message(chat, chat.next_id(), self.world.now, author, text=text, entities=entities)

    def _origin(self, post: Message) -> Json:
        return {"type": "channel", "date": post.date, "chat": self.to_json(), "message_id": post.id}
