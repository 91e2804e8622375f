"""Questions of reminders on their way out: each is asked once, even if the process is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.platforms.base import LaterError, MovedError, UnreachableError
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.work import Unsent

ASKING = 4
"""Questions of reminders that are under way together: so many may be lost, at most, when a process is killed."""

Act = Callable[[], Awaitable[object]]


class Questions:
    """Asks what reminders are for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way = asyncio.Semaphore(ASKING)

    async def ask(self, one: Unsent, turn: Act, send: Act, known: bool) -> None:
        """Wait for its `turn` and `send` it, unless that was answered or taken back meanwhile.

        Where the platform has `known` messages again by their id, one that could not be sent may have arrived.
        """
        async with self._under_way:
            await turn()
            try:
                async with self._store.work() as work:
                    if not await work.leaves(one.id):
                        return
            except StoreError as error:
                raise UnreachableError(str(error)) from None
            try:
                await send()
            except (LaterError, UnreachableError, MovedError) as error:
                if not (known and isinstance(error, UnreachableError)):
                    await self._stays(one)
                raise

    async def _stays(self, one: Unsent) -> None:
        """Record that a question has not left; if that fails, it is not asked again after a crash."""
        with suppress(StoreError):
            async with self._store.work() as work:
                await work.stays(one.id)
