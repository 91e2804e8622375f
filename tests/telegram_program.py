"""The real `run` as a process of its own, beside the Bot API of this machine: started, killed, asked to end."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from tests import program
from tests.botapi import BotApi
from tests.forks import Forks
from tests.terminal import PATIENCE

Way = Literal["polling", "webhook"]
WAYS: tuple[Way, ...] = ("polling", "webhook")
"""How updates come to the bot."""

UNKNOWN_FATE = "is not known"
"""What the log says of a message that may have arrived or not."""


class Program(program.Program):
    """`python -m bot run`, which serves Telegram alone."""

    def __init__(
        self,
        server: BotApi,
        folder: Path,
        way: Way = "polling",
        *,
        forked: bool | tuple[str, ...] = False,
        **settings: str,
    ) -> None:
        """Prepare to start it at `server`, with `settings` such as LOG__LEVEL; a `forked` one starts quickly.

        It may have modules of the tests loaded as well.
        """
        with_modules = forked if isinstance(forked, tuple) else ()
        self.way = way
        self._server = server
        self._receives = "getUpdates" if way == "polling" else "setWebhook"
        self._received = 0
        given = {
            "TELEGRAM__TOKEN": server.token,
            "TELEGRAM__BASE_URL": f"{server.url}/bot",
            "TELEGRAM__BASE_FILE_URL": f"{server.url}/file/bot",
            "LIMITS__AT_ONCE": "0",
            **(_webhook() if way == "webhook" else {}),
            **settings,
        }
        super().__init__(
            folder, given, Forks("bot.platforms.telegram_service", *with_modules) if forked else None
        )

    async def start(self, *, works: bool = True) -> None:
        """Start it, and wait until it `works`: updates come in."""
        self._received = self._server.calls.count(self._receives)
        await super().start(works=works)

    async def works(self) -> None:
        """Wait until updates come in."""
        await self._server.calls.wait_for(self._receives, self._received + 1, within=PATIENCE)


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
