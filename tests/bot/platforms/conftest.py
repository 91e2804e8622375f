"""A small program with a console, for the tests that need one on its own."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

PROGRAM = """\
import asyncio, os, sys
from datetime import UTC, datetime
from html import escape
from bot.events import Message, ShownButton
from bot.platforms.console import Console, terminal

async def main():
    ends = terminal(sys.stdin, sys.stdout, os.environ)
    commands = {"letter": "Write a letter", "late": "Hear of me later"}
    console = Console(ends, lambda: datetime.now(UTC), commands, lambda phrase: phrase.text)
    tasks = []

    async def later():
        await asyncio.sleep(0.3)
        await console.send(None, Message("Late news."), 2)

    async def handle(event):
        if event.command == "late":
            tasks.append(asyncio.create_task(later()))
        loaded = {"rich", "prompt_toolkit"} & set(sys.modules)
        heard = f"{event.command} {event.text!r} {event.person.language} {sorted(loaded)}"
        await console.send(event.chat, Message(f"Heard: {escape(heard)}"), 1)

    await console.run(handle)

asyncio.run(main())
"""


@pytest.fixture
def program() -> str:
    """The program: it answers everything with what it heard and which of the heavier libraries it has loaded."""
    return PROGRAM


@pytest.fixture
def surroundings() -> Mapping[str, str]:
    """The surroundings of somebody with a Russian system."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "PYTHONUTF8": "1",
        "TERM": "xterm",
        "LANG": "ru_RU.UTF-8",
        "PROMPT_TOOLKIT_NO_CPR": "1",
    }
