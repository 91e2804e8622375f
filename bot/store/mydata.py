"""Everything that the database holds of one person: what stands under their hash, and what under their private chat."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, Table, bindparam, select

from bot.events import Chat, Person
from bot.mydata import Held, Row
from bot.store import tables as t
from bot.store.transaction import Transaction

_HASHES = ("owner", "author", "keeper", "key")
_BELOW = (t.way, t.answer, t.pledge_via)


def _all(table: Table, *where: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """Return the statement that reads whatever stands in those rows of `table`, but for the hash of whose they are."""
    said = (column for column in table.c if column.name not in _HASHES)
    return select(*said).where(*where).order_by(*table.primary_key.columns)


_OF_OWNER = {
    table: _all(table, table.c[column] == bindparam("owner"))
    for table, column in (
        (t.pledge, "owner"),
        (t.person, "owner"),
        (t.came, "owner"),
        (t.conversation, "owner"),
        (t.group, "keeper"),
        (t.broadcast, "author"),
    )
}
_OF_CHAT = {
    table: _all(table, table.c.platform == bindparam("platform"), table.c.chat == bindparam("chat"))
    for table in (t.subscription, t.reminder, t.delivery)
}
_OF_PLEDGE = {table: _all(table, table.c.pledge == bindparam("of")) for table in _BELOW}


class MyData(Transaction):
    """What can be shown of everything that is kept about somebody."""

    async def held(self, person: Person, chat: Chat) -> tuple[Held, ...]:
        """Return everything that is kept about `person`, and about their private `chat`."""
        owner, place = self._owners.owner(person), {"platform": chat.platform, "chat": chat.id}
        of_owner = [await self._held(table, statement, owner=owner) for table, statement in _OF_OWNER.items()]
        of_chat = [await self._held(table, statement, **place) for table, statement in _OF_CHAT.items()]
        return (*of_owner, *of_chat)

    async def _held(self, table: Table, statement: Select[tuple[object, ...]], **whose: str) -> Held:
        found = [dict(row) for row in await self._connection.rows(statement, **whose)]
        if table is not t.pledge:
            return Held(table.name, tuple(map(Row, found)))
        return Held(table.name, tuple([Row(one, await self._below(one["id"])) for one in found]))

    async def _below(self, pledge: int) -> tuple[Held, ...]:
        """Return what hangs on a pledge."""
        held = []
        for table, statement in _OF_PLEDGE.items():
            rows = await self._connection.rows(statement, of=pledge)
            held.append(Held(table.name, tuple(Row(dict(row)) for row in rows)))
        return tuple(held)
