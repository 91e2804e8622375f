"""`doctor` - what ails the bot, and what to do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import config
from bot.commands.shared import CONFIG, one_line
from bot.doctor import examine


@click.command()
@CONFIG
@click.pass_obj
def doctor(path: Path | None) -> None:
    """Look whether all is well with the bot, also while it runs: a line for each thing, and what to do.

    The exit status is 1 if something is wrong.
    """
    with one_line():
        settings = config.load(path)
        click.echo("ok     settings: they are valid")
        raise SystemExit(asyncio.run(_told(settings)))


async def _told(settings: config.Settings) -> bool:
    wrong = False
    async for finding in examine(settings, datetime.now(UTC)):
        click.echo(str(finding))
        wrong = wrong or finding.wrong
    return wrong
