"""The database: one writer, and what arrives together is committed together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import aiosqlite
from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, delete, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from bot.store import schema, tables
from bot.store.errors import StoreError, explain
from bot.store.owners import Owners, key_from
from bot.store.work import Work

Clock = Callable[[], float]
"""Gives the present time in seconds since 1970."""

SILENCE = 24 * 3600
"""Seconds after which an open conversation is wiped."""
REMEMBERED = 14 * 24 * 3600
"""Seconds for which an event's mark is kept, so that a late repetition is recognised."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA busy_timeout = 5000",
)


class Store:
    """The open database; everything is done in a unit of `work`."""

    def __init__(self, path: Path, lock: FileLock, engine: AsyncEngine, clock: Clock) -> None:
        self.path = path
        self._lock = lock
        self._engine = engine
        self._clock = clock
        self._turn = asyncio.Lock()
        self._connection: AsyncConnection | None = None
        self._owners = Owners("")

    @classmethod
    async def open(cls, path: Path, key: str | None = None, clock: Clock = time.time) -> Self:
        """Return the database at `path`, made if there is none, with stale conversations wiped.

        `key` is the secret that people are hashed with; without it, the file `owner.key` beside the database holds it.
        Raises StoreError, one line, if the database cannot be used.
        """
        path = path.absolute()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(path.with_suffix(".lock"), mode=0o600)
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(f"{path}: another running bot uses this data folder; stop it first") from None
        except OSError as error:
            raise explain(error, path) or error from None
        store = cls(path, lock, _engine(path), clock)
        try:
            schema.prepare(path)
            await store._begin(key)
        except BaseException as error:
            await store.close()
            raise explain(error, path) or error from None
        return store

    async def _begin(self, key: str | None) -> None:
        self._connection = await self._engine.connect()
        async with self._writing() as connection:
            mark = await connection.scalar(select(tables.fact.c.value).where(tables.fact.c.name == "key"))
            used = bool(await connection.scalar(select(tables.person.c.owner).limit(1))) or bool(
                await connection.scalar(select(tables.pledge.c.owner).limit(1))
            )
            file = self.path.with_name("owner.key")
            self._owners = Owners(key or key_from(file, may_make=not used))
            if mark == self._owners.mark():
                return
            if used:
                raise StoreError(
                    f"{file}: this is not the key that {self.path} was made with; restore that one"
                )
            await connection.execute(delete(tables.fact))
            await connection.execute(tables.fact.insert().values(name="key", value=self._owners.mark()))
        await self.sweep()

    async def close(self) -> None:
        """Close the database and let another process use it."""
        if self._connection is not None:
            await self._connection.close()
        await self._engine.dispose()
        self._lock.release()

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """Enter one transaction: committed when the block ends, undone if it raises.

        Raises StoreError if nothing could be recorded.
        """
        async with self._writing() as connection:
            yield Work(connection, self._owners, int(self._clock()))

    async def sweep(self) -> None:
        """Wipe conversations after a day's silence, and the marks of events long past."""
        now = int(self._clock())
        silent, seen = tables.conversation.c.updated_at, tables.seen.c.at
        async with self._writing() as connection:
            await connection.execute(delete(tables.conversation).where(silent < now - SILENCE))
            await connection.execute(delete(tables.seen).where(seen < now - REMEMBERED))

    async def purge(self) -> bool:
        """Return whether nothing that was deleted is left in any file: the journal is emptied into the database."""
        async with self._turn:
            driver = (await self._open.get_raw_connection()).driver_connection
            assert isinstance(driver, aiosqlite.Connection)
            async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as answer:
                row = await answer.fetchone()
        return row is not None and row[0] == 0

    @property
    def _open(self) -> AsyncConnection:
        if self._connection is None:
            raise StoreError(f"{self.path}: the database is closed")
        return self._connection

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn:
            try:
                async with self._open.begin():
                    yield self._open
            except Exception as error:
                raise explain(error, self.path) or error from None


def _engine(path: Path) -> AsyncEngine:
    """Return an engine with one connection on which we alone begin and commit."""
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)), poolclass=StaticPool, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
