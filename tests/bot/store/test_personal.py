"""The register of personal columns: whole, and true of how they are kept."""

from collections import Counter

import pytest
from sqlalchemy import Column, MetaData, String, Table

from bot.store.personal import NOT_PERSONAL, REGISTER, Guarded
from bot.store.sealing import Sealed
from bot.store.tables import metadata

PARTLY_SEALED = "fact.value"
"""What the database says of itself is readable, what it says of rooms is sealed by its statements."""


def registered() -> Counter[str]:
    """Return how often each column stands in the register."""
    personal = [f"{table}.{c}" for table, entries in REGISTER.items() for e in entries for c in e.columns]
    others = [f"{table}.{column}" for table, columns in NOT_PERSONAL.items() for column in columns]
    return Counter(personal + others)


def columns(schema: MetaData) -> Counter[str]:
    """Return the columns that there are."""
    return Counter(str(column) for table in schema.sorted_tables for column in table.columns)


def test_every_column_is_registered_once() -> None:
    """No column is missing, none stands there twice, and none that is gone."""
    assert registered() == columns(metadata)


@pytest.mark.parametrize("name", ["pledge", "telephones"])
def test_a_new_column_is_noticed(name: str) -> None:
    """Whoever adds a column, or a table, has to say what is personal in it."""
    grown = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(grown)
    Table(name, grown, Column("telephone", String), extend_existing=True)
    assert registered() != columns(grown)
    assert columns(grown) - registered() == Counter([f"{name}.telephone"])


def test_what_is_called_encrypted_is() -> None:
    """A column is sealed where the register says so, and nowhere else."""
    called = {
        f"{table}.{column}"
        for table, entries in REGISTER.items()
        for entry in entries
        if entry.guarded == Guarded.SEALED
        for column in entry.columns
    }
    sealed = {str(c) for table in metadata.sorted_tables for c in table.columns if isinstance(c.type, Sealed)}
    assert called - {PARTLY_SEALED} == sealed


def test_everything_personal_has_a_purpose_and_an_end() -> None:
    """Nothing is kept without a reason, or for ever."""
    for entries in REGISTER.values():
        for entry in entries:
            assert entry.purpose
            assert any(word in entry.kept for word in ("until", "days", "hours", "/forget"))
