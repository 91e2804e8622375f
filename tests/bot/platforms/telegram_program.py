"""`solidarity-bot run` as a process of its own, started from one that has loaded already what it needs."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot import cli
from bot.platforms import telegram_service
from tests.botapi import BotApi
from tests.terminal import surroundings

PATIENCE = 60.0
"""Seconds after which a program that is slow is a program that hangs."""
LOADED = [__name__, telegram_service.__name__, "alembic.command", "tests.terminal"]

_numbers = count(1)


@dataclass
class Program:
    """A running `run`, and the file to which its standard error goes."""

    process: ForkServerProcess
    file: Path

    @property
    def said(self) -> str:
        """What it has said on standard error."""
        return self.file.read_text("utf-8")

    async def says(self, words: str) -> None:
        """Wait until `words` are said."""
        for _ in range(int(PATIENCE / 0.02)):
            if words in self.said:
                return
            assert self.process.exitcode is None, self.said
            await asyncio.sleep(0.02)
        raise AssertionError(f"not {words!r}, but: {self.said}")

    async def ends(self, within: float = PATIENCE) -> int:
        """Wait for the end, and return the exit status; minus a signal's number if that killed it."""
        await asyncio.to_thread(self.process.join, within)
        assert self.process.exitcode is not None, f"does not end: {self.said}"
        return self.process.exitcode

    async def stops(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop, and return the exit status; it has ten seconds."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)
        return await self.ends(10)


def variables(server: BotApi, **more: str) -> dict[str, str]:
    """Return the settings that lead to `server`, without those that are empty."""
    places = {
        "BASE_URL": f"{server.url}/bot",
        "BASE_FILE_URL": f"{server.url}/file/bot",
        "TOKEN": server.token,
    }
    return {f"TELEGRAM__{name}": value for name, value in {**places, **more}.items() if value}


@asynccontextmanager
async def program(folder: Path, **settings: str) -> AsyncIterator[Program]:
    """Enter the program with its data in `folder`; what still runs at the end is killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    folder.mkdir(exist_ok=True)
    file = folder.with_name(f"{folder.name}-stderr-{next(_numbers)}")
    file.touch()
    process = context.Process(target=_become, args=(surroundings(folder, **settings), file))
    await asyncio.to_thread(process.start)
    try:
        yield Program(process, file)
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


def _become(environment: dict[str, str], file: Path) -> None:
    """Be the program from here on."""
    for place, path in ((0, os.devnull), (1, os.devnull), (2, file)):
        opened = os.open(path, os.O_RDWR | os.O_APPEND)
        os.dup2(opened, place)
        os.close(opened)
    sys.stdin, sys.stderr = os.fdopen(0), os.fdopen(2, "w", 1)
    os.environ.clear()
    os.environ.update(environment)
    cli.main(["run"])
