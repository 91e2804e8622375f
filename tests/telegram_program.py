"""The real `run` as a process of its own, beside the Bot API of this machine: started, killed, asked to end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, Self

from tests.botapi import BotApi
from tests.telegram_forks import Fork, Forks
from tests.terminal import PATIENCE, surroundings

Way = Literal["polling", "webhook"]
WAYS: tuple[Way, ...] = ("polling", "webhook")
"""How updates come to the bot."""

UNKNOWN_FATE = "is not known"
"""What the log says of a message that may have arrived or not."""
WRONG = ("Traceback", "never retrieved", "had no effect")
"""What the log says only if something went wrong in the bot itself."""


class Program:
    """`python -m bot run` with its data in a folder; a context that leaves no process behind."""

    def __init__(
        self, server: BotApi, folder: Path, way: Way = "polling", *, forked: bool = False, **settings: str
    ) -> None:
        """Prepare to start it at `server`, with `settings` such as LOG__LEVEL; a `forked` one starts quickly."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.way = way
        self._server = server
        self._receives = "getUpdates" if way == "polling" else "setWebhook"
        self._settings = {
            "TELEGRAM__TOKEN": server.token,
            "TELEGRAM__BASE_URL": f"{server.url}/bot",
            "TELEGRAM__BASE_FILE_URL": f"{server.url}/file/bot",
            "LIMITS__AT_ONCE": "0",
            **(_webhook() if way == "webhook" else {}),
            **settings,
        }
        self._forks = Forks() if forked else None
        self._process: asyncio.subprocess.Process | Fork | None = None
        self._received = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.kill()
        if self._forks is not None:
            await self._forks.close()

    async def start(self, *, works: bool = True) -> None:
        """Start it, and wait until it `works`: updates come in."""
        self._received = self._server.calls.count(self._receives)
        environment = surroundings(self.folder, **self._settings)
        if self._forks is not None:
            self._process = await self._forks.start(environment, self.folder)
        else:
            self._process = await _started(environment, self.folder)
        if works:
            await self.works()

    async def works(self) -> None:
        """Wait until updates come in."""
        await self._server.calls.wait_for(self._receives, self._received + 1, within=PATIENCE)

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def kill(self) -> None:
        """Kill it at once, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    def signal(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> tuple[int, float]:
        """Wait for its end, and return its exit status and the seconds that took."""
        assert self._process is not None
        began = time.perf_counter()
        status = await asyncio.wait_for(self._process.wait(), PATIENCE)
        return status, time.perf_counter() - began

    async def end(self) -> tuple[int, float]:
        """Ask it to end, and return its exit status and the seconds that took."""
        self.signal()
        return await self.ended()

    @property
    def complaints(self) -> str:
        """Everything it has written to standard error, in all its lives."""
        return (self.folder / "stderr.txt").read_text(encoding="utf-8", errors="replace")

    @property
    def database(self) -> Path:
        """The file with everything it remembers."""
        return self.folder / "solidarity.db"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what its database says just now."""
        address = f"file:{self.database}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as database:
            return database.execute(sql).fetchall()

    def effects(self) -> tuple[Sequence[tuple[Any, ...]], int, int]:
        """Return what updates have changed: the records; how many had an effect; how many answers were ever queued."""
        records = [
            *self.rows(PLEDGES),
            *self.rows("SELECT key, frames FROM conversation ORDER BY key"),
            *self.rows("SELECT owner, language FROM person ORDER BY owner"),
        ]
        [(seen,)] = self.rows("SELECT count(*) FROM seen")
        return records, seen, self.queued()

    def queued(self) -> int:
        """Return how many messages were recorded to be sent since the database was made: none is counted twice."""
        return sum(row[0] for row in self.rows("SELECT seq FROM sqlite_sequence WHERE name = 'delivery'"))

    def sound(self) -> bool:
        """Return whether the database is undamaged."""
        return self.rows("PRAGMA integrity_check") == [("ok",)] and not self.rows("PRAGMA foreign_key_check")


async def _started(environment: Mapping[str, str], folder: Path) -> asyncio.subprocess.Process:
    with (folder / "stderr.txt").open("ab") as stderr:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            env=environment,
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
        )


PLEDGES = """
    SELECT name, campaign, kind, sender, country, status, organisation, consent,
        (SELECT group_concat(way) FROM
            (SELECT recipient || '.' || channel AS way FROM pledge_way WHERE pledge = pledge.id ORDER BY way))
    FROM pledge ORDER BY name, pledge.id
"""
"""Each pledge with its ways; its day is left out, for midnight may come."""


def wrong(complaints: str) -> list[str]:
    """Return the lines of a log that speak of a fault in the bot itself."""
    return [line for line in complaints.splitlines() if any(word in line for word in WRONG)]


Scenario = Callable[[BotApi, Program], Awaitable[None]]
"""What happens to a bot that is not started yet."""


async def each_way(
    scenario: Scenario, folder: Path, *excused: str, forked: bool = False, **settings: str
) -> None:
    """Let the same happen to a bot that polls and to one with a webhook, at the same time.

    Neither may have asked anything that a careful bot would not.
    """

    async def one(way: Way) -> None:
        try:
            async with (
                BotApi() as server,
                Program(server, folder / way, way, forked=forked, **settings) as program,
            ):
                await scenario(server, program)
                assert not (found := careless(server, *excused)), found
        except BaseException as error:
            error.add_note(f"with {way}")
            raise

    async with asyncio.TaskGroup() as group:
        for way in WAYS:
            group.create_task(one(way))


def careless(server: BotApi, *excused: str) -> list[str]:
    """Return what a careful bot would not have asked for, but for what cannot be helped, for two reasons.

    A bot that was killed does again what it may have done already, and what is answered late is too old.
    """
    inevitable = ("message is not modified", "query is too old", *excused)
    return [one for one in server.violations if not any(words in one for words in inevitable)]


def webhook() -> tuple[str, str, int]:
    """Return the address, host and port of a webhook on this machine, where nobody listens yet."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    return f"http://127.0.0.1:{port}/telegram-{os.getpid()}", "127.0.0.1", port


def _webhook() -> dict[str, str]:
    url, host, port = webhook()
    return {"TELEGRAM__WEBHOOK_URL": url, "TELEGRAM__WEBHOOK_HOST": host, "TELEGRAM__WEBHOOK_PORT": str(port)}
