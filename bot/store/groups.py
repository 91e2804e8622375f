"""Groups in the database: brought in, set up, moved, put out again; who came through a link, and what came of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import groupby

from bot.events import Chat, Event, Person
from bot.groups import Group, Progress, Through
from bot.store import group_statements as statements
from bot.store.statements import LANGUAGE
from bot.store.subscription_statements import SPEAK
from bot.store.transaction import Transaction


class GroupWork(Transaction):
    """What can be done about groups in one transaction."""

    # --- coming, being called, going

    async def add_group(self, chat: Chat, title: str, person: Person, language: str | None = None) -> Group:
        """Return the group in `chat`, registered if it was not; `person` has brought the bot in.

        It speaks the language that they chose, else `language`.
        """
        chat, owner = chat.whole, self._owners.owner(person)
        chosen = await self._connection.rows(LANGUAGE, owner=owner) if person.id else ()
        await self._connection.rows(
            statements.ADD,
            code=self._owners.group(chat),
            platform=chat.platform,
            chat=chat.id,
            title=title,
            language=chosen[0]["language"] if chosen else language,
            keeper=owner if person.id else None,
            added_at=self._now,
        )
        rows = await self._connection.rows(statements.HERE, platform=chat.platform, chat=chat.id)
        return _groups(rows)[0]

    async def group(self, chat: Chat) -> Group | None:
        """Return the group in `chat`, or in the chat of which that is a topic; None if none is registered."""
        chat = chat.whole
        return _only(await self._connection.rows(statements.HERE, platform=chat.platform, chat=chat.id))

    async def language_in(self, chat: Chat) -> str | None:
        """Return the language that was chosen for the group in `chat`."""
        chat = chat.whole
        rows = await self._connection.rows(statements.SPOKEN, platform=chat.platform, chat=chat.id)
        return rows[0]["language"] if rows else None

    async def groups(self) -> tuple[Group, ...]:
        """Return all groups, the one that was added first before the others."""
        return _groups(await self._connection.rows(statements.ALL))

    async def group_called(self, code: str) -> Group | None:
        """Return the group whose link carries `code`."""
        return _only(await self._connection.rows(statements.CALLED, code=code))

    async def groups_of(self, person: Person) -> tuple[Group, ...]:
        """Return the groups that `person` has brought the bot into, or set up for themselves."""
        keeper = self._owners.owner(person)
        return _groups(await self._connection.rows(statements.KEPT_BY, keeper=keeper))

    async def keeps(self, person: Person, group: Group) -> bool:
        """Return whether `person` is the one who set up `group`."""
        return bool(person.id) and group.keeper == self._owners.owner(person)

    async def set_group(self, group: Group, keeper: Person | None = None) -> Group:
        """Record what is set for `group`, kept by `keeper` from now on if there is one, and return it."""
        kept = group.keeper if keeper is None else self._owners.owner(keeper)
        await self._connection.rows(
            statements.SET,
            of=group.code,
            language=group.language,
            topic=group.topic,
            goal=group.goal,
            until=group.until.isoformat() if group.until else None,
            who=group.who,
            keeper=kept,
        )
        place = group.chat
        for statement in SPEAK:
            await self._connection.rows(
                statement, platform=place.platform, chat=place.id, spoken=group.language
            )
        return replace(group, keeper=kept)

    async def rename_group(self, chat: Chat, title: str) -> None:
        """Record that the group in `chat` is called otherwise from now on."""
        chat = chat.whole
        await self._connection.rows(statements.RENAME, platform=chat.platform, chat=chat.id, named=title)

    async def close_group(self, chat: Chat) -> None:
        """Forget the group in `chat`: what it follows, its card, and who came through its link."""
        group = await self.group(chat)
        if group is None:
            return
        place = group.chat
        for statement in statements.CLOSE:
            await self._connection.rows(statement, platform=place.platform, chat=place.id)
        await self._connection.rows(statements.FORGET_COMERS, code=group.code)
        await self._connection.rows(statements.FORGET_CARD, name=group.card)

    # --- moving

    async def moved(self, chat: Chat, to: Chat) -> None:
        """Let everything go `to` the new id of a chat: what is still to be sent, its group, what it follows."""
        if chat == to:
            return
        group, there = await self.group(chat), await self.group(to)
        topics = {(one.topic, to.whole.id) for one in (group, there) if one is not None and one.topic}
        if group is not None and group.chat == chat.whole:
            await self._group_moved(group, to.whole)
        for old, new in {(chat.id, to.id), (chat.whole.id, to.whole.id), *topics}:
            for statement in statements.MOVED:
                await self._connection.rows(statement, of=chat.platform, old=old, new=new)

    async def _group_moved(self, group: Group, to: Chat) -> None:
        """Let `group` be in another chat, and take the place of what has been registered there meanwhile."""
        for statement in statements.CLOSE:
            await self._connection.rows(statement, platform=to.platform, chat=to.id)
        await self._connection.rows(statements.GROUP_MOVED, of=to.platform, old=group.chat.id, new=to.id)
        await self._connection.rows(statements.FORGET_CARD, name=group.card)

    async def followed(self, event: Event) -> bool:
        """Return whether something may be open with this person since before their group moved; now it is here."""
        place = event.chat
        rows = await self._connection.rows(statements.BEFORE, platform=place.platform, chat=place.id)
        if not rows:
            return False
        before = replace(event, chat=Chat(place.platform, rows[0]["before"]))
        old, new = self._owners.conversation(before), self._owners.conversation(event)
        await self._connection.rows(statements.CONVERSATION_MOVED, old=old, new=new)
        return True

    # --- who came through a link

    async def came(self, person: Person, group: Group) -> None:
        """Note that `person` came through the link of `group`."""
        owner = self._owners.owner(person)
        if await self.came_by(person) != group.code:
            await self._connection.rows(statements.OPENED, of=group.code)
        await self._connection.rows(statements.CAME, owner=owner, code=group.code, at=self._now)

    async def came_from(self, person: Person, chat: Chat) -> Group | None:
        """Note that `person` came from the group in `chat`, and return it, if one is registered there."""
        group = await self.group(chat)
        if group is not None:
            await self.came(person, group)
        return group

    async def came_by(self, person: Person) -> str | None:
        """Return the code of the link through which `person` came last."""
        rows = await self._connection.rows(statements.CAME_BY, owner=self._owners.owner(person))
        return str(rows[0]["code"]) if rows else None

    async def _letter_came(self, owner: str, pledge: int) -> None:
        """Note through which link somebody came who has pledged."""
        await self._connection.rows(statements.LETTER_CAME, owner=owner, pledge=pledge)

    async def progress(self, code: str) -> Progress:
        """Return what became of the link that carries `code`."""
        rows = await self._connection.rows(statements.LETTERS_BY, code=code)
        counted = {bool(row["promised"]): Through(row["letters"], row["people"]) for row in rows}
        [both] = await self._connection.rows(statements.ALL_LETTERS_BY, code=code)
        none = Through()
        return Progress(
            counted.get(False, none), counted.get(True, none), Through(both["letters"], both["people"])
        )


def _only(rows: list[sqlite3.Row]) -> Group | None:
    return next(iter(_groups(rows)), None)


def _groups(rows: Iterable[sqlite3.Row]) -> tuple[Group, ...]:
    """Return the groups in `rows`; one that follows nothing has a row without a campaign."""
    return tuple(_group(list(several)) for _, several in groupby(rows, key=lambda row: row["code"]))


def _group(rows: list[sqlite3.Row]) -> Group:
    row = rows[0]
    return Group(
        row["code"],
        Chat(row["platform"], row["chat"]),
        row["title"],
        row["language"],
        row["topic"],
        row["goal"],
        date.fromisoformat(row["until"]) if row["until"] else None,
        row["who"],
        row["keeper"],
        tuple(one["campaign"] for one in rows if one["campaign"] is not None),
    )
