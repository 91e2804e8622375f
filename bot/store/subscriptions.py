"""Subscriptions in the database: a person's own, and those of groups; nothing joins them with a pledge."""

from __future__ import annotations

from dataclasses import replace

from bot.events import Chat, Person
from bot.groups import Group
from bot.store import statements as common
from bot.store import subscription_statements as statements
from bot.store.groups import GroupWork
from bot.subscriptions import Subscription


class SubscriptionWork(GroupWork):
    """What can be done about subscriptions in one transaction."""

    async def subscribe(self, person: Person, chat: Chat, campaign: str, language: str | None) -> None:
        """Record that `person` wants news of a campaign in their private `chat`.

        They come in the language that they chose, else in `language`. The country is the one that they named with
        their last letter, if they have named one.
        """
        owner = self._owners.owner(person)
        chosen = await self._connection.rows(common.LANGUAGE, owner=owner)
        named = await self._connection.rows(statements.COUNTRY, owner=owner, campaign=campaign)
        [waiting] = await self._connection.rows(statements.PROMISED, owner=owner, about=campaign)
        await self._connection.rows(
            statements.SUBSCRIBE,
            platform=chat.platform,
            chat=chat.id,
            campaign=campaign,
            private=1,
            language=chosen[0]["language"] if chosen else language,
            country=named[0]["country"] if named else None,
            via=await self.came_by(person),
            waiting=waiting["promised"],
            asked_at=self._now,
        )

    async def follow(self, group: Group, campaign: str) -> Group:
        """Record that a group wants news of a campaign, and return it."""
        await self._connection.rows(
            statements.SUBSCRIBE,
            platform=group.chat.platform,
            chat=group.chat.id,
            campaign=campaign,
            private=0,
            language=group.language,
            country=None,
            via=group.code,
            waiting=0,
            asked_at=self._now,
        )
        return replace(group, campaigns=tuple(sorted({*group.campaigns, campaign})))

    async def unfollow(self, group: Group, campaign: str) -> Group:
        """Record that a group wants no news of a campaign any more, and return it."""
        await self.end_subscription(group.chat, campaign)
        return replace(group, campaigns=tuple(one for one in group.campaigns if one != campaign))

    async def subscriptions(self, chat: Chat) -> tuple[Subscription, ...]:
        """Return what a chat gets news of."""
        rows = await self._connection.rows(statements.HERE, platform=chat.platform, chat=chat.id)
        return tuple(
            Subscription(row["campaign"], row["language"], row["country"], bool(row["waiting"]))
            for row in rows
        )

    async def end_subscription(self, chat: Chat, campaign: str) -> None:
        """Send a chat no news of a campaign any more."""
        await self._connection.rows(statements.END, platform=chat.platform, chat=chat.id, campaign=campaign)

    async def unsubscribe(self, chat: Chat) -> None:
        """Send a chat nothing any more that it did not ask for just now: no news, and no reminders."""
        for statement in common.UNSUBSCRIBE:
            await self._connection.rows(statement, platform=chat.platform, chat=chat.id)

    async def gone(self, chat: Chat) -> None:
        """Note that a chat is closed to us: a person gets nothing unasked any more, a topic no news.

        A group stays as it is: that we are put out of it is told by itself, and rights there may come back.
        """
        for statement in statements.GONE:
            await self._connection.rows(statement, platform=chat.platform, chat=chat.id)

    async def speak_in(self, chat: Chat, language: str | None) -> None:
        """Let news and reminders that a chat asked for come in another language."""
        for statement in statements.SPEAK:
            await self._connection.rows(statement, platform=chat.platform, chat=chat.id, spoken=language)

    async def note_waiting(self, person: Person, chat: Chat, campaign: str) -> None:
        """Note with the subscription in `chat` whether `person` has still to send a letter that they promised."""
        await self._connection.rows(
            statements.WAIT,
            platform=chat.platform,
            chat=chat.id,
            about=campaign,
            owner=self._owners.owner(person),
        )
