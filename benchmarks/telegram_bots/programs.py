"""The bots that are measured, each in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.conversation import ANSWERS
from benchmarks.telegram_bots.people import Crowd

ROOT = Path(__file__).parents[2]
STARTING = 30.0
"""Seconds in which a bot must ask for updates."""
WORDS = tuple(answer.removeprefix("/") for answer in ANSWERS)
"""What is said to an echo: the same without the command, which an echo does not answer."""


@dataclass(frozen=True, slots=True)
class Program:
    """A bot: how the table calls it, how it is started, and what is said to it."""

    label: str
    module: str
    options: tuple[str, ...]
    script: tuple[str, ...] = ANSWERS
    ending: str = ""
    """What its last answer must contain, if the answers are to be checked."""


SOCKETS = Program(
    "ready bytes on bare sockets (the ceiling)", "benchmarks.telegram_bots.on_sockets", ("echo",)
)
ECHO = Program(
    "python-telegram-bot, echo", "benchmarks.telegram_bots.on_ptb", ("echo",), WORDS, ending=WORDS[-1]
)
AIOGRAM = Program(
    "aiogram, conversation in memory",
    "benchmarks.telegram_bots.on_aiogram",
    ("conversation",),
    ending="Question 13",
)
OURS = Program("this bot, /letter on disk, synchronous=FULL", "bot", ("run",), ending="Recorded")


def on_ptb(label: str, talk: str, *options: str) -> Program:
    """Return a variant of the stock bot."""
    script, ending = (WORDS, WORDS[-1]) if talk == "echo" else (ANSWERS, "Question 13")
    return Program(label, ECHO.module, (talk, *options), script, ending)


PROGRAMS = (
    SOCKETS,
    ECHO,
    on_ptb("  64 updates at once", "echo", "--at-once=64"),
    on_ptb("  on aiohttp", "echo", "--aiohttp"),
    on_ptb("  on aiohttp, 64 updates at once", "echo", "--aiohttp", "--at-once=64"),
    on_ptb("python-telegram-bot, conversation in memory", "conversation"),
    on_ptb("  on aiohttp", "conversation", "--aiohttp"),
    AIOGRAM,
    OURS,
)


@contextlib.asynccontextmanager
async def running(program: Program, port: int, token: str, crowd: Crowd) -> AsyncIterator[int]:
    """Enter the program at work, and return its process' number."""
    with tempfile.TemporaryDirectory() as name:
        errors = Path(name) / "errors"
        with errors.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *command(program, port, token),
                cwd=ROOT,
                env=os.environ | surroundings(port, token, Path(name)),
                stdout=file,
                stderr=file,
            )
        try:
            await started(program, process, crowd, errors)
            yield process.pid
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def command(program: Program, port: int, token: str) -> tuple[str, ...]:
    """Return how the program is called."""
    where = () if program is OURS else (f"http://127.0.0.1:{port}", token)
    return (sys.executable, "-m", program.module, *where, *program.options)


def surroundings(port: int, token: str, folder: Path) -> dict[str, str]:
    """Return the settings of this bot; to the others they mean nothing."""
    return {
        "SOLIDARITY_DATA_DIR": str(folder / "data"),
        "SOLIDARITY_LIMITS__AT_ONCE": "0",  # the people here never pause
        "SOLIDARITY_TELEGRAM__TOKEN": token,
        "SOLIDARITY_TELEGRAM__BASE_URL": f"http://127.0.0.1:{port}/bot",
        "SOLIDARITY_TELEGRAM__BASE_FILE_URL": f"http://127.0.0.1:{port}/file/bot",
    }


async def started(program: Program, process: asyncio.subprocess.Process, crowd: Crowd, errors: Path) -> None:
    """Wait until the bot asks for updates."""
    for _ in range(int(STARTING * 20)):
        if crowd.mailbox.polls:
            return
        if process.returncode is not None:
            break
        await asyncio.sleep(0.05)
    raise RuntimeError(f"{program.label.strip()} does not start: {errors.read_text()[-1500:]}")


async def exists(program: Program) -> bool:
    """Return whether this checkout has the program."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", program.module, *program.options, "--help"),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait() == 0
