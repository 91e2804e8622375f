"""Everything that is kept about one person, as a file that they can keep: each column as it stands in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.events import Document, Plain

NAME = "mydata.json"
_ABOUT = (
    "Everything that Solidarity Bot keeps about you, by the tables of its database. Who you are on this app is kept"
    " as a keyed hash, which is left out here. A time ends with its distance from UTC."
)
_WORDS = ("frames", "message", "content", "scope", "quiet")
"""Columns that hold JSON."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that belongs to somebody, and the rows of other tables that hang on it."""

    columns: Mapping[str, str | int | None]
    below: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What one table holds of somebody."""

    table: str
    rows: tuple[Row, ...]


def news_on_the_way(held: Iterable[Held]) -> int:
    """Return how many messages of updates to many wait for somebody."""
    rows = (row for one in held if one.table == "delivery" for row in one.rows)
    return sum(row.columns["broadcast"] is not None for row in rows)


def as_file(held: Iterable[Held], at: datetime) -> Document:
    """Return everything as a JSON document, as it is `at` a moment."""
    told = {"about": _ABOUT, "at": _moment(at), **_tables(held)}
    return Document(NAME, Plain("application/json", json.dumps(told, ensure_ascii=False, indent=2) + "\n"))


def _tables(held: Iterable[Held]) -> dict[str, object]:
    return {one.table: [_row(row) for row in one.rows] for one in held}


def _row(row: Row) -> dict[str, object]:
    return {name: _value(name, value) for name, value in row.columns.items()} | _tables(row.below)


def _value(name: str, value: str | int | None) -> object:
    if isinstance(value, int) and (name == "at" or name.endswith("_at")):
        return _moment(datetime.fromtimestamp(value, UTC))
    return json.loads(value) if isinstance(value, str) and value and name in _WORDS else value


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
