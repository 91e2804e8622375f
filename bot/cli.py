"""The commands of the terminal, and the one place where everything is put together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import config
from bot.campaigns import Campaigns, PackError
from bot.choosing import Speak
from bot.conversation import Conversations
from bot.countries import Countries
from bot.dispatcher import Dispatcher
from bot.logs import keep_log
from bot.messages import Messages
from bot.outbox import Outbox
from bot.pace import Pace
from bot.platforms.base import Platform, PlatformError
from bot.resources import templates
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.wording import WAYS
from handlers import DESCRIPTION, FOR_ORGANISERS, HANDLERS, NAME, SHORT_DESCRIPTION
from handlers.world import Organisers, World

if TYPE_CHECKING:
    from bot.platforms.telegram_profile import Profile
    from bot.platforms.telegram_service import Account

SWEEP = 3600.0
"""Seconds between two looks for conversations that have fallen silent."""
LAST_MESSAGES = 2.0
"""Seconds in which messages under way may still be sent at the end."""


def _named(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    if path is not None:
        context.obj = path


_CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path),
    callback=_named,
    expose_value=False,
    help="The configuration file (TOML).",
)
"""Before the command or behind it."""


@click.group()
@click.version_option(package_name="solidarity-bot")
@_CONFIG
def main() -> None:
    """Help people write to those in power, in solidarity with workers who are punished for organising."""


@main.command()
@_CONFIG
@click.option("--plain", is_flag=True, help="Plain text line by line, as when the input is piped.")
@click.pass_obj
def chat(path: Path | None, plain: bool) -> None:
    """Talk with the bot in this terminal."""
    with _one_line(), contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_chat(config.load(path), plain))


async def _chat(settings: config.Settings, plain: bool) -> None:
    from bot.platforms import console  # a platform is imported only when it is used

    if sys.stdin is None or sys.stdout is None:
        raise config.ConfigError(["nobody can talk here: standard input or standard output is closed"])
    world, messages = furnish(settings)
    ends = console.terminal(sys.stdin, sys.stdout, os.environ)
    ends = replace(
        ends, interactive=ends.interactive and not plain, colour=ends.colour and settings.console.colour
    )
    speak = messages.speak(messages.language(ends.language))
    commands = {d.name: speak(d.summary) for d in HANDLERS} | {way: speak(word) for way, word in WAYS.items()}
    terminal = console.Console(ends, lambda: datetime.now(UTC), commands, speak)
    try:
        with terminal.while_somebody_listens():  # what an earlier process left unsaid is said before it runs
            async with running(settings, world, messages, terminal) as bot:
                _on_signal(partial(_cancel, asyncio.current_task()))
                await bot.outbox.resume()
                await terminal.run(bot.dispatcher.handle)
    except console.TerminalError as error:
        raise config.ConfigError([str(error)]) from None


@main.command()
@_CONFIG
@click.pass_obj
def run(path: Path | None) -> None:
    """Serve people on Telegram, until Ctrl-C or SIGTERM."""
    with _one_line(), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(config.load(path)))


async def _run(settings: config.Settings) -> None:
    if settings.telegram.token is None:
        raise config.ConfigError(
            [
                "telegram.token: there is nobody to serve without it; README says how to get one from @BotFather"
            ]
        )
    from bot.platforms.telegram_service import Service

    world, messages = furnish(settings)
    stopping = asyncio.Event()
    opening = asyncio.create_task(
        Service.open(account(settings), {d.name for d in HANDLERS}, lambda: datetime.now(UTC))
    )
    _on_signal(opening.cancel, signal.SIGINT)
    with contextlib.suppress(asyncio.CancelledError):
        service = await opening
        _on_signal(stopping.set, signal.SIGINT)
        click.echo(f"Telegram: @{service.username} is at work. Ctrl-C ends it.", err=True)
        try:
            pace = Pace(settings.limits.at_once)
            async with running(settings, world, messages, service.telegram, pace=pace) as bot:
                await bot.outbox.pick_up()
                await service.run(bot.dispatcher.take, profiles(settings, messages), stopping)
        finally:
            await service.close()


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
        organisers=tuple(int(a.partition(":")[2]) for a in settings.organisers.accounts),
    )


def profiles(settings: config.Settings, messages: Messages) -> dict[str, Profile]:
    """Return what Telegram shows of the bot, by language; "" is for everybody else."""
    return {"": _profile(messages.speak(settings.language))} | {
        language: _profile(messages.speak(language)) for language in messages.languages
    }


def _profile(speak: Speak) -> Profile:
    from bot.platforms.telegram_profile import Profile

    told = sorted((d for d in HANDLERS if d.name != "start"), key=lambda d: d.name == "help")
    ways = {way: speak(word) for way, word in WAYS.items()}
    return Profile(
        private={d.name: speak(d.summary) for d in told} | ways,
        group={d.name: speak(d.summary) for d in told if not d.private or d.name == "letter"},
        name=speak(NAME),
        description=speak(DESCRIPTION),
        short_description=speak(SHORT_DESCRIPTION),
        organisers={name: speak(summary) for name, summary in FOR_ORGANISERS.items()},
    )


@main.command()
@_CONFIG
@click.argument("packs", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--on",
    "day",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Judge dates as on this day, not today.",
)
@click.pass_obj
def check(path: Path | None, packs: tuple[Path, ...], day: datetime | None) -> None:
    """Find mistakes in the settings, the campaigns and the translations; PACKS are further campaigns' folders."""
    from bot.check import look_through  # only here: what knows telephone numbers is large

    report = look_through(path, packs, (day or datetime.now(UTC)).date())
    click.echo("\n".join(report.lines))
    raise SystemExit(bool(report.wrong))


def _on_signal(end: Callable[[], object], *others: signal.Signals) -> None:
    """Let SIGTERM, a closed window, or one of the `others` `end` the bot gently: files closed, the terminal tidy."""
    if sys.platform != "win32":
        ends = (n for n in (signal.SIGTERM, signal.SIGHUP, *others) if signal.getsignal(n) != signal.SIG_IGN)
        for number in ends:  # what is ignored, as nohup does, stays ignored
            asyncio.get_running_loop().add_signal_handler(number, end)


def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()


def furnish(settings: config.Settings) -> tuple[World, Messages]:
    """Return what the conversations are told, and the words in which they are held."""
    countries = Countries()
    folders = (templates() / "campaigns", *settings.campaign_dirs)
    messages = Messages(templates() / "messages", countries, default=settings.language)
    given = settings.organisers
    organisers = Organisers(given.name, given.contact, frozenset(given.accounts))
    campaigns = Campaigns.load(folders, only=settings.campaigns)
    return World(campaigns, countries, messages.languages, organisers), messages


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot at work: what handles events, and what sends messages."""

    dispatcher: Dispatcher[World]
    outbox: Outbox


@contextlib.asynccontextmanager
async def running(
    settings: config.Settings,
    world: World,
    messages: Messages,
    *platforms: Platform,
    pace: Pace | None = None,
) -> AsyncIterator[Bot]:
    """Enter the bot at work; what falls silent is wiped, and what was left unsent waits for the outbox to resume."""
    key = settings.owner_key.get_secret_value() if settings.owner_key else None
    store = await Store.open(settings.database, key)
    outbox = Outbox(store, {platform.name: platform for platform in platforms})
    sweeping = asyncio.create_task(_sweep(store))
    try:
        _keep_log(settings)  # not before the data folder is there: the log may lie in it
        yield Bot(Dispatcher(Conversations(HANDLERS, world), messages, store, outbox, pace), outbox)
    finally:
        sweeping.cancel()
        await outbox.drain(LAST_MESSAGES)
        await store.close()


async def _sweep(store: Store) -> None:
    while True:
        await asyncio.sleep(SWEEP)
        with contextlib.suppress(StoreError):  # it is tried again in an hour, and whoever writes is told
            await store.sweep()


def _keep_log(settings: config.Settings) -> None:
    secrets = [one.get_secret_value() for one in (settings.owner_key, settings.telegram.token) if one]
    try:
        keep_log(settings.log.level, settings.log.file, secrets)
    except OSError as error:
        reason = f"the log cannot be written there ({error.strerror})"
        raise config.ConfigError([f"log.file: {settings.log.file}: {reason}"]) from None


@contextlib.contextmanager
def _one_line() -> Iterator[None]:
    """Turn what is wrong with the set-up into lines on standard error, and exit status 1."""
    try:
        yield
    except (config.ConfigError, PackError, PlatformError, StoreError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
