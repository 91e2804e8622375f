"""The commands of the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from bot import config
from bot.assembly import furnish, opened, running
from bot.commands.lazy import LazyGroup
from bot.commands.shared import CONFIG, DAY, one_line
from bot.pacing import Limits, Pacing
from bot.serving import on_signal, serve
from bot.wording import WAYS
from handlers import HANDLERS

ELSEWHERE = {
    "audit": "bot.commands.export:audit",
    "backup": "bot.commands.backup:backup",
    "broadcasts": "bot.commands.broadcasts:broadcasts",
    "doctor": "bot.commands.doctor:doctor",
    "export": "bot.commands.export:export",
    "open": "bot.commands.export:open_file",
    "report": "bot.commands.report:report",
    "restore": "bot.commands.backup:restore",
}
"""The commands that are loaded when somebody asks for them: module and name."""


@click.group(cls=LazyGroup, elsewhere=ELSEWHERE)
@click.version_option(package_name="solidarity-bot")
@CONFIG
def main() -> None:
    """Help people write to those in power, in solidarity with workers who are punished for organising."""


@main.command()
@CONFIG
@click.option("--plain", is_flag=True, help="Plain text line by line, as when the input is piped.")
@click.pass_obj
def chat(path: Path | None, plain: bool) -> None:
    """Talk with the bot in this terminal."""
    with one_line(), contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_chat(config.load(path), plain))


async def _chat(settings: config.Settings, plain: bool) -> None:
    from bot.platforms import console  # a platform is imported only when it is used

    if sys.stdin is None or sys.stdout is None:
        raise config.ConfigError(["nobody can talk here: standard input or standard output is closed"])
    world, messages = furnish(settings, thorough=False)
    ends = console.terminal(sys.stdin, sys.stdout, os.environ)
    ends = replace(
        ends, interactive=ends.interactive and not plain, colour=ends.colour and settings.console.colour
    )
    own = messages.language(ends.language)
    speak = messages.speak(own)
    commands = {d.name: speak(d.summary) for d in HANDLERS} | {way: speak(word) for way, word in WAYS.items()}
    terminal = console.Console(
        ends,
        lambda: datetime.now(UTC),
        commands,
        lambda phrase, language: messages.speak(language or own)(phrase),
    )
    try:
        with terminal.while_somebody_listens():  # what an earlier process left unsaid is said before it runs
            async with running(settings, world, messages, terminal) as bot:
                on_signal(partial(_cancel, asyncio.current_task()))
                await bot.mailing.connect(terminal.name, terminal, Pacing(Limits()))
                await bot.outbox.resume()
                await terminal.run(bot.dispatcher.handle)
    except console.TerminalError as error:
        raise config.ConfigError([str(error)]) from None


@main.command()
@CONFIG
@click.pass_obj
def run(path: Path | None) -> None:
    """Serve people on Telegram and on Matrix, until Ctrl-C or SIGTERM."""
    with one_line(), contextlib.suppress(KeyboardInterrupt):
        raise SystemExit(not asyncio.run(serve(config.load(path))))


@main.group("matrix")
def matrix_account() -> None:
    """The bot's account on Matrix."""


@matrix_account.command()
@CONFIG
@click.option(
    "--homeserver", metavar="URL", help="Where the homeserver is, as in https://matrix.example.org."
)
@click.option("--user", metavar="@NAME:SERVER", help="The account.")
@click.option(
    "--new-identity", is_flag=True, help="Replace the account's identity, as for a lost data folder."
)
@click.pass_obj
def login(path: Path | None, homeserver: str | None, user: str | None, new_identity: bool) -> None:
    """Log in as a new device; the password is asked for, or read from standard input, and kept nowhere."""
    with one_line():
        asyncio.run(_login(config.load(path), homeserver, user, new_identity))


async def _login(
    settings: config.Settings, homeserver: str | None, user: str | None, new_identity: bool
) -> None:
    from bot.platforms.matrix_account import log_in

    given = settings.matrix
    homeserver, user = homeserver or given.homeserver, user or given.user
    if not homeserver or not user:
        raise config.ConfigError(["name the account: --homeserver https://... --user @name:server"])
    store = await opened(settings)  # and nobody else uses the folder meanwhile
    try:
        secret = given.password.get_secret_value() if given.password else _asked_password(user)
        device = await log_in(settings.matrix_folder, homeserver, user, secret, new_identity=new_identity)
    finally:
        await store.close()
    click.echo(f"{device.user} is logged in; `solidarity-bot run` serves it. Its device is {device.device}.")


def _asked_password(user: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Password of {user}", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


@main.command()
@CONFIG
@click.argument("packs", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--on",
    "day",
    metavar="YYYY-MM-DD",
    type=DAY,
    help="Judge dates as on this day, not today.",
)
@click.pass_obj
def check(path: Path | None, packs: tuple[Path, ...], day: datetime | None) -> None:
    """Find mistakes in the settings, the campaigns and the translations; PACKS are further campaigns' folders."""
    from bot.check import look_through  # only here: what knows telephone numbers is large

    report = look_through(path, packs, (day or datetime.now(UTC)).date())
    click.echo("\n".join(report.lines))
    raise SystemExit(bool(report.wrong))


def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
