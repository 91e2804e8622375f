"""Long polling: updates are asked for, recorded, and only then confirmed by asking for the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.platforms.base import PlatformError, Take
from bot.platforms.telegram import Telegram
from bot.platforms.telegram_calls import Calls, seconds
from bot.platforms.telegram_updates import WANTED, lane
from bot.waiting import unless

log = logging.getLogger(__name__)

PATIENCE = 50
"""Seconds for which Telegram holds a question for updates while there are none."""
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds after a failure; each time twice as long."""
LAST_UPDATES = 1.5
"""Seconds in which updates under way may still be recorded at the end; Telegram brings the rest again."""
REVOKED = "telegram.token: Telegram no longer accepts this token; ask @BotFather for the present one"
_TAKEN = (
    "somebody else receives with this bot's token: a second bot, or a thief; "
    "stop the other one, or have @BotFather revoke the token"
)


class Polling:
    """Asks for updates until it is stopped."""

    def __init__(
        self, calls: Calls, telegram: Telegram, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._calls = calls
        self._telegram = telegram
        self._sleep = sleep
        self._offset: int | None = None
        self._pause = SHORTEST_PAUSE
        self._complaint = ""

    async def run(self, take: Take, stopping: asyncio.Event) -> None:
        """Receive until `stopping` is set; what has arrived by then is recorded. Raises PlatformError if in vain."""
        stopped = asyncio.create_task(stopping.wait())
        try:
            await unless(stopped, self._leave_webhook())
            while not stopping.is_set():
                found = await unless(stopped, self._ask())
                if found:
                    await unless(stopped, self._record(found, take), LAST_UPDATES)
        finally:
            stopped.cancel()

    async def _leave_webhook(self) -> None:
        """Let Telegram bring updates no longer: it refuses to be asked while it does."""
        with suppress(TelegramError):  # whatever is wrong, asking for updates will say it
            await self._calls.call("DeleteWebhook", {})

    async def _ask(self) -> list[Any]:
        """Return the next updates; after a failure none, and not before a while."""
        try:
            question = {"offset": self._offset, "timeout": PATIENCE, "allowed_updates": WANTED}
            found = await self._calls.call("GetUpdates", question, wait=PATIENCE + 10)
        except InvalidToken as error:
            raise PlatformError(REVOKED) from error
        except RetryAfter as error:
            await self._sleep(seconds(error))
        except Conflict as error:
            if "webhook" in error.message.casefold():  # ours, which could not be left yet, or somebody else's
                await self._leave_webhook()
            await self._complain(_TAKEN)
        except TelegramError as error:
            await self._complain(f"Telegram cannot be reached ({type(error).__name__}); trying again")
        else:
            if self._complaint:
                log.warning("Telegram: updates arrive again")
            self._pause, self._complaint = SHORTEST_PAUSE, ""
            return found if isinstance(found, list) else []
        return []

    async def _complain(self, complaint: str) -> None:
        """Say once what is wrong, and wait."""
        if complaint != self._complaint:
            log.error(complaint)
        self._complaint = complaint
        await self._sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    async def _record(self, updates: list[Any], take: Take) -> None:
        """Record `updates`, those of different chats at the same time, and confirm them."""
        lanes: dict[str, list[Any]] = {}
        for update in updates:
            lanes.setdefault(lane(update), []).append(update)
        records = [self._record_lane(one, take) for one in lanes.values()]
        await (asyncio.gather(*records) if len(records) > 1 else records[0])
        numbers = [u["update_id"] for u in updates if isinstance(u, dict) and type(u.get("update_id")) is int]
        if numbers:
            self._offset = max(numbers) + 1
        elif updates:  # nothing that could be confirmed: the same would come again at once
            await self._sleep(SHORTEST_PAUSE)
        await self._telegram.catch_up()

    async def _record_lane(self, updates: list[Any], take: Take) -> None:
        """Record `updates` in order: none overtakes one that cannot be recorded yet."""
        for update in updates:
            await self._telegram.take_until_recorded(update, take)
