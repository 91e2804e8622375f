"""A webhook: Telegram brings each update, and is told that it has arrived once it is recorded."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.platforms.base import NotRecordedError, PlatformError, Take
from bot.platforms.telegram import Telegram
from bot.platforms.telegram_calls import Calls, seconds
from bot.platforms.telegram_polling import LAST_UPDATES, REVOKED
from bot.platforms.telegram_updates import WANTED

log = logging.getLogger(__name__)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1_000_000
"""Bytes of an update; Telegram's own stay far below."""
AT_ONCE = 100
"""Connections on which Telegram may bring updates."""


class Webhook:
    """Receives at `url`, on this machine's `host` and `port`; whatever stands in front of it speaks TLS."""

    def __init__(self, calls: Calls, telegram: Telegram, token: str, url: str, host: str, port: int) -> None:
        self._calls = calls
        self._telegram = telegram
        self._secret = hmac.digest(token.encode(), b"webhook", "sha256").hex()
        self._url = url
        self._host = host
        self._port = port

    async def run(self, take: Take, stopping: asyncio.Event) -> None:
        """Receive until `stopping` is set. Raises PlatformError if that is not possible."""
        runner = web.AppRunner(self._application(take), access_log=None, shutdown_timeout=LAST_UPDATES)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            await self._announce(stopping)
            await stopping.wait()
        except OSError as error:
            where = f"{self._host}:{self._port}"
            raise PlatformError(
                f"telegram.webhook_port: {where} cannot be used ({error.strerror})"
            ) from error
        finally:
            await runner.cleanup()

    def _application(self, take: Take) -> web.Application:
        async def receive(request: web.Request) -> web.Response:
            return await self._receive(request, take)

        async def healthy(request: web.Request) -> web.Response:
            return web.Response(text="ok\n")

        application = web.Application(client_max_size=LARGEST)
        application.router.add_post(urlsplit(self._url).path or "/", receive)
        application.router.add_get("/healthz", healthy)
        return application

    async def _receive(self, request: web.Request, take: Take) -> web.Response:
        """Answer 200 once the update is recorded, 503 if it is to come again."""
        secret = request.headers.get(HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(secret, self._secret.encode()):
            return web.Response(status=403)
        body = await request.read()
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            update = None  # set aside as malformed; to refuse it would only bring it again
        await self._telegram.catch_up()
        try:
            await self._telegram.take(update, take)
        except NotRecordedError:
            return web.Response(status=503)
        return web.Response()

    async def _announce(self, stopping: asyncio.Event) -> None:
        """Tell Telegram where to bring updates, as often as it takes."""
        wish = {
            "url": self._url,
            "secret_token": self._secret,
            "allowed_updates": WANTED,
            "max_connections": AT_ONCE,
        }
        pause = 1.0
        while not stopping.is_set():
            try:
                await self._calls.call("SetWebhook", wish)
                return
            except InvalidToken as error:
                raise PlatformError(REVOKED) from error
            except RetryAfter as error:
                pause = seconds(error)
            except BadRequest as error:
                raise PlatformError(f"telegram.webhook_url: Telegram refuses it ({error.message})") from error
            except TelegramError as error:
                log.error("Telegram does not take the webhook yet: %s", error.message)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
            pause = min(2 * pause, 30.0)
