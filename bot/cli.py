"""The commands of the terminal, and the one place where everything is put together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import config
from bot.campaigns import Campaigns, PackError
from bot.conversation import WAYS, Conversations
from bot.countries import Countries
from bot.dispatcher import Dispatcher
from bot.messages import Messages
from bot.outbox import Outbox
from bot.platforms.base import Platform
from bot.resources import templates
from bot.store.errors import StoreError
from bot.store.store import Store
from handlers import HANDLERS
from handlers.world import Organisers, World

SWEEP = 3600.0
"""Seconds between two looks for conversations that have fallen silent."""


@click.group()
@click.version_option(package_name="solidarity-bot")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration file (TOML).")
@click.pass_context
def main(context: click.Context, path: Path | None) -> None:
    """Help people write to those in power, in solidarity with workers who are punished for organising."""
    context.obj = path


@main.command()
@click.option("--plain", is_flag=True, help="Plain text line by line, as when the input is piped.")
@click.pass_obj
def chat(path: Path | None, plain: bool) -> None:
    """Talk with the bot in this terminal."""
    with _one_line(), contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_chat(config.load(path), plain))


async def _chat(settings: config.Settings, plain: bool) -> None:
    from bot.platforms import console  # a platform is imported only when it is used

    world, messages = furnish(settings)
    ends = console.terminal(sys.stdin, sys.stdout, os.environ)
    ends = replace(
        ends, interactive=ends.interactive and not plain, colour=ends.colour and settings.console.colour
    )
    speak = messages.speak(messages.language(ends.language))
    commands = {d.name: speak(d.summary) for d in HANDLERS} | {way: speak(word) for way, word in WAYS.items()}
    terminal = console.Console(ends, lambda: datetime.now(UTC), commands, speak)
    async with running(settings, world, messages, terminal) as dispatcher:
        _end_gently(asyncio.current_task())
        await terminal.run(dispatcher.handle)


@main.command()
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


def _end_gently(task: asyncio.Task[None] | None) -> None:
    """Let SIGTERM, or a window that is closed, end `task` as a person would: files are closed, the terminal is tidy."""
    if task is not None and sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def furnish(settings: config.Settings) -> tuple[World, Messages]:
    """Return what the conversations are told, and the words in which they are held."""
    countries = Countries()
    folders = (templates() / "campaigns", *settings.campaign_dirs)
    messages = Messages(templates() / "messages", countries, default=settings.language)
    organisers = Organisers(settings.organisers.name, settings.organisers.contact)
    campaigns = Campaigns.load(folders, only=settings.campaigns)
    return World(campaigns, countries, messages.languages, organisers), messages


@contextlib.asynccontextmanager
async def running(
    settings: config.Settings, world: World, messages: Messages, *platforms: Platform
) -> AsyncIterator[Dispatcher[World]]:
    """Enter the bot at work: what was left unsent is sent, and what falls silent is wiped."""
    key = settings.owner_key.get_secret_value() if settings.owner_key else None
    store = await Store.open(settings.database, key)
    outbox = Outbox(store, {platform.name: platform for platform in platforms})
    sweeping = asyncio.create_task(_sweep(store))
    try:
        _keep_log(settings)  # not before the data folder is there: the log may lie in it
        await outbox.resume()
        yield Dispatcher(Conversations(HANDLERS, world), messages, store, outbox)
    finally:
        sweeping.cancel()
        await store.close()


async def _sweep(store: Store) -> None:
    while True:
        await asyncio.sleep(SWEEP)
        with contextlib.suppress(StoreError):  # it is tried again in an hour, and whoever writes is told
            await store.sweep()


def _keep_log(settings: config.Settings) -> None:
    """Log the bot's own lines at the chosen level; libraries only warn, for below that they repeat people's words."""
    file = settings.log.file
    try:
        handler = logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler()
    except OSError as error:
        raise config.ConfigError([f"{file}: the log cannot be written there ({error.strerror})"]) from None
    logging.raiseExceptions = False  # a log on a full disk is no reason to fill the screen
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(settings.log.level.upper())


@contextlib.contextmanager
def _one_line() -> Iterator[None]:
    """Turn what is wrong with the set-up into lines on standard error, and exit status 1."""
    try:
        yield
    except (config.ConfigError, PackError, StoreError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
