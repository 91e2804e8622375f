"""The connection to SQLite: statements run where they are called, and aiosqlite runs whatever waits for the disk.

A statement on pages in memory takes some ten microseconds, a hop to another thread and back ten times as many.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import aiosqlite
from sqlalchemy import ClauseElement, MetaData
from sqlalchemy.dialects import sqlite

from bot.store.errors import StoreError
from bot.store.sealing import Seal, seal_all
from bot.waiting import outcome

_PAUSE = 0.02
"""Seconds between two looks whether another program has let go of the database."""

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    # What SQLite sets aside while it works is people's words too: not in files, which nobody would erase.
    "PRAGMA temp_store = MEMORY",
)


@dataclass(frozen=True, slots=True)
class Sql:
    """A statement as the driver takes it, with the values that stand in the statement itself."""

    text: str
    constants: Mapping[str, object]


@cache
def compiled(statement: ClauseElement) -> Sql:
    """Return `statement` as SQL, with its parameters by name."""
    made = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
    return Sql(str(made), {name: value for name, value in made.params.items() if value is not None})


def connect(path: Path, patience: float = 0) -> sqlite3.Connection:
    """Return a connection to the database at `path` on which we alone begin and commit.

    `patience` is how many seconds SQLite waits, and everything with it, while another program holds the database.
    """
    driver = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    try:
        if driver.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise StoreError(
                f"{path}: this kind of disk cannot hold the database; name a folder on a local disk"
            )
        for pragma in _PRAGMAS:
            driver.execute(pragma)
    except BaseException:
        driver.close()
        raise
    return driver


def _file(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at `path` from every other; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Connection:
    """The one connection that reads and writes, used by one piece of work at a time."""

    def __init__(
        self, path: Path, driver: sqlite3.Connection, aside: aiosqlite.Connection, patience: float
    ) -> None:
        self._path = path
        self._opened = _file(path)
        self._driver = driver
        self._aside = aside
        self._patience = patience

    @classmethod
    async def open(cls, path: Path, patience: float) -> Self:
        """Return a connection to the database at `path`; `patience` is how many seconds to wait for other writers."""
        driver = connect(path)
        driver.row_factory = sqlite3.Row
        driver.execute("PRAGMA foreign_keys = ON")
        return cls(path, driver, await aiosqlite.Connection(lambda: driver, iter_chunk_size=64), patience)

    @property
    def path(self) -> Path:
        """Where the database is."""
        return self._path

    def unlock(self, seal: Seal) -> None:
        """Let statements read and write what is sealed."""
        seal.lend(self._driver)

    def seal_all(self, metadata: MetaData) -> None:
        """Seal what an earlier version has left open."""
        seal_all(self._driver, metadata)

    async def begin(self) -> None:
        """Begin to write, as soon as no other program does."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._patience
        while True:
            try:
                self._driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or now() >= deadline:
                    raise
            await asyncio.sleep(_PAUSE)

    async def commit(self) -> None:
        """Bring what was written to the disk; where that fails, or the file has gone, undo all of it and raise."""
        try:
            if _file(self._path) != self._opened:
                raise StoreError(
                    f"{self._path}: the file has been moved or deleted; stop the bot, and put it back"
                )
            await self._run("COMMIT")
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Undo what was written since the last commit, if SQLite has not done so itself."""
        if self._driver.in_transaction:
            self._driver.execute("ROLLBACK")

    @property
    def writing(self) -> bool:
        """Whether a transaction is open; SQLite ends it by itself where the disk fails."""
        return self._driver.in_transaction

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Enter a part of the transaction that is undone alone if the block raises."""
        self._driver.execute("SAVEPOINT piece")
        try:
            yield
        except BaseException:
            if self._driver.in_transaction:
                self._driver.execute("ROLLBACK TO piece")
                self._driver.execute("RELEASE piece")
            raise
        self._driver.execute("RELEASE piece")

    # Nothing waits in these two, but their callers are not to rely on it: a database server would be waited for.

    async def rows(self, statement: ClauseElement, **values: object) -> list[sqlite3.Row]:
        """Run `statement` and return its rows."""
        sql = compiled(statement)
        return self._driver.execute(sql.text, {**sql.constants, **values}).fetchall()

    async def each(self, statement: ClauseElement, values: Sequence[Mapping[str, object]]) -> None:
        """Run `statement` once with each of `values`."""
        sql = compiled(statement)
        self._driver.executemany(sql.text, [{**sql.constants, **v} for v in values])

    async def erase_deleted(self) -> bool:
        """Return whether nothing that was deleted is left in the database and its journal; False while another reads.

        Deleted rows are overwritten, but copies of them stay where rows were moved to another page: only a database
        that is written anew has none.
        """
        if not await self._empty_journal():
            return False
        await self._run("VACUUM")
        return await self._empty_journal()

    async def close(self) -> None:
        """Close the connection."""
        await self._aside.close()

    async def _empty_journal(self) -> bool:
        """Return whether the journal's pages are now in the database, and the journal is empty."""
        [(busy, _pages, _moved)] = await self._run("PRAGMA wal_checkpoint(TRUNCATE)")
        return not busy

    async def _run(self, sql: str) -> Iterable[sqlite3.Row]:
        """Run `sql` aside and return its rows; SQLite cannot be called back, so that nobody leaves before its end."""
        return await outcome(asyncio.ensure_future(self._aside.execute_fetchall(sql)))
