"""A broadcast on Telegram that has to live through the death of the bot, and what must be true of it in the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.broadcasts import Broadcast, Fate, State
from bot.events import Chat
from bot.store.store import Store
from bot.store.work import Work
from tests.bot.store.followers import follow, update
from tests.bot.store.people import ANNA, NOW
from tests.botapi import BotApi
from tests.botapi.people import User
from tests.telegram_program import Program

WORDS = "They were reinstated."


@asynccontextmanager
async def beside(folder: Path) -> AsyncIterator[Work]:
    """Enter a short piece of work in the database that a bot uses."""
    store = await Store.beside(folder / "solidarity.db")
    try:
        async with store.work() as work:
            yield work
    finally:
        await store.close()


@dataclass
class Tally:
    """How often the bot died, and what that left unknown."""

    ends: int = 0
    starting: int = 0
    in_flight: int = 0
    """Messages under way when it died, all deaths together."""
    unknown: int = 0
    again: int = 0
    """Messages that were sent again under the same name, so that they came once."""
    took: list[float] = field(default_factory=list)


class Mailed:
    """A broadcast to people on Telegram, by a bot that is not started yet."""

    def __init__(self, server: BotApi, program: Program, people: Sequence[User], author: User) -> None:
        self.server = server
        self.program = program
        self.people = people
        self.author = author
        self.number = 0

    @classmethod
    async def prepared(cls, server: BotApi, program: Program, people: int) -> Mailed:
        """Return a broadcast that is to go to so many people."""
        users = [server.user(f"Ada {n}") for n in range(people)]
        author = server.user("Organiser")
        for user in (*users, author):
            user.started = True
        mailed = cls(server, program, users, author)
        store = await Store.open(program.database)
        try:
            await follow(store, *(str(user.id) for user in users), platform="telegram")
        finally:
            await store.close()
        return mailed

    async def begin(self) -> None:
        """Let the organiser confirm it."""
        async with beside(self.program.folder) as work:
            told = Chat("telegram", str(self.author.id))
            self.number = await work.start_broadcast(ANNA, update(at=NOW, told=told))

    async def found(self) -> Broadcast:
        """Return how it stands."""
        async with beside(self.program.folder) as work:
            found = await work.broadcast(self.number)
        assert found
        return found

    async def ended(self, within: float, pause: float = 0.1) -> Broadcast:
        """Return how it stands once it is done; it is looked at every `pause` seconds."""
        async with asyncio.timeout(within):
            while True:
                found = await self.found()
                if found.state == State.DONE:
                    return found
                await asyncio.sleep(pause)

    def under_way(self) -> int:
        """Return how many messages are under way, as far as is recorded."""
        [(number,)] = self.program.rows("SELECT count(*) FROM delivery WHERE state = 'sending'")
        return int(number)

    def undecided(self) -> set[int]:
        """Return the chats of which it is not known whether they have got it."""
        unknown = "SELECT opened('chat', chat) FROM delivery WHERE state = 'unknown'"
        rows: list[tuple[Any, ...]] = self.program.rows(unknown)
        return {int(chat) for (chat,) in rows}

    def check(self, found: Broadcast) -> None:
        """See that nobody got it twice, that nobody was missed without our knowing, and that the numbers add up."""
        undecided = self.undecided()
        twice = [user.id for user in self.people if user.private.bot_count > 1]
        missed = [u.id for u in self.people if not u.private.bot_count and u.id not in undecided]
        assert not twice, f"{len(twice)} got it twice"
        assert not missed, f"{len(missed)} were missed"
        assert found.people() == len(self.people)
        assert found.people(Fate.SENT) + found.people(Fate.UNKNOWN) == len(self.people)
        assert found.people(Fate.UNKNOWN) == found.unsettled == len(undecided)

    async def settle(self, within: float = 30) -> None:
        """Send it again where it is not known, and see that everybody has it, once but for these."""
        undecided = self.undecided()
        async with beside(self.program.folder) as work:
            assert await work.settle(self.number, again=True) == len(undecided)
        found = await self.ended(within)
        assert found.people(Fate.SENT) == len(self.people)
        for user in self.people:
            assert user.private.bot_count == 1 or (user.id in undecided and user.private.bot_count == 2)


async def killed(mailed: Mailed, kills: int, dice: random.Random, life: float) -> Tally:
    """Kill the bot so often while it sends, wherever it is; see that no harm was done, and return what that meant."""
    tally, program = Tally(), mailed.program
    await mailed.begin()
    while tally.ends < kills:
        starting = dice.random() < 0.2
        await program.start(works=not starting)
        await asyncio.sleep(dice.uniform(0, life))
        await program.kill()
        tally.ends += 1
        tally.starting += starting
        tally.in_flight += mailed.under_way()
    await program.start()
    found = await mailed.ended(120)
    mailed.check(found)
    tally.unknown = found.people(Fate.UNKNOWN)
    assert tally.unknown <= tally.in_flight
    await mailed.settle()
    return tally


async def terminated(mailed: Mailed, ends: int, dice: random.Random, life: float) -> Tally:
    """Ask the bot to end so often while it sends; see that nothing is lost or unknown, and return what that meant."""
    tally, program = Tally(), mailed.program
    await mailed.begin()
    for _ in range(ends):
        await program.start()
        await asyncio.sleep(dice.uniform(0, life))
        status, took = await program.end()
        assert status == 0
        assert mailed.under_way() == 0
        tally.ends += 1
        tally.took.append(took)
    await program.start()
    found = await mailed.ended(120)
    mailed.check(found)
    assert found.people(Fate.SENT) == len(mailed.people)
    return tally
