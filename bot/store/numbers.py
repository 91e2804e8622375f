"""How many people take part, exactly and as everybody may read it; and how many letters left on which day."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, case, distinct, func, literal, select, union_all

from bot.pledges import Counted, DayCount, LetterCount, PeopleCount, Status, Tally, WayCount
from bot.published import Published, renewed
from bot.store import statements
from bot.store.reading import Reading, reading
from bot.store.tables import pledge
from bot.store.transaction import Transaction

Result = TypeVar("Result")
PUBLISHED = "published numbers"
"""The fact that holds what everybody reads."""
COUNTED_FOR = 60
"""Seconds before all is counted anew for everybody: among 100,000 letters that takes a second."""

_whole = literal("").label("value")
_who_sent = case((statements.HAS_LEFT, pledge.c.owner))
_sent = func.count(distinct(_who_sent))


def _counted(by: str, value: ColumnElement[str]) -> Select[tuple[str, str, str, int, int]]:
    of = (pledge.c.campaign, func.coalesce(value, "").label("value"))
    promised = func.count(distinct(pledge.c.owner)) - _sent
    counted = select(of[0], literal(by).label("by"), of[1], _sent.label("sent"), promised.label("promised"))
    return counted.group_by(*of)


COUNT_PEOPLE = union_all(
    _counted("all", literal("")),
    *(_counted(by, pledge.c[by]) for by in ("kind", "sender", "country")),
)
"""How many people have sent a letter, and how many others have promised one: in all, and of each sort."""


_a_day = (pledge.c.campaign, pledge.c.day)
COUNT_DAYS = select(*_a_day, func.count()).where(statements.HAS_LEFT).group_by(*_a_day).order_by(*_a_day)
"""How many letters left on each day."""


class UncountedError(Exception):
    """The numbers must be read first, beside the transaction: nobody else could write meanwhile.

    `full` says whether those of letters and days are wanted too.
    """

    def __init__(self, full: bool) -> None:
        super().__init__()
        self.full = full


def counted(path: Path, key: str | None = None) -> Counted:
    """Return what is counted in the database at `path`, also beside the bot that uses it.

    `key` is the secret that people are hashed with, where the settings give it.
    Raises StoreError, one line, if there is none, or if it cannot be read.
    """
    with reading(path, key=key) as look:
        return count(look, full=True)


def count(look: Reading, full: bool) -> Counted:
    """Return what is counted: people, and if `full`, letters and days as well."""
    people = tuple(PeopleCount(*row) for row in look.rows(COUNT_PEOPLE))
    if not full:
        return Counted(people)
    letters = tuple(map(_letter_count, look.rows(statements.COUNT_LETTERS)))
    ways = tuple(map(_way_count, look.rows(statements.COUNT_WAYS)))
    return Counted(people, Tally(letters, ways), tuple(map(_day_count, look.rows(COUNT_DAYS))))


class Aside:
    """Reads in the database at `path` in a thread of its own, while others go on writing."""

    def __init__(self, path: Path, key: str | None) -> None:
        self._path = path
        self._key = key
        self._under_way: dict[bool, asyncio.Task[Counted]] = {}
        self.still = asyncio.Lock()
        """Held while the database is read, and by whoever needs nobody to read in it."""

    async def read(self, read: Callable[[Reading], Result]) -> Result:
        """Return what `read` finds; raises StoreError."""
        async with self.still:
            return await asyncio.to_thread(self._read, read)

    def _read(self, read: Callable[[Reading], Result]) -> Result:
        with reading(self._path, key=self._key) as look:
            return read(look)

    async def counted(self, full: bool) -> Counted:
        """Return the numbers; whoever asks while they are counted is given the same. Raises StoreError."""
        if full not in self._under_way:
            self._under_way[full] = asyncio.create_task(self._count(full))
        return await asyncio.shield(self._under_way[full])

    async def _count(self, full: bool) -> Counted:
        try:
            return await self.read(lambda look: count(look, full))
        finally:
            del self._under_way[full]


class Numbers(Transaction):
    """The numbers of letters, of people, and of days."""

    async def counted(self) -> Counted:
        """Return all numbers, as they were read a moment ago; raises UncountedError if they were not."""
        if self._counted is None:
            raise UncountedError(full=True)
        return self._counted

    async def published(self) -> tuple[PeopleCount, ...]:
        """Return what everybody may read now; what is due is renewed, and stays as it is until that is due again.

        Raises UncountedError where it is due and was not read.
        """
        rows = await self._connection.rows(statements.FACT, name=PUBLISHED)
        counted_at, known = _read(rows[0]["value"]) if rows else (None, {})
        if counted_at is None or not 0 <= self._now - counted_at < COUNTED_FOR:
            if self._counted is None:
                raise UncountedError(full=False)
            known = renewed(known, self._counted.people)
            value = _written(self._now, known)
            await self._connection.rows(statements.SET_FACT, name=PUBLISHED, value=value)
        return tuple(count for one in known.values() for count in one.counts)


def _letter_count(row: sqlite3.Row) -> LetterCount:
    campaign, kind, sender, country, status, letters = row
    return LetterCount(campaign, kind, sender, country, Status(status), letters)


def _way_count(row: sqlite3.Row) -> WayCount:
    campaign, channel, status, letters = row
    return WayCount(campaign, channel, Status(status), letters)


def _day_count(row: sqlite3.Row) -> DayCount:
    campaign, day, letters = row
    return DayCount(campaign, date.fromisoformat(day), letters)


def _written(at: int, published: dict[str, Published]) -> str:
    return json.dumps([at, {campaign: astuple(one) for campaign, one in published.items()}])


def _read(text: str) -> tuple[int, dict[str, Published]]:
    at, known = json.loads(text)
    return at, {
        campaign: Published(sent, promised, tuple(PeopleCount(*count) for count in counts))
        for campaign, (sent, promised, counts) in known.items()
    }
