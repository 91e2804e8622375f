"""Looking into the database beside the bot that uses it: a picture of one moment, however long the look takes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import ClauseElement

from bot.store import statements
from bot.store.connection import compiled, connect
from bot.store.errors import StoreError, explain
from bot.store.owners import Owners, key_from
from bot.store.sealing import Seal
from bot.store.tables import SCHEMA


class Reading:
    """The database as it was at one moment; nothing can be written."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def rows(self, statement: ClauseElement, **values: object) -> Iterator[sqlite3.Row]:
        """Yield the rows of `statement` one by one, as they are asked for."""
        sql = compiled(statement)
        yield from self._driver.execute(sql.text, {**sql.constants, **values})


@contextmanager
def reading(path: Path, patience: float = 5.0, key: str | None = None) -> Iterator[Reading]:
    """Enter the database at `path` as it is now; others may write meanwhile, for up to `patience` seconds at a time.

    `key` is the secret that people are hashed with; without it, the file `owner.key` beside the database holds it.
    Where there is neither, what is sealed cannot be read, and everything else can.
    Raises StoreError, one line, if there is none, or if it cannot be read.
    """
    if not path.exists():
        raise StoreError(f"{path}: there is no database yet; it is made when the bot starts")
    try:
        with closing(connect(path, patience)) as driver:
            driver.row_factory = sqlite3.Row
            _look_at_schema(driver, path)
            if secret := _key(driver, path, key):
                Seal(secret).lend(driver)
            driver.execute("PRAGMA query_only = ON")
            driver.execute("BEGIN")
            yield Reading(driver)
    except sqlite3.Error as error:
        if known := explain(error, path):
            raise known from error
        raise


def _look_at_schema(driver: sqlite3.Connection, path: Path) -> None:
    [revision] = driver.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision != SCHEMA:
        raise StoreError(
            f"{path}: its schema {revision} is not this version's ({SCHEMA}); start the bot first"
        )


def _key(driver: sqlite3.Connection, path: Path, key: str | None) -> str | None:
    """Return the key of the database at `path`; None if there is none."""
    file = path.with_name("owner.key")
    if key is None and not file.exists():
        return None
    secret = key or key_from(file, may_make=False)
    sql = compiled(statements.FACT)
    marks = driver.execute(sql.text, {**sql.constants, "name": "key"}).fetchall()
    if marks and [mark["value"] for mark in marks] != [Owners(secret).mark()]:
        given = "owner_key" if key else file
        raise StoreError(f"{given}: this is not the key that {path} was made with; restore that one")
    return secret
