"""The real `run` as a process of its own: started, killed, asked to end, and what it has recorded."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from bot.store.sealing import Seal
from tests.forks import Fork, Forks
from tests.terminal import PATIENCE, surroundings

WRONG = ("Traceback", "never retrieved", "had no effect")
"""What the log says only if something went wrong in the bot itself."""


class Program:
    """`python -m bot run` with its data in a folder; a context that leaves no process behind."""

    def __init__(self, folder: Path, settings: Mapping[str, str], forks: Forks | None = None) -> None:
        """Prepare to start it with `settings` such as LOG__LEVEL; with `forks` it starts quickly."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._settings = settings
        self._forks = forks
        self._process: asyncio.subprocess.Process | Fork | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.kill()
        if self._forks is not None:
            await self._forks.close()

    async def start(self, *, works: bool = True) -> None:
        """Start it, and wait until it `works`."""
        environment = surroundings(self.folder, **self._settings)
        if self._forks is not None:
            self._process = await self._forks.start(environment, self.folder)
        else:
            self._process = await _started(environment, self.folder)
        if works:
            await self.works()

    async def works(self) -> None:
        """Wait until it hears what is said to it."""
        raise NotImplementedError

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
        file = self.folder / "stderr.txt"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    @property
    def database(self) -> Path:
        """The file with everything it remembers."""
        return self.folder / "solidarity.db"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what its database says just now."""
        return rows_of(self.database, sql)

    def effects(self) -> tuple[Sequence[tuple[Any, ...]], int, int]:
        """Return what updates have changed: the records; how many had an effect; how many answers were ever queued."""
        records = [
            *self.rows(PLEDGES),
            *self.rows("SELECT key, opened('conversation.frames', frames) FROM conversation ORDER BY key"),
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


def rows_of(database: Path, sql: str, key: str | None = None) -> list[tuple[Any, ...]]:
    """Return what a bot's database says just now; without a `key` the file beside it, if there is one, opens it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=PATIENCE)) as opened:
        if key is None and (file := database.with_name("owner.key")).exists():
            key = file.read_text("ascii").strip()
        if key is not None:
            Seal(key).lend(opened)
        return opened.execute(sql).fetchall()


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
    SELECT opened('pledge.name', name) AS name, campaign, kind, sender, country, status,
        opened('pledge.organisation', organisation) AS organisation, consent,
        (SELECT group_concat(way) FROM
            (SELECT recipient || '.' || channel AS way FROM pledge_way WHERE pledge = pledge.id ORDER BY way))
    FROM pledge ORDER BY 1, pledge.id
"""
"""Each pledge with its ways; its day is left out, for midnight may come."""


def wrong(complaints: str) -> list[str]:
    """Return the lines of a log that speak of a fault in the bot itself."""
    return [line for line in complaints.splitlines() if any(word in line for word in WRONG)]
