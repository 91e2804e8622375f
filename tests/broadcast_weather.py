"""A broadcast on Telegram in a storm, and one at the platform's limits while people write."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.botapi import BotApi, Delay, Drop, Hang, ServerError, TooMany
from tests.botapi.calls import Call
from tests.botapi.people import User

SENDING = "sendMessage"
NOTES = "departures.txt"
"""Where a program that has loaded `tests.departing` notes when messages leave it."""


class Departures:
    """When messages came to Telegram, as its server saw it."""

    def __init__(self, server: BotApi) -> None:
        """Note every message from now on."""
        self.times: list[tuple[float, int]] = []
        server.fails(Delay(0), SENDING, times=None, when=self._noted)

    def _noted(self, call: Call) -> bool:
        self.times.append((time.perf_counter(), call.chat_id or 0))
        return False

    def of(self, chat: int) -> list[float]:
        """Return when messages came for a chat."""
        return [at for at, to in self.times if to == chat]

    def most_within(self, seconds: float, chat: int | None = None) -> int:
        """Return the largest number of messages that came within so many seconds, to one chat if it is named."""
        return most_within([at for at, to in self.times if chat in (None, to)], seconds)


def departed(folder: Path) -> list[float]:
    """Return when messages have left the program that works in `folder`, by its own notes."""
    return [float(line) for line in (folder / NOTES).read_text("ascii").split()]


def most_within(times: Sequence[float], seconds: float) -> int:
    """Return the largest number of moments that lie within so many seconds."""
    first, most = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass
class Storm:
    """Telegram refuses, fails, hangs and breaks off; it looks after what it said of when to come again."""

    server: BotApi
    dice: random.Random
    spared: int
    """The author's chat, where the weather is fine."""
    hangs: float = 0.1
    struck: dict[str, int] = field(default_factory=dict)
    early: list[float] = field(default_factory=list)
    """Seconds by which messages came before they were asked for."""
    _until: dict[int, float] = field(default_factory=dict)
    _draw: float = 1.0

    def begins(self) -> None:
        """Let it break loose."""
        self.server.fails(Delay(0), SENDING, times=None, when=self._drawn)
        begin = 0.0
        for name, share, fault in (
            ("429", 0.3, TooMany(1)),
            ("502", 0.1, ServerError(502)),
            ("502 after it was done", 0.1, ServerError(502, done=True)),
            ("hangs", self.hangs / 2, Hang()),
            ("hangs after it was done", self.hangs / 2, Hang(done=True)),
            ("reset", 0.05, Drop()),
            ("reset after it was done", 0.05, Drop(done=True)),
        ):
            self._may_strike(name, begin, begin + share, fault)
            begin += share

    def _may_strike(
        self, name: str, begin: float, end: float, fault: TooMany | ServerError | Hang | Drop
    ) -> None:
        def strikes(call: Call) -> bool:
            if not begin <= self._draw < end:
                return False
            self.struck[name] = self.struck.get(name, 0) + 1
            if isinstance(fault, TooMany):
                self._until[call.chat_id or 0] = time.perf_counter() + fault.retry_after
            return True

        self.server.fails(fault, SENDING, times=None, when=strikes)

    def _drawn(self, call: Call) -> bool:
        """Decide what becomes of a call, and see that it does not come too early."""
        self._draw = 1.0 if call.chat_id == self.spared else self.dice.random()
        until = self._until.pop(call.chat_id or 0, 0.0)
        if until > time.perf_counter():
            self.early.append(until - time.perf_counter())
        return False


async def chatter(
    people: Sequence[User], dice: random.Random, pause: float, ends: asyncio.Event
) -> list[float]:
    """Let people write now and then until the end, and return how many seconds each waited for an answer."""

    async def one(user: User) -> list[float]:
        waits = []
        while not ends.is_set():
            await asyncio.sleep(dice.uniform(0, 2 * pause))
            before, asked = user.private.bot_count, time.perf_counter()
            user.says("/privacy")
            while user.private.bot_count == before:
                await asyncio.sleep(0.005)
                assert time.perf_counter() - asked < 30, "an answer does not come"
            waits.append(time.perf_counter() - asked)
        return waits

    return [wait for waits in await asyncio.gather(*map(one, people)) for wait in waits]


def never_paid(server: BotApi) -> bool:
    """Return whether no message was sent as a paid broadcast."""
    return not any(call["allow_paid_broadcast"] for call in server.calls.of(SENDING))
