"""People, pledges and a database, as the trials of the store need them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import text

from bot.events import Chat, Event, Message, Person
from bot.pledges import Consent, NewPledge, Status, Way
from bot.store.connection import Connection
from bot.store.store import Store

ROOT = Path(__file__).parents[3]
KEY = "a key for tests only, of more than 32 characters"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANNA = Person("wire", "4815162342", "en")
BORIS = Person("wire", "1123581321", "ru")


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: float = NOW.timestamp()

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def pass_hours(self, hours: float) -> None:
        """Let time pass."""
        self.now += hours * 3600


def database(folder: Path) -> Path:
    """Return where the bot keeps its database in `folder`."""
    return folder / "data" / "solidarity.db"


@asynccontextmanager
async def opened(folder: Path, patience: float = 0.1, clock: Clock | None = None) -> AsyncIterator[Store]:
    """Enter the store in `folder`."""
    store = await Store.open(database(folder), KEY, clock or Clock(), patience)
    try:
        yield store
    finally:
        await store.close()


def inside(store: Store) -> Connection:
    """Return the connection of `store`: some trouble can only be made there, such as a limit on pages."""
    assert store._commits is not None
    return store._commits._connection


@contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    """Enter another program's connection to the database at `path`."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        yield other


def event(person: Person, number: int, chat: str = "") -> Event:
    """Return something that `person` did, in a private chat unless another is named."""
    return Event(f"event-{number}", person, Chat(person.platform, chat or person.id), NOW)


def pledge(
    campaign: str = "iran",
    kind: str = "government",
    sender: str = "person",
    status: Status = Status.PLEDGED,
    ways: tuple[Way, ...] = (Way("leader", "post"), Way("president", "fax")),
    day: date = date(2026, 11, 30),
    name: str | None = None,
    organisation: str | None = None,
) -> NewPledge:
    """Return a pledge."""
    listed = "name" if name else "organisation" if organisation else "nothing"
    consent = Consent(listed, "2026-11", NOW)
    return NewPledge(
        campaign, kind, sender, "DE", ways, status, day, consent, name=name, organisation=organisation
    )


async def count(store: Store) -> int:
    """Return how many messages wait to be sent."""
    async with store.work() as work:
        return len(await work.unsent("wire"))


async def add_message(store: Store, words: str = "a message") -> None:
    """Record a message as still to be sent."""
    async with store.work() as work:
        await work.queue(Chat("wire", "4815162342"), [Message(words)])


async def an_event(store: Store, person: Person = ANNA, words: str = "said") -> None:
    """Let `person` do what leaves traces everywhere: an open conversation, a pledge, an answer."""
    async with store.work() as work:
        await work.arrive(event(person, 1))
        await work.leave(event(person, 1), words)
        await work.add_pledge(person, pledge())
        await work.queue(event(person, 1).chat, [Message(words)])


async def nothing_happened(store: Store) -> None:
    """See that the event of Anna had no effect, and that it can have one now."""
    async with store.work() as work:
        assert await work.pledges(ANNA) == ()
        assert await work.unsent("wire") == ()
        arrival = await work.arrive(event(ANNA, 1))
        assert (arrival.new, arrival.frames) == (True, None)


async def a_doomed_event(store: Store, written: asyncio.Event) -> None:
    """Write what SQLite refuses only when it is committed: a way of a pledge that there is not."""
    async with store.work() as work:
        await work.arrive(event(ANNA, 1))
        await inside(store).rows(text("PRAGMA defer_foreign_keys = ON"))
        await inside(store).rows(text("INSERT INTO pledge_way VALUES (99, 'leader', 'post')"))
        written.set()


def python(script: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Return another process of the bot that runs `script`."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
