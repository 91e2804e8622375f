"""The connection to SQLite: statements run where they are called, and whatever waits for the disk runs aside.

A statement on pages in memory takes some ten microseconds, a hop to another thread and back ten times as many.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import ClauseElement
from sqlalchemy.dialects import sqlite

from bot.store.errors import StoreError

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


class Connection:
    """The one connection that reads and writes, used by one piece of work at a time."""

    def __init__(self, path: Path, patience: float) -> None:
        self._driver = connect(path)
        self._driver.row_factory = sqlite3.Row
        self._driver.execute("PRAGMA foreign_keys = ON")
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "database")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Enter a writing transaction: committed when the block ends, undone if it raises or is cancelled."""
        await self._begin()
        try:
            yield
            await self._aside("COMMIT")
        except BaseException:
            if self._driver.in_transaction:
                self._driver.execute("ROLLBACK")
            raise

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
        await self._aside("VACUUM")
        return await self._empty_journal()

    def close(self) -> None:
        """Close the connection."""
        self._thread.shutdown()
        self._driver.close()

    async def _begin(self) -> None:
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

    async def _empty_journal(self) -> bool:
        """Return whether the journal's pages are now in the database, and the journal is empty."""
        [(busy, _pages, _moved)] = await self._aside("PRAGMA wal_checkpoint(TRUNCATE)")
        return not busy

    async def _aside(self, sql: str) -> list[sqlite3.Row]:
        """Run `sql` in the thread and return its rows.

        SQLite cannot be called back: if the waiting is cancelled, it ends with the statement, not before.
        """
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._thread, lambda: self._driver.execute(sql).fetchall())
        cancelled: asyncio.CancelledError | None = None
        while not running.done():
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled:
            running.exception()  # looked at, so that asyncio does not report it as lost
            raise cancelled
        return running.result()
