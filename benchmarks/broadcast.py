"""Messages per second of a broadcast on Telegram, the end of each on the disk, beside bare loops of the library.

This bot runs as `python -m bot run` without limits, in a process of its own on one core, against a Bot API in this
process that does next to nothing; it is timed from the first message to the last one's record on the disk
(synchronous=FULL). Beside it, each round: a bare loop over python-telegram-bot's default client, one message after the
other, and the same with 64 at once; they record nothing. All take turns, so that a change in the machine's speed meets
all; figures are medians, and the ratio is to the bare loop of the same round. Takes about two minutes.

    python benchmarks/broadcast.py [ROUNDS] [PEOPLE]
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.telegram_bots.bot_api import BotApi, Mailbox
from benchmarks.telegram_bots.programs import ROOT, surroundings
from bot.broadcasts import Content, NewBroadcast, Scope
from bot.events import Chat, Person
from bot.store.store import Store
from tests.bot.store.followers import follow
from tests.bot.store.people import NOW

TOKEN = "1001:" + "A" * 35
WORDS = "They were <b>reinstated</b> this morning, all forty of them. Thank you: your letters did that."
AT_ONCE = 64


class Heard:
    """When messages have come."""

    def __init__(self, api: BotApi) -> None:
        self.times: list[float] = []
        self.all = asyncio.Event()
        self.wanted = 0
        api.mailboxes[TOKEN.encode()] = Mailbox(self._heard)

    def _heard(self, chat: int, text: bytes) -> None:
        self.times.append(time.perf_counter())
        if len(self.times) == self.wanted:
            self.all.set()

    def begin(self, wanted: int) -> None:
        """Count anew."""
        self.times, self.wanted = [], wanted
        self.all.clear()


async def ours(heard: Heard, port: int, people: int) -> float:
    """Return the messages per second of a broadcast by this bot."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        await prepared(data, people)
        heard.begin(people)
        async with running(name, port):
            await asyncio.wait_for(heard.all.wait(), 120)
            ended = await recorded(data / "solidarity.db", people)
        return people / (ended - heard.times[0])


async def prepared(data: Path, people: int) -> None:
    """Let so many people follow, and a broadcast to them begin."""
    store = await Store.open(data / "solidarity.db")
    try:
        await follow(store, *(str(10_000 + n) for n in range(people)), platform="telegram")
        new = NewBroadcast(Scope("iran"), Content({"en": WORDS}, "en"), NOW, Chat("terminal", ""))
        async with store.work() as work:
            await work.start_broadcast(Person("terminal", "benchmark"), new)
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def running(folder: str, port: int) -> AsyncIterator[None]:
    """Enter the bot at work, on one core."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=ROOT,
        env=os.environ | surroundings(port, TOKEN, Path(folder)) | {"SOLIDARITY_LIMITS__PER_SECOND": "0"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def recorded(database: Path, people: int) -> float:
    """Return when all were recorded as sent."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        while True:
            found = opened.execute("SELECT sum(people) FROM broadcast_fate WHERE state = 'sent'").fetchone()
            if found[0] == people:
                return time.perf_counter()
            await asyncio.sleep(0.002)


async def bare(heard: Heard, port: int, people: int, at_once: int) -> float:
    """Return the messages per second of the library's default client, in a process of its own."""
    heard.begin(people)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.telegram_bots.loop_on_ptb"),
        *(f"http://127.0.0.1:{port}/bot", TOKEN, WORDS, str(people), str(at_once)),
        cwd=ROOT,
    )
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
    await process.wait()
    return people / (heard.times[-1] - heard.times[0])


async def measure(rounds: int, people: int) -> None:
    """Let all take turns, and print the figures."""
    api = BotApi()
    server, port = await api.serve()
    heard = Heard(api)
    figures: dict[str, list[float]] = {}
    async with server:
        for _ in range(rounds):
            for label, figure in (
                (
                    "python-telegram-bot's default client, a bare loop",
                    await bare(heard, port, people // 4, 1),
                ),
                (f"  {AT_ONCE} at once", await bare(heard, port, people // 4, AT_ONCE)),
                ("this bot, each message's end on the disk", await ours(heard, port, people)),
            ):
                figures.setdefault(label, []).append(figure)
    first, *_ = figures.values()
    print(f"{'messages sent per second':55}{'median':>10}{'of the loop':>13}{'least':>9}{'most':>9}")
    for label, several in figures.items():
        of = statistics.median(one / other for one, other in zip(several, first, strict=True))
        print(
            f"{label:55}{statistics.median(several):>8,.0f}/s{of:>13.2f}{min(several):>7,.0f}/s{max(several):>7,.0f}/s"
        )


def main() -> None:
    """Measure, with as many rounds and people as wanted."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    asyncio.run(measure(rounds, people))


if __name__ == "__main__":
    main()
