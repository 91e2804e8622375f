"""What the numbers cost with 100,000 letters in the database, and how long others wait for them and for pictures.

The sums are taken on the store as the bot has it, beside the writing of others; beside them stands the sqlite3 module
counting the same rows by campaign, in the same run. Meanwhile a clock on the bot's loop wants to tick every
millisecond, and somebody writes to the database again and again: how late the clock is, and how long a writing takes,
is what others would wait. Beside it stands the same while nothing is done, and while all is counted, or a picture is
drawn, on the loop itself, as it must not be.

    python benchmarks/figures.py [LETTERS]
"""

from __future__ import annotations

import asyncio
import os
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from bot.documents import made, picture
from bot.events import Chart, Document
from bot.store.numbers import COUNTED_FOR, counted
from bot.store.store import Store

LETTERS = 100_000
ROUNDS = 5
PICTURES = 8
PAUSE = 0.01
"""Seconds between two writings."""
KEY = "a key for benchmarks only, of more than 32 characters"
COUNTRIES = ("DE", "US", "GB", "FR", "TR", "KZ", "RU", "IT", "ES", "NL", None)
FILL = (
    "INSERT INTO pledge (owner, campaign, kind, sender, country, status, day, consent, consent_version,"
    " consent_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'nothing', '2026-11', 0, 0)"
)
CHART = Chart(
    "en",
    "sorts",
    "Letters by country",
    "Kazakhstan: the oil workers’ strike of 2011 (26 November 2026).",
    tuple(f"Country {number}" for number in range(12)),
    tuple(range(1200, 0, -100)),
    tuple(range(240, 0, -20)),
    ("sent", "promised, not sent yet"),
)


def rows(letters: int) -> Iterator[tuple[object, ...]]:
    """Yield so many letters of as many people; the same ones every time."""
    draw = random.Random(letters)
    for person in range(letters):
        yield (
            f"{person:032x}",
            draw.choice(("zhanaozen-2011", "nagaworld-2021")),
            draw.choice(("protest", "solidarity")),
            draw.choice(("person", "organisation")),
            draw.choice(COUNTRIES),
            draw.choice(("pledged", "sent", "sent")),
            (date(2026, 11, 26) - timedelta(draw.randrange(200))).isoformat(),
        )


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Return the milliseconds that `work` takes, the median of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


class Clock:
    """A clock that goes on by what it is told to, at every look."""

    def __init__(self) -> None:
        self.now, self.step = 1_800_000_000.0, 0.0

    def __call__(self) -> float:
        """Return the time."""
        self.now += self.step
        return self.now


async def sums(path: Path, letters: int) -> None:
    """Print what the numbers cost."""
    clock = Clock()
    store = await Store.open(path, KEY, clock)
    with sqlite3.connect(path) as database:
        database.executemany(FILL, rows(letters))
    database.close()

    async def by_hand() -> None:
        database = sqlite3.connect(path)
        database.execute("SELECT campaign, count(*) FROM pledge GROUP BY campaign").fetchall()
        database.close()

    print(f"{letters:,} letters               milliseconds   of sqlite3")
    await store.published()
    base = await timed(by_hand)
    _line("sqlite3, one count", base, base)
    _line("/stats for everybody", await timed(store.published), base)
    clock.step = COUNTED_FOR
    _line("the same, once a minute", await timed(store.published), base)
    _line("/stats in full", await timed(store.counted), base)
    await others_wait(store)
    await store.close()


async def others_wait(store: Store) -> None:
    """Print how long others wait while all is counted."""

    async def nothing() -> None:
        await asyncio.sleep(2)

    async def on_the_loop() -> None:
        counted(store.path, KEY)

    works: dict[str, Callable[[], Awaitable[object]]] = {
        "nothing is counted": nothing,
        "/stats, once a minute": store.published,
        "/stats in full": store.counted,
        "counted on the loop": on_the_loop,
    }
    print("\n                                 the clock is late          a writing takes")
    print("in milliseconds               95 of 100   latest       95 of 100  longest")
    for name, work in works.items():
        written: list[float] = []
        over = asyncio.Event()
        writing = asyncio.create_task(_write(store, written, over))
        await asyncio.sleep(0.1)
        late = await ticks(work)
        over.set()
        await writing
        print(f"{name:26}{_most(late)}     {_most(sorted(written))}")


def _most(times: list[float]) -> str:
    return f"{times[int(len(times) * 0.95)]:12.1f}{times[-1]:9.1f}"


async def _write(store: Store, taken: list[float], over: asyncio.Event) -> None:
    while not over.is_set():
        begun = time.perf_counter()
        await asyncio.sleep(PAUSE)
        async with store.work() as work:
            await work.set_fact("benchmark", "written")
        taken.append((time.perf_counter() - begun - PAUSE) * 1000)


def _line(name: str, taken: float, base: float) -> None:
    print(f"{name:28}{taken:15.2f}{taken / base:13.2f}")


async def ticks(meanwhile: Callable[[], Awaitable[object]]) -> list[float]:
    """Return how many milliseconds late a clock on the loop is each time, as long as `meanwhile` takes, in order."""
    late: list[float] = []
    task = asyncio.ensure_future(meanwhile())
    while not task.done():
        begun = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append((time.perf_counter() - begun - 0.001) * 1000)
    await task
    return sorted(late)


async def waits() -> None:
    """Print how long others wait while pictures are drawn."""

    async def nothing() -> None:
        await asyncio.sleep(1)

    async def beside() -> None:
        for _ in range(PICTURES):
            await made(Document("a.png", CHART))

    async def on_the_loop() -> None:
        for _ in range(PICTURES):
            picture(CHART)
            await asyncio.sleep(0)

    begun = time.perf_counter()
    await made(Document("a.png", CHART))
    print(f"\nthe first picture, with what draws it: {time.perf_counter() - begun:.2f} s;", end=" ")
    print(f"each further one: {await timed(beside) / PICTURES:.0f} ms\n")
    print("late, in milliseconds         median   95 of 100   latest")
    works = {"nothing is drawn": nothing, "drawn beside the loop": beside, "drawn on the loop": on_the_loop}
    for name, work in works.items():
        late = await ticks(work)
        print(f"{name:26}{statistics.median(late):10.1f}{_most(late)}")


async def main() -> None:
    """Measure both."""
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS
    others = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        await sums(Path(folder) / "data" / "solidarity.db", letters)
    await waits()
    about = f"Python {platform.python_version()}, {platform.system()}; {os.cpu_count()} cores"
    print(f"\nmedians of {ROUNDS} rounds; {about}, on which {others:.1f} other programs ran when it began")


if __name__ == "__main__":
    asyncio.run(main())
