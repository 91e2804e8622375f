"""Letters as they may leave the database: without a mark of whose they are, with a name only where it was agreed to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    String,
    bindparam,
    case,
    column,
    distinct,
    func,
    literal,
    or_,
    select,
)

from bot.events import Person
from bot.export.columns import Line
from bot.export.numbers import Numbers
from bot.export.order import NO_COUNTRY, Filters
from bot.pledges import Status
from bot.store.reading import Reading
from bot.store.statements import LANGUAGE
from bot.store.tables import answer, pledge, way
from bot.store.transaction import Transaction


def _given(name: str) -> ColumnElement[str]:
    return bindparam(name, type_=String)


def _among(name: str, value: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether `value` is in the list called `name`; an empty one lets everything through."""
    listed = func.json_each(_given(name)).table_valued(column("value", String)).alias(name)
    return or_(_given(name) == "[]", value.in_(select(listed.c.value)))


_WHICH = (
    _among("campaigns", pledge.c.campaign),
    _among("countries", func.coalesce(pledge.c.country, NO_COUNTRY)),
    _among("statuses", pledge.c.status),
    pledge.c.day >= _given("since"),
    pledge.c.day <= _given("until"),
)
_left = or_(*(pledge.c.status == status.value for status in (Status.SENT, Status.ANSWERED)))


def _joined(*parts: ColumnElement[str]) -> ColumnElement[str]:
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + literal(":") + part
    return func.group_concat(joined, literal(" "))


def _agreed(listed: str) -> ColumnElement[str]:
    """Return a name, where its owner agreed that it is listed."""
    return case((pledge.c.consent == listed, pledge.c[listed]))


def _day(moment: ColumnElement[int]) -> ColumnElement[str]:
    return func.date(moment, literal("unixepoch"))


_ways: ScalarSelect[str] = (
    select(_joined(way.c.recipient, way.c.channel)).where(way.c.pledge == pledge.c.id).scalar_subquery()
)
_answers: ScalarSelect[str] = (
    select(_joined(answer.c.recipient, answer.c.channel, answer.c.kind, answer.c.day))
    .where(answer.c.pledge == pledge.c.id)
    .scalar_subquery()
)
LETTERS = (
    select(
        pledge.c.campaign,
        pledge.c.kind,
        pledge.c.sender,
        pledge.c.country,
        pledge.c.status,
        case((pledge.c.status == Status.PLANNED.value, pledge.c.day)),
        case((_left, pledge.c.day)),
        _ways,
        _answers,
        _agreed("organisation"),
        _agreed("name"),
        pledge.c.consent,
        pledge.c.consent_version,
        _day(pledge.c.consent_at),
        _day(pledge.c.created_at),
    )
    .where(*_WHICH)
    .order_by(pledge.c.id)
)
"""The columns of `Line`, a row for each letter, in the order in which they were recorded."""

NUMBER = select(func.count()).select_from(pledge).where(*_WHICH)
COUNTRIES = (
    select(func.coalesce(pledge.c.country, ""), func.count()).where(*_WHICH, _left).group_by(pledge.c.country)
)
CHANNELS = (
    select(way.c.channel, func.count(distinct(pledge.c.id)))
    .select_from(pledge.join(way))
    .where(*_WHICH, _left)
    .group_by(way.c.channel)
)
ORGANISATIONS = (
    select(_agreed("organisation").label("organisation"), pledge.c.country)
    .where(*_WHICH, _left, pledge.c.consent == "organisation", pledge.c.organisation.is_not(None))
    .distinct()
)
PROMISED = select(func.count()).select_from(pledge).where(*_WHICH, ~_left)
"""What is handed over of a campaign: how many letters were sent, by whom that agreed, and how many are promised."""


def _values(filters: Filters) -> dict[str, str]:
    return {
        "campaigns": json.dumps(filters.campaigns),
        "countries": json.dumps(filters.countries),
        "statuses": json.dumps(filters.statuses),
        "since": filters.since.isoformat() if filters.since else "",
        "until": filters.until.isoformat() if filters.until else "9999-99-99",
    }


class Letters:
    """The letters at one moment, as they may leave the database."""

    def __init__(self, look: Reading, filters: Filters) -> None:
        self._look = look
        self._values = _values(filters)

    def number(self) -> int:
        """Return how many there are."""
        [[number]] = self._look.rows(NUMBER, **self._values)
        return int(number)

    def lines(self) -> Iterator[Line]:
        """Yield them one by one, as they are asked for."""
        return map(Line._make, self._look.rows(LETTERS, **self._values))

    def numbers(self) -> Numbers:
        """Return what can be handed over of them."""
        [[promised]] = self._look.rows(PROMISED, **self._values)
        return Numbers(
            dict(map(tuple, self._look.rows(COUNTRIES, **self._values))),
            dict(map(tuple, self._look.rows(CHANNELS, **self._values))),
            tuple((name, country or "") for name, country in self._look.rows(ORGANISATIONS, **self._values)),
            int(promised),
        )


class Looked(Protocol):
    """A database that can be looked into."""

    def look(self) -> AbstractContextManager[Reading]:
        """Enter the database as it is now."""


@contextmanager
def letters(store: Looked, filters: Filters) -> Iterator[Letters]:
    """Enter the letters in the database as they are now; raises StoreError."""
    with store.look() as look:
        yield Letters(look, filters)


class Exporting(Transaction):
    """What an organiser is asked before a file is made."""

    async def letters_for(self, filters: Filters) -> int:
        """Return how many letters such a file would hold."""
        [[number]] = await self._connection.rows(NUMBER, **_values(filters))
        return int(number)

    async def language_of(self, person: Person) -> str | None:
        """Return the language that `person` chose or first wrote in; None if that is not known."""
        rows = await self._connection.rows(LANGUAGE, owner=self._owners.owner(person))
        return str(rows[0]["language"]) if rows else None
