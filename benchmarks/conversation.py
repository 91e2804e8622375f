"""Events per second through the dispatcher and the store, beside bare commits of the same shape on the same file.

An event is one answer in /letter: it is read, walked, recorded with its reply in one transaction (synchronous=FULL),
"sent" to a platform that only counts, and the reply's row deleted in a second transaction. The baseline does the same
statements, with texts of the same size, straight on sqlite3, and nothing else. Both take turns, so that a change in
the machine's speed meets both; figures are medians.

    python benchmarks/conversation.py [ROUNDS]
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from bot.assembly import furnish
from bot.config import Settings
from bot.events import Chat, Event, Message, Person
from bot.store.store import Store
from tests.door import KEY, NOW, Door, door_to

ANSWERS = (
    "/letter",
    "2",
    "1",
    "1",
    "1",
    "GB",
    "Ada",
    "Leeds",
    "1",
    "Nurse",
    "My brother works on a rig.",
    "1",
    "I have what I need",
    "3",
    "1 3",
    "1",
)
"""A whole letter, from the command to the pledge."""
AT_ONCE = 64
PLEDGES = 100_000
TEXT = "x" * 1500
"""As long as a usual reply."""


class Nowhere:
    """A platform that sends at once, to nobody."""

    name = "wire"

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Send nothing."""


async def letters(door: Door, people: int, at_once: int) -> float:
    """Return events per second while `people` write a letter each, `at_once` of them at the same time."""
    turns = asyncio.Semaphore(at_once)

    async def write() -> None:
        async with turns:
            name = uuid4().hex
            person, chat = Person("wire", name, "en"), Chat("wire", name)
            for words in ANSWERS:
                command, text = (words[1:], "") if words.startswith("/") else (None, words)
                await door.dispatcher.handle(Event(uuid4().hex, person, chat, NOW, text, command))

    began = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(people)))
    return people * len(ANSWERS) / (time.perf_counter() - began)


def bare(path: Path, events: int) -> float:
    """Return how many times a second sqlite3 alone does the statements of one event."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        began = time.perf_counter()
        for _ in range(events):
            _one(connection, uuid4().hex)
        return events / (time.perf_counter() - began)


def _one(connection: sqlite3.Connection, key: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING", (key, 1))
    connection.execute(
        "SELECT (SELECT frames FROM conversation WHERE key = ?), (SELECT language FROM person WHERE owner = ?)",
        (key, key),
    ).fetchone()
    connection.execute(
        "INSERT INTO conversation VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET frames = excluded.frames",
        (key[:3], key, TEXT[:300], 2_000_000_000),
    )
    columns = "platform, chat, message, queued_at, state, tries"
    added = connection.execute(
        f"INSERT INTO delivery ({columns}) VALUES ('bare', ?, ?, 1, 'ready', 0)",  # noqa: S608  # our own names
        (key, TEXT),
    ).lastrowid
    connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM delivery WHERE id IN (?)", (added,))
    connection.execute("COMMIT")


def fill(path: Path, pledges: int) -> None:
    """Record `pledges` of as many people."""
    columns = "owner, campaign, kind, sender, country, status, day, consent, consent_version, consent_at, created_at"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for _ in range(pledges):
            row = (
                uuid4().hex,
                "zhanaozen-2011",
                "protest",
                "person",
                "GB",
                "pledged",
                "2026-11-30",
                "nothing",
                "1",
                1,
                1,
            )
            marks = ", ".join("?" * len(row))
            added = connection.execute(f"INSERT INTO pledge ({columns}) VALUES ({marks})", row).lastrowid  # noqa: S608  # our own names
            connection.execute("INSERT INTO pledge_way VALUES (?, 'president', 'post')", (added,))
        connection.execute("COMMIT")


async def measure(folder: Path, rounds: int) -> None:
    """Print the figures, with few and with many pledges on file."""
    settings = Settings(data_dir=folder)
    world, messages = furnish(settings)
    store = await Store.open(settings.database, KEY)
    door = door_to(store, world, messages, platform=Nowhere())
    await letters(door, 5, 5)
    for title in ("an empty database", f"with {PLEDGES:,} more pledges"):
        figures: dict[str, list[float]] = {"bare": [], "alone": [], "together": []}
        for _ in range(rounds):
            figures["bare"].append(bare(settings.database, 1000))
            figures["alone"].append(await letters(door, 30, 1))
            figures["together"].append(await letters(door, AT_ONCE, AT_ONCE))
        show(title, figures)
        if title == "an empty database":
            fill(settings.database, PLEDGES)
    await store.close()


def show(title: str, figures: dict[str, list[float]]) -> None:
    """Print the medians, and the ratio to the baseline of the same round."""
    print(title)
    for name, label in (
        ("bare", "bare commits, sqlite3"),
        ("alone", "events, one by one"),
        ("together", f"events, {AT_ONCE} at once"),
    ):
        ratio = statistics.median(a / b for a, b in zip(figures[name], figures["bare"], strict=True))
        print(f"  {label:24} {statistics.median(figures[name]):8,.0f}/s   {ratio:5.2f} of bare")


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), rounds))


if __name__ == "__main__":
    main()
