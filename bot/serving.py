"""The bot at work on its platforms, each for itself: one that is down leaves the others as they are."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot import config
from bot.assembly import Bot, accounts, furnish, running
from bot.choosing import Speak
from bot.messages import Messages
from bot.pace import Pace
from bot.pacing import Limits, Pacing
from bot.platforms.base import PlatformError
from bot.remembering import Remembering
from bot.waiting import unless
from bot.wording import WAYS
from handlers import DESCRIPTION, FOR_ORGANISERS, HANDLERS, NAME, SHORT_DESCRIPTION, UNLISTED

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from bot.platforms.telegram_profile import Profile
    from bot.platforms.telegram_service import Account

Opened = TypeVar("Opened")

NOBODY = (
    "telegram.token: there is nobody to serve without it, and nobody is logged in on Matrix; README says how to get a "
    "token from @BotFather, and how to log in"
)


async def serve(settings: config.Settings) -> bool:
    """Serve every platform that there is an account for; return whether one of them could be served."""
    from bot.metrics import Metrics, published  # a web server is large, and a talk in the terminal has none

    known = {"telegram": _telegram, "matrix": _matrix}
    ways = [known[name] for name in accounts(settings)]
    if not ways:
        raise config.ConfigError([NOBODY])
    world, messages = furnish(settings)
    async with contextlib.AsyncExitStack() as ending:
        # What was recorded is still sent before the connections close.
        pace = Pace(settings.limits.at_once)
        async with running(settings, world, messages, pace=pace) as bot:
            served = Served(settings, messages, bot, asyncio.Event(), ending, Metrics())
            on_signal(served.stopping.set, signal.SIGINT)
            async with published(served.metrics, settings, time.time):
                return any(await asyncio.gather(*(_served(way(served)) for way in ways)))


@dataclass(frozen=True, slots=True)
class Served:
    """What serving a platform takes."""

    settings: config.Settings
    messages: Messages
    bot: Bot
    stopping: asyncio.Event
    ending: contextlib.AsyncExitStack
    metrics: Metrics

    async def unless_stopped(self, opening: Coroutine[Any, Any, Opened]) -> Opened | None:
        """Return what `opening` brings; None if the end comes first."""
        stopped = asyncio.create_task(self.stopping.wait())
        try:
            return await unless(stopped, opening)
        finally:
            stopped.cancel()


async def _served(way: Coroutine[Any, Any, None]) -> bool:
    """Return whether a platform was served to the end; if it cannot be, the others are all the same."""
    try:
        await way
    except PlatformError as error:
        click.echo(str(error), err=True)
        return False
    return True


async def _telegram(served: Served) -> None:
    from bot.platforms.telegram_service import Service

    commands = {d.name for d in HANDLERS}
    opening = Service.open(account(served.settings), commands, lambda: datetime.now(UTC))
    if service := await served.unless_stopped(opening):
        served.ending.push_async_callback(service.close)
        click.echo(f"Telegram: @{service.username} is at work. Ctrl-C ends it.", err=True)
        served.bot.roles.connect(service.telegram.name, service.telegram)
        pacing = _pacing(served.settings)
        service.telegram.next_part = pacing.reply
        sender = served.metrics.sending(service.telegram.name, service.telegram)
        await served.bot.connect(service.telegram.name, sender, pacing)
        served.bot.files.connect(service.telegram.name, service.telegram)
        shown = profiles(served.settings, served.messages)
        await service.run(served.metrics.taking(served.bot.dispatcher.take), shown, served.stopping)


async def _matrix(served: Served) -> None:
    from bot.platforms.matrix import AT_ONCE, REPEATABLE
    from bot.platforms.matrix_account import kept
    from bot.platforms.matrix_service import Service

    if (login := kept(served.settings.matrix_folder)) is None:
        return
    commands = {d.name for d in HANDLERS} | {*WAYS}
    personal = {d.name for d in HANDLERS if d.private}
    memory = Remembering(served.bot.store, login.user)
    opening = Service.open(login, commands, personal, memory, lambda: datetime.now(UTC))
    if service := await served.unless_stopped(opening):
        served.ending.push_async_callback(service.close)
        served.bot.roles.connect(service.matrix.name, service.matrix)
        await served.bot.connect(
            service.matrix.name,
            served.metrics.sending(service.matrix.name, service.matrix),
            Pacing(Limits(at_once=AT_ONCE)),
            REPEATABLE,
        )
        served.bot.files.connect(service.matrix.name, service.matrix)
        told = f"Matrix: {login.user} is at work. Ctrl-C ends it."
        ready = partial(click.echo, told, err=True)
        await service.run(served.metrics.taking(served.bot.dispatcher.take), served.stopping, ready)


def _pacing(settings: config.Settings) -> Pacing:
    """Return the pace at which Telegram is written to."""
    from bot.platforms.telegram import A_MINUTE_IN_A_GROUP

    most = settings.limits.per_second
    limits = Limits(most, A_MINUTE_IN_A_GROUP) if most else Limits()
    return Pacing(limits, lambda chat: chat.id.startswith("-"))


def account(settings: config.Settings) -> Account:
    """Return the account on Telegram that the settings name."""
    from bot.platforms.telegram_service import Account

    given = settings.telegram
    return Account(
        token=given.token.get_secret_value() if given.token else "",
        base_url=given.base_url,
        base_file_url=given.base_file_url,
        webhook_url=given.webhook_url,
        webhook_host=given.webhook_host,
        webhook_port=given.webhook_port,
        organisers=tuple(
            int(a.removeprefix("telegram:"))
            for a in settings.organisers.accounts
            if a.startswith("telegram:")
        ),
    )


def profiles(settings: config.Settings, messages: Messages) -> dict[str, Profile]:
    """Return what Telegram shows of the bot, by language; "" is for everybody else."""
    return {"": _profile(messages.speak(settings.language))} | {
        language: _profile(messages.speak(language)) for language in messages.languages
    }


def _profile(speak: Speak) -> Profile:
    from bot.platforms.telegram_profile import Profile

    hidden = {"start", *(d.name for d in UNLISTED)}
    told = sorted((d for d in HANDLERS if d.name not in hidden), key=lambda d: d.name == "help")
    ways = {way: speak(word) for way, word in WAYS.items()}
    return Profile(
        private={d.name: speak(d.summary) for d in told} | ways,
        group={d.name: speak(d.summary) for d in told if not d.private or d.name == "letter"},
        name=speak(NAME),
        description=speak(DESCRIPTION),
        short_description=speak(SHORT_DESCRIPTION),
        organisers={name: speak(summary) for name, summary in FOR_ORGANISERS.items()},
    )


def on_signal(end: Callable[[], object], *others: signal.Signals) -> None:
    """Let SIGTERM, a closed window, or one of the `others` `end` the bot gently: files closed, the terminal tidy."""
    if sys.platform != "win32":
        ends = (n for n in (signal.SIGTERM, signal.SIGHUP, *others) if signal.getsignal(n) != signal.SIG_IGN)
        for number in ends:  # what is ignored, as nohup does, stays ignored
            asyncio.get_running_loop().add_signal_handler(number, end)
