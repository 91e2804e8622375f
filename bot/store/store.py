"""The database: one writer, and what belongs together is committed together."""

from __future__ import annotations

import logging
import math
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from bot.pledges import Counted, PeopleCount
from bot.store import schema, statements
from bot.store.commits import Commits
from bot.store.connection import Connection
from bot.store.errors import StoreError, explain
from bot.store.numbers import Aside, UncountedError
from bot.store.owners import Owners, key_from
from bot.store.reading import Reading, reading
from bot.store.sealing import Seal, places
from bot.store.tables import metadata
from bot.store.work import SILENCE, Work

log = logging.getLogger(__name__)

Clock = Callable[[], float]
"""Gives the present time in seconds since 1970."""

REMEMBERED = 14 * 24 * 3600
"""Seconds for which an event's mark is kept, so that a late repetition is recognised."""


class Store:
    """The open database; everything is done in a unit of `work`."""

    def __init__(
        self,
        path: Path,
        lock: FileLock | None,
        commits: Commits,
        owners: Owners,
        clock: Clock,
        given: str | None = None,
    ) -> None:
        self.path = path
        self._lock = lock
        self._commits: Commits | None = commits
        self.owners = owners
        self._clock = clock
        self._given = given
        self._aside = Aside(path, given)

    @classmethod
    async def open(
        cls, path: Path, key: str | None = None, clock: Clock = time.time, patience: float = 5.0
    ) -> Self:
        """Return the database at `path`, made if there is none, with stale conversations wiped.

        All its files are for their owner alone, and so is the folder if it is made here; one that exists already
        keeps its rights, for other things may lie in it. `key` is the secret that people are hashed with; without it,
        the file `owner.key` beside the database holds it. `patience` is how many seconds to wait for another program
        that writes. Raises StoreError, one line, if the database cannot be used.
        """
        path = path.absolute()
        with _explained(path, OSError, DBAPIError, sqlite3.Error):
            async with AsyncExitStack() as undo:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = lock_of(path)
                undo.callback(lock.release)
                schema.prepare(path, patience)
                commits = Commits(await Connection.open(path, patience))
                undo.push_async_callback(commits.close)
                async with commits.piece() as connection:
                    owners = await _owners(connection, path, key)
                    await _seal(connection)
                store = cls(path, lock, commits, owners, clock, key)
                await store.sweep()
                undo.pop_all()
        return store

    @classmethod
    async def beside(
        cls, path: Path, key: str | None = None, clock: Clock = time.time, patience: float = 5.0
    ) -> Self:
        """Return the database at `path` for short pieces of work beside the bot that uses it, which looks after it.

        Raises StoreError, one line, if there is none, or if it cannot be used.
        """
        path = path.absolute()
        with reading(path, patience, key):
            pass
        with _explained(path, OSError, sqlite3.Error):
            async with AsyncExitStack() as undo:
                commits = Commits(await Connection.open(path, patience))
                undo.push_async_callback(commits.close)
                async with commits.piece() as connection:
                    owners = await _owners(connection, path, key)
                undo.pop_all()
        return cls(path, None, commits, owners, clock, key)

    async def close(self) -> None:
        """Finish what has begun, close the database and let another process use it."""
        if self._commits is not None:
            commits, self._commits = self._commits, None
            with _explained(self.path, sqlite3.Error):
                await commits.close()
            if self._lock is not None:
                self._lock.release()

    @asynccontextmanager
    async def work(self, counted: Counted | None = None) -> AsyncIterator[Work]:
        """Enter a unit of work: recorded when the block has ended, undone if it raises or is cancelled.

        What is written at the same time shares a commit. `counted` are the numbers that it may need: it raises
        UncountedError for want of them. Raises StoreError if nothing could be recorded.
        """
        with self._at_work() as commits:
            async with commits.piece() as connection:
                yield Work(connection, self.owners, int(self._clock()), counted)

    async def counted(self, full: bool = True) -> Counted:
        """Return how many people there are, and if `full`, how many letters, counted beside the work of others."""
        return await self._aside.counted(full)

    async def campaigns(self) -> tuple[str, ...]:
        """Return the campaigns for which letters were pledged, read beside the work of others."""
        return await self._aside.read(lambda look: tuple(row[0] for row in look.rows(statements.PLEDGED_FOR)))

    async def published(self) -> tuple[PeopleCount, ...]:
        """Return what everybody may read now."""
        try:
            async with self.work() as work:
                return await work.published()
        except UncountedError as uncounted:
            async with self.work(await self.counted(uncounted.full)) as work:
                return await work.published()

    def look(self) -> AbstractContextManager[Reading]:
        """Enter the database as it is now, to look into it while others write; raises StoreError."""
        return reading(self.path, key=self._given)

    async def sweep(self) -> None:
        """Wipe conversations after a day's silence, and the marks of events long past, out of every file."""
        now = int(self._clock())
        with self._at_work() as commits:
            async with commits.piece() as connection:
                await connection.rows(statements.WIPE_SILENT, before=now - SILENCE)
                await connection.rows(statements.WIPE_SEEN, before=now - REMEMBERED)
        await self._erase(copies_before=now - SILENCE)

    async def purge(self) -> bool:
        """Return whether nothing that was deleted is left in any file; False if one could not be freed of it.

        Copies from before an upgrade are given up for it.
        """
        return await self._erase(copies_before=math.inf)

    async def _erase(self, copies_before: float) -> bool:
        """Free every file of what was deleted, and return whether that succeeded; copies older than a moment go."""
        try:
            with self._at_work() as commits, _explained(self.path, OSError):
                async with self._aside.still, commits.alone() as connection:
                    schema.drop_copies(self.path, copies_before)
                    return await connection.erase_deleted()
        except StoreError as error:
            log.error("what was deleted may still be in a file: %s", error)
            return False

    @contextmanager
    def _at_work(self) -> Iterator[Commits]:
        """Enter the open database; what ails it is said in one line."""
        if self._commits is None:
            raise StoreError(f"{self.path}: the database is closed")
        with _explained(self.path, sqlite3.Error):
            yield self._commits


def lock_of(path: Path) -> FileLock:
    """Return the lock that keeps every other process away from the database at `path` until it is released."""
    lock = FileLock(path.with_suffix(".lock"), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(f"{path}: another running bot uses this data folder; stop it first") from None
    return lock


def in_use(path: Path) -> bool:
    """Return whether a running bot has the database at `path` open."""
    try:
        lock_of(path.absolute()).release()
    except StoreError:
        return True
    return False


async def _owners(connection: Connection, path: Path, key: str | None) -> Owners:
    """Return the maker of hashes for the database at `path`; StoreError if it has people hashed with another key."""
    file = path.with_name("owner.key")
    used = bool(await connection.rows(statements.ANYBODY))
    secret = key or key_from(file, may_make=not used)
    owners = Owners(secret)
    connection.unlock(Seal(secret))
    marks = await connection.rows(statements.FACT, name="key")
    if [mark["value"] for mark in marks] == [owners.mark()]:
        return owners
    if used:
        given = "owner_key" if key else file
        raise StoreError(f"{given}: this is not the key that {path} was made with; restore that one")
    await connection.rows(statements.SET_FACT, name="key", value=owners.mark())
    return owners


async def _seal(connection: Connection) -> None:
    """Seal what a version has left open that did not seal it yet."""
    sealed = places(metadata)
    done = await connection.rows(statements.FACT, name="sealed")
    if [row["value"] for row in done] != [sealed]:
        connection.seal_all(metadata)
        await connection.rows(statements.SEAL_FACTS)
        await connection.rows(statements.SET_FACT, name="sealed", value=sealed)


@contextmanager
def _explained(path: Path, *kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of these kinds into one line about the database at `path`, if it is known what they mean."""
    try:
        yield
    except kinds as error:
        if known := explain(error, path):
            raise known from error
        raise
