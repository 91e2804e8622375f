"""Numbers for whoever watches the bot: how much comes in and goes out, what fails, and what waits. Nothing of a person.

What has a number of its own is an app and an outcome, never a chat, a person or a campaign.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from bot import config
from bot.events import Chat, Event, Message
from bot.outbox import Sender
from bot.platforms.base import GoneError, UndeliveredError, UnsureError
from bot.store.errors import StoreError
from bot.store.health import Health, health

Result = TypeVar("Result")
OUTCOMES: Mapping[type[UndeliveredError], str] = {GoneError: "gone", UnsureError: "unknown"}
LONG = 900.0
"""Seconds after which a message that waits says that something is wrong."""


def _counter(registry: CollectorRegistry, name: str, what: str, *labels: str) -> Counter:
    return Counter(f"solidarity_bot_{name}", what, labels, registry=registry)


class Metrics:
    """What is counted since the bot was started."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._events = _counter(registry, "events", "What people did", "platform", "outcome")
        self._sends = _counter(registry, "sends", "Messages that were sent", "platform", "outcome")
        self._errors = _counter(registry, "errors", "Lines in the log that speak of an error")
        self._waiting = Gauge("solidarity_bot_unsent", "Messages that wait", registry=registry)
        self._oldest = Gauge(
            "solidarity_bot_oldest_unsent_seconds", "For how long the oldest of them waits", registry=registry
        )

    def taking(self, take: Callable[[Event], Awaitable[Result]]) -> Callable[[Event], Awaitable[Result]]:
        """Return `take`, counted."""

        async def counted(event: Event) -> Result:
            outcome = "refused"
            try:
                result = await take(event)
                outcome = "taken"
                return result
            finally:
                self._events.labels(event.person.platform, outcome).inc()

        return counted

    def sending(self, platform: str, sender: Sender) -> Sender:
        """Return `sender`, counted."""
        return _Counted(sender, partial(self._sent, platform))

    def _sent(self, platform: str, outcome: str) -> None:
        self._sends.labels(platform, outcome).inc()

    def failed(self) -> None:
        """Count an error."""
        self._errors.inc()

    def text(self, found: Health, now: float) -> bytes:
        """Return everything as Prometheus reads it."""
        self._waiting.set(found.waiting)
        self._oldest.set(max(now - found.oldest, 0) if found.oldest else 0)
        return generate_latest(self.registry)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A platform whose sendings are counted."""

    sender: Sender
    count: Callable[[str], None]

    async def send(self, chat: Chat, message: Message, delivery: int) -> str | None:
        """Send `message`, and count what became of it."""
        try:
            sent = await self.sender.send(chat, message, delivery)
        except UndeliveredError as error:
            self.count(next((name for kind, name in OUTCOMES.items() if isinstance(error, kind)), "failed"))
            raise
        self.count("sent")
        return sent


@dataclass
class _Errors(logging.Handler):
    """Counts what the log says went wrong; its words go nowhere."""

    failed: Callable[[], None] = field(default=lambda: None)

    def __post_init__(self) -> None:
        super().__init__(logging.ERROR)

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line."""
        self.failed()


@asynccontextmanager
async def published(
    metrics: Metrics, settings: config.Settings, clock: Callable[[], float]
) -> AsyncIterator[None]:
    """Enter a web server for this machine that tells the numbers, if the settings name a port.

    /metrics is for Prometheus; /healthz answers 200 as long as the database can be read and nothing waits too long.
    Raises ConfigError if it cannot be opened.
    """
    if not settings.metrics.port:
        yield
        return
    counting = _Errors(metrics.failed)
    logging.getLogger("bot").addHandler(counting)
    page = _Page(metrics, settings, clock)
    application = web.Application()
    application.add_routes([web.get("/metrics", page.numbers), web.get("/healthz", page.health)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await _listen(runner, settings.metrics)
        yield
    finally:
        logging.getLogger("bot").removeHandler(counting)
        await runner.cleanup()


async def _listen(runner: web.AppRunner, given: config.Metrics) -> None:
    try:
        await web.TCPSite(runner, given.host, given.port).start()
    except OSError as error:
        reason = f"{given.host}:{given.port} cannot be used ({error.strerror})"
        raise config.ConfigError([f"metrics.port: {reason}; choose another one"]) from None


@dataclass(frozen=True, slots=True)
class _Page:
    """What the web server says."""

    metrics: Metrics
    settings: config.Settings
    clock: Callable[[], float]

    async def numbers(self, _request: web.Request) -> web.Response:
        """Return the numbers."""
        try:
            found = await self._look()
        except StoreError:
            return web.Response(status=503, text="the database cannot be read\n")
        return web.Response(
            body=self.metrics.text(found, self.clock()), content_type="text/plain", charset="utf-8"
        )

    async def health(self, _request: web.Request) -> web.Response:
        """Return whether all is well."""
        try:
            found = await self._look()
        except StoreError:
            return web.Response(status=503, text="the database cannot be read\n")
        if found.oldest is not None and self.clock() - found.oldest > LONG:
            return web.Response(status=503, text="messages wait too long\n")
        return web.Response(text="ok\n")

    async def _look(self) -> Health:
        look = partial(health, self.settings.database, self.settings.secret, thorough=False)
        return await asyncio.to_thread(look)
