"""What the tests of a platform need: a small program with a console, and a bot on a server of Telegram's kind."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from bot.platforms import matrix_rooms
from tests.bot.platforms import matrix_bot
from tests.bot.platforms.telegram_bot import Running, bot_on
from tests.bot.platforms.telegram_care import careful
from tests.botapi import BotApi
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse
from tests.papers import printer

__all__ = ["printer"]

PROGRAM = """\
import asyncio, os, sys
from datetime import UTC, datetime
from html import escape
from bot.events import Document, Draft, Message, ShownButton
from bot.platforms.console import Console, terminal

async def main():
    ends = terminal(sys.stdin, sys.stdout, os.environ)
    commands = {"letter": "Write a letter", "late": "Hear of me later"}
    console = Console(ends, lambda: datetime.now(UTC), commands, lambda phrase, language: phrase.text)
    tasks = []

    async def later():
        await asyncio.sleep(0.3)
        await console.send(None, Message("Late news."), 2)

    async def handle(event):
        if event.command == "late":
            tasks.append(asyncio.create_task(later()))
        if event.command == "file":
            draft = Draft(("a@example.org",), (), "Subject", "I write to you.")
            await console.send(event.chat, Message("Here.", document=Document("letter.eml", draft)), 1)
            return
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


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    """A server that runs while the test does, and is treated with care."""
    async with careful() as running:
        yield running


@pytest.fixture
async def bot(server: BotApi, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work on that server."""
    async with bot_on(server, tmp_path, log={"level": "debug", "file": tmp_path / "log"}) as running:
        yield running


@pytest.fixture
async def people(homeserver: Synapse, tmp_path: Path) -> AsyncIterator[People]:
    """Everybody who comes to the homeserver while a test runs."""
    async with People(homeserver, tmp_path) as everybody:
        yield everybody


@pytest.fixture
async def account(homeserver: Synapse) -> Account:
    """The bot's account on the homeserver."""
    return await homeserver.register("Bot")


@pytest.fixture
async def gate(homeserver: Synapse) -> AsyncIterator[Gate]:
    """A gate between the bot and the homeserver."""
    async with Gate(homeserver.url) as running:
        yield running


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The bot's log at its most talkative, as the program keeps it; there is never a traceback in it."""
    file = tmp_path / "log"
    file.touch()
    yield file
    assert "Traceback" not in file.read_text("utf-8")


@pytest.fixture
async def running(
    homeserver: Synapse, account: Account, tmp_path: Path, gate: Gate, log: Path
) -> AsyncIterator[matrix_bot.Running]:
    """The bot at work behind the gate, on Matrix."""
    async with matrix_bot.bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log) as bot:
        yield bot


@pytest.fixture
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a room on Matrix looks often whether it is there."""
    monkeypatch.setattr(matrix_rooms, "A_MOMENT", 0.1)
