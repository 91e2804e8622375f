"""What a platform remembers over a restart: up to where everything is recorded, and how its messages are named."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class Remembering:
    """The memory of one account on a platform, by a name that is its own."""

    store: Store
    account: str

    async def since(self) -> str | None:
        """Return up to where everything is recorded; None before the first start."""
        async with self.store.work() as work:
            return await work.fact(f"since {self.account}")

    async def keep(self, since: str) -> None:
        """Remember that everything up to there is recorded."""
        async with self.store.work() as work:
            await work.set_fact(f"since {self.account}", since)

    async def gaps(self) -> str:
        """Return which parts of rooms are still to be read; nothing before any was kept."""
        async with self.store.work() as work:
            return await work.fact(f"gaps {self.account}") or ""

    async def keep_gaps(self, gaps: str) -> None:
        """Remember which parts of rooms are still to be read."""
        async with self.store.work() as work:
            await work.set_fact(f"gaps {self.account}", gaps)

    async def prefix(self) -> str:
        """Return how the names of this bot's messages begin: the same for as long as the database is."""
        async with self.store.work() as work:
            known = await work.fact("prefix")
            if known is None:
                known = secrets.token_hex(8)
                await work.set_fact("prefix", known)
            return known
