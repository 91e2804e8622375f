"""A bell that wakes everybody who waits for something to become true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Bell:
    """Rung at every change; those who wait look again."""

    def __init__(self) -> None:
        self._sleepers: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake everybody."""
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)
        self._sleepers.clear()

    async def until(self, holds: Callable[[], bool], within: float) -> bool:
        """Wait until `holds()`, at most `within` seconds; return whether it does."""
        try:
            async with asyncio.timeout(within):
                while not holds():
                    await self._sleep()
        except TimeoutError:
            return holds()
        return True

    async def _sleep(self) -> None:
        sleeper = asyncio.get_running_loop().create_future()
        self._sleepers.add(sleeper)
        try:
            await sleeper
        finally:
            self._sleepers.discard(sleeper)
