"""Telegram from the first call to the last: who we are there, and the way in which updates come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.platforms.base import PlatformError, Take
from bot.platforms.telegram import Telegram
from bot.platforms.telegram_calls import Calls, seconds
from bot.platforms.telegram_polling import Polling
from bot.platforms.telegram_profile import Profile, introduce
from bot.platforms.telegram_updates import Reader
from bot.platforms.telegram_webhook import Webhook

log = logging.getLogger(__name__)

UNKNOWN = "telegram.token: Telegram does not know this token; copy it again from @BotFather"
LONGEST_PAUSE = 30.0
"""Seconds between two tries to reach Telegram for the first time."""
LAST_ANSWERS = 4.0
"""Seconds in which answers under way may still be sent at the end."""


@dataclass(frozen=True, slots=True)
class Account:
    """A bot's account, where its server is, and how updates come: they are asked for if there is no `webhook_url`."""

    token: str = field(repr=False)
    base_url: str
    base_file_url: str
    webhook_url: str
    webhook_host: str
    webhook_port: int
    organisers: tuple[int, ...] = field(default=(), repr=False)
    """Whose private chats have a menu of their own."""


class Service:
    """Telegram at work: `open` it, `run` it, `close` it. PlatformError says in one line what is wrong."""

    def __init__(self, account: Account, calls: Calls, telegram: Telegram, username: str) -> None:
        self.telegram = telegram
        self.username = username
        self._account = account
        self._calls = calls
        self._asking = Calls(account.token, account.base_url, account.base_file_url)
        """On connections of its own, so that it need not wait for what is being sent."""

    @classmethod
    async def open(cls, account: Account, commands: Set[str], clock: Callable[[], datetime]) -> Service:
        """Return the service once Telegram has said who we are, however long it cannot be reached."""
        calls = Calls(account.token, account.base_url, account.base_file_url)
        try:
            me = await _myself(calls)
        except BaseException:
            await calls.close()
            raise
        reader = Reader(me["id"], me["username"], commands, clock)
        return cls(account, calls, Telegram(calls, reader, me["username"]), me["username"])

    async def run(self, take: Take, profiles: Mapping[str, Profile], stopping: asyncio.Event) -> None:
        """Receive and answer until `stopping` is set, and finish what has begun."""
        introducing = asyncio.create_task(introduce(self._calls, profiles, self._account.organisers))
        try:
            await self._way_in().run(take, stopping)
        finally:
            introducing.cancel()
            await asyncio.gather(introducing, return_exceptions=True)
            await self.telegram.finish(LAST_ANSWERS)

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()
        await self._asking.close()

    def _way_in(self) -> Polling | Webhook:
        account = self._account
        if account.webhook_url:
            place = (account.webhook_url, account.webhook_host, account.webhook_port)
            return Webhook(self._calls, self.telegram, account.token, *place)
        return Polling(self._asking, self.telegram)


async def _myself(calls: Calls) -> dict[str, Any]:
    """Return what Telegram says of us."""
    pause, complaint = 1.0, ""
    while True:
        try:
            me: dict[str, Any] = await calls.call("GetMe", {})
            return me
        except InvalidToken as error:
            raise PlatformError(UNKNOWN) from error
        except RetryAfter as error:
            pause = seconds(error)
        except TelegramError as error:
            if complaint != type(error).__name__:
                complaint = type(error).__name__
                log.error("Telegram cannot be reached (%s); trying until it can", complaint)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
