"""Everybody who talks with a bot in memory of its own, on a wire that tests can slow down or break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.conversation import Conversations
from bot.dispatcher import Dispatcher
from bot.events import Chat, Event, Message, Person
from bot.outbox import Outbox
from bot.platforms.base import Handle, plain_text
from bot.store.store import Store
from bot.store.work import Work
from tests.door import KEY, NOW, Wire, door_to, furnished


@dataclass
class Slow(Wire):
    """A platform on which the first message to one chat waits until it is let go."""

    slow: Chat = field(default_factory=lambda: Chat("wire", "nobody"))
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        if chat == self.slow:
            self.begun += 1
            self.reached.set()
            if self.begun == 1:
                await self.gate.wait()
        await super().send(chat, message, delivery)


@dataclass
class Broken(Wire):
    """A platform that takes some messages and then fails, as if the process had been killed there."""

    left: int = 0
    deliveries: list[int] = field(default_factory=list)

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        self.deliveries.append(delivery)
        if not self.left:
            raise ConnectionError
        self.left -= 1
        await super().send(chat, message, delivery)


@dataclass
class Everybody:
    """Many people at the same bot."""

    store: Store
    wire: Wire
    handle: Handle
    count: int = 0

    def event(self, who: str, words: str, command: str | None = None) -> Event:
        """Return an event that never was before: `who` says `words` in private."""
        self.count += 1
        return Event(f"{who}-{self.count}", Person("wire", who), Chat("wire", who), NOW, words, command)

    async def say(self, who: str, words: str, command: str | None = None) -> None:
        """Let `who` say something."""
        await self.handle(self.event(who, words, command))

    def heard(self, who: str) -> list[str]:
        """Return the first line of everything that was said to `who`."""
        return [plain_text(m.html).splitlines()[0] for chat, m in self.wire.sent if chat.id == who]


@asynccontextmanager
async def everybody(
    folder: Path, wire: Wire, talks: Conversations[str, Work] | None = None
) -> AsyncIterator[Everybody]:
    """Enter a bot that sends through `wire`; with `talks`, it knows those conversations instead of the real ones."""
    store = await Store.open(folder / "solidarity.db", KEY, NOW.timestamp, patience=0.05)
    world, messages = furnished()
    handle = door_to(store, world, messages, platform=wire).dispatcher.handle
    if talks:
        handle = Dispatcher(talks, messages, store, Outbox(store, {wire.name: wire})).handle
    try:
        yield Everybody(store, wire, handle)
    finally:
        await store.close()
