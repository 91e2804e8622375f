"""The real `run` as a process of its own, logged in on the homeserver of this machine: started, killed, ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests import program
from tests.forks import Forks
from tests.homeserver import faults
from tests.homeserver.gate import Gate
from tests.homeserver.synapse import PASSWORD, Account, Synapse
from tests.terminal import PATIENCE, Ended, run

READY = "is at work."
"""What it says once it hears what is said to it."""


class Program(program.Program):
    """`python -m bot run`, which serves Matrix alone."""

    def __init__(self, account: Account, folder: Path, *, forked: bool = False, **settings: str) -> None:
        """Prepare to start it with the login in `folder`; a `forked` one starts quickly."""
        self.account = account
        self._before = 0
        forks = Forks("bot.platforms.matrix_account", "alembic.command") if forked else None
        super().__init__(folder, {"LIMITS__AT_ONCE": "0", **settings}, forks)

    async def start(self, *, works: bool = True) -> None:
        """Start it, and wait until it `works`: others can write to it."""
        self._before = self.complaints.count(READY)
        await super().start(works=works)

    async def works(self, within: float = PATIENCE) -> None:
        """Wait until others can write to it, at most so many seconds."""
        async with asyncio.timeout(within):
            while self.complaints.count(READY) == self._before:
                assert self.runs, self.complaints
                await asyncio.sleep(0.01)


async def logs_in(
    folder: Path, url: str, user: str, *typed: str, new: bool = False, **settings: str
) -> Ended:
    """Return what becomes of a login, to which a password may be typed."""
    words = ["matrix", "login", "--homeserver", url, "--user", user, *(["--new-identity"] if new else [])]
    return await asyncio.to_thread(run, folder, *typed, arguments=words, **settings)


async def ready(homeserver: Synapse, folder: Path, url: str = "") -> Account:
    """Return an account of the bot that is logged in with its data in `folder`, and finds the homeserver at `url`."""
    folder.mkdir(parents=True)
    account = await homeserver.register("Bot")
    done = await logs_in(folder, url or homeserver.url, account.user_id, PASSWORD)
    assert done.status == 0, done.complaint
    return account


@asynccontextmanager
async def behind_a_gate(
    homeserver: Synapse, folder: Path, *, forked: bool = False, **settings: str
) -> AsyncIterator[tuple[Gate, Program]]:
    """Enter a gate in front of `homeserver`, and a bot behind it that is logged in and not started yet."""
    async with Gate(homeserver.url) as gate:
        rule = gate.fails(faults.refusal(404, "M_NOT_FOUND"), "/.well-known/", times=None)  # no way around it
        account = await ready(homeserver, folder, gate.url)
        rule.cancel()
        async with Program(account, folder, forked=forked, **settings) as bot:
            yield gate, bot
