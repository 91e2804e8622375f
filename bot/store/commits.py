"""What is written at the same time is committed at the same time: one wait for the disk instead of many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.store.connection import Connection
from bot.waiting import outcome


class Commits:
    """Lets pieces of work take turns on a connection, and share a commit with those that wait for their turn."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self._open: asyncio.Future[None] | None = None
        self._written = False
        self._closing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def piece(self) -> AsyncIterator[Connection]:
        """Enter a piece of work: on the disk when the block has ended, undone alone if it raises or is cancelled."""
        async with self._turn:
            shared = await self._joined()
            try:
                with self._connection.savepoint():
                    yield self._connection
            except BaseException as error:
                if not self._written:
                    self._connection.undo()
                if not self._connection.writing:  # the disk may have failed, with all that others had written
                    self._end(error)
                raise
            self._written = True
        await outcome(shared)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Connection]:
        """Enter the connection while no transaction is open on it."""
        async with self._turn:
            await self._commit()
            yield self._connection

    async def close(self) -> None:
        """Finish what has begun, and close the connection."""
        async with self.alone() as connection:
            await connection.close()
        if self._closing is not None:
            await self._closing

    async def _joined(self) -> asyncio.Future[None]:
        """Return the fate of the open transaction, begun now if there is none.

        The task that will commit it takes its place in the queue behind all who are waiting for their turn.
        """
        if self._open is None:
            await self._connection.begin()
            self._open = asyncio.get_running_loop().create_future()
            self._closing = asyncio.create_task(self._in_turn(self._open))
        return self._open

    async def _in_turn(self, shared: asyncio.Future[None]) -> None:
        async with self._turn:
            if self._open is shared:
                await self._commit()

    async def _commit(self) -> None:
        if self._open is None:
            return
        try:
            await self._connection.commit()
        except BaseException as error:
            self._end(error)
            if not isinstance(error, Exception):
                raise
        else:
            self._end()

    def _end(self, error: BaseException | None = None) -> None:
        """Tell everybody who wrote in the open transaction what became of it."""
        shared, self._open, self._written = self._open, None, False
        if shared is None:
            return
        if error is None:
            shared.set_result(None)
        else:
            shared.set_exception(error)
            shared.exception()  # looked at: whoever waited may have been cancelled
