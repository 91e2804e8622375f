"""Telegram brings the updates to the bot: one after the other for each chat, again and again until they are taken."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from tests.botapi.calls import Call, Json
from tests.botapi.updates import Pending, Updates

HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
PATIENCE = aiohttp.ClientTimeout(total=30)


@dataclass(slots=True, eq=False)
class Webhook:
    """Where updates are brought to."""

    url: str
    secret: str
    max_connections: int
    updates: Updates
    perform: Callable[[Call], Awaitable[object]]
    """Carries out what the bot asks for in its answer to an update."""
    clock: Callable[[], float]
    last_error: Json = field(default_factory=dict)
    _lanes: dict[int, deque[tuple[int, Pending]]] = field(default_factory=lambda: defaultdict(deque))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _slots: asyncio.Semaphore = field(init=False)
    _session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Bring what waits already, and whatever comes."""
        self._slots = asyncio.Semaphore(self.max_connections)
        self._session = aiohttp.ClientSession(timeout=PATIENCE)
        self.updates.arrived = self._arrived
        for key, pending in self.updates.items():
            self._arrived(key, pending)

    async def stop(self) -> None:
        """Bring nothing more; what was not taken goes on waiting."""
        self.updates.arrived = lambda key, pending: None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _arrived(self, key: int, pending: Pending) -> None:
        lane = self._lanes[pending.lane]
        lane.append((key, pending))
        if len(lane) == 1:
            task = asyncio.get_running_loop().create_task(self._empty(pending.lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _empty(self, number: int) -> None:
        """Bring all of one lane, in order."""
        lane = self._lanes[number]
        pause = FIRST_PAUSE
        while lane:
            key, pending = lane[0]
            async with self._slots:
                taken = await self._bring(pending)
            if taken:
                pause = FIRST_PAUSE
                lane.popleft()
                self.updates.done(key)
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _bring(self, pending: Pending) -> bool:
        """Bring one update; return whether the bot has taken it."""
        assert self._session is not None
        headers = {"Content-Type": "application/json"} | ({HEADER: self.secret} if self.secret else {})
        body = pending.body.encode()
        try:
            async with self._session.post(
                self.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                said = await answer.read()
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as broken:
            return self._failed(f"Connection failed: {type(broken).__name__}")
        if not 200 <= answer.status <= 299:
            return self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
        await self._obey(said)
        return True

    def _failed(self, why: str) -> bool:
        self.last_error = {"last_error_date": int(self.clock()), "last_error_message": why}
        return False

    async def _obey(self, said: bytes) -> None:
        """Carry out the call that the bot may have put into its answer."""
        try:
            asked = json.loads(said or b"{}")
        except ValueError:
            return
        if isinstance(asked, dict) and isinstance(asked.get("method"), str):
            await self.perform(Call(asked.pop("method"), asked))
