"""Answers under way on Matrix: many at a time, but neither all too many nor too many to one chat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.events import Chat
from bot.platforms.base import UndeliveredError

log = logging.getLogger(__name__)

MOST_ANSWERS = 1000
"""Answers under way, beyond which nothing more is asked for."""
MOST_IN_CHAT = 10
"""Answers to one chat and its threads, beyond which what is said there waits: who wrote much is heard to the end."""


class Answers:
    """All answers under way, each with the chat that it goes to."""

    def __init__(self) -> None:
        self.under_way: dict[asyncio.Task[None], Chat] = {}

    async def start(self, chat: Chat, answer: Callable[[], Awaitable[None]]) -> None:
        """Let `answer` go out to `chat`, and wait while too many are on their way there."""
        task = asyncio.create_task(quiet(answer))
        self.under_way[task] = chat.whole
        task.add_done_callback(self.under_way.pop)
        while len(there := [t for t, c in self.under_way.items() if c == chat.whole]) >= MOST_IN_CHAT:
            await asyncio.wait(there, return_when=asyncio.FIRST_COMPLETED)

    async def catch_up(self) -> None:
        """Wait while too many are under way."""
        while len(self.under_way) >= MOST_ANSWERS:
            await asyncio.wait(self.under_way, return_when=asyncio.FIRST_COMPLETED)

    async def finish(self, seconds: float) -> None:
        """Wait for those under way, at most so long."""
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=seconds)
        for task in list(self.under_way):
            task.cancel()


async def quiet(work: Callable[[], Awaitable[None]]) -> None:
    """Do `work`; what others sent must not stand in the log."""
    try:
        await work()
    except UndeliveredError:
        pass
    except Exception as error:
        log.error("an answer could not be finished: %s", type(error).__name__)
