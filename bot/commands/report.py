"""`report` - the numbers of all campaigns as a page for a browser, or as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import config
from bot.assembly import beside, furnish
from bot.campaigns import Campaigns
from bot.commands.shared import CONFIG, OUTPUT, STANDARD_OUTPUT, new_file, one_line, unwritten
from bot.figures import Figures, in_full, in_public
from bot.pledges import PeopleCount
from bot.report import Report, as_data, page
from bot.store.numbers import counted


@click.command()
@CONFIG
@click.option("--json", "data", is_flag=True, help="Data for programs, as docs/report.md describes them.")
@click.option("--public", is_flag=True, help="What everybody may read: people in fives, none below five.")
@click.option("--language", metavar="CODE", help="The language of the page; default: the bot's usual one.")
@OUTPUT
@click.pass_obj
def report(path: Path | None, data: bool, public: bool, language: str | None, output: Path) -> None:
    """Write the numbers as one HTML page with pictures, also beside the running bot."""
    with one_line():
        settings = config.load(path)
        spoken = language or settings.language
        _look_at(spoken, output, data)
        world, messages = furnish(settings, thorough=False)
        found = _public(settings, world.campaigns) if public else _in_full(settings, world.campaigns)
        made = Report(datetime.now(UTC), public, tuple(one for one in found if one.all.any))
        if data:
            text = json.dumps(as_data(made, messages), ensure_ascii=False, indent=2) + "\n"
        else:
            text = page(made, messages, world.countries, spoken)
        _write(text, output)
    if output != STANDARD_OUTPUT:
        whose = (
            "Everybody may read it."
            if public
            else "It is for organisers: small numbers may point at a person."
        )
        click.echo(f"{output} is written. {whose}", err=True)


def _look_at(language: str, output: Path, data: bool) -> None:
    """Raise ConfigError if there cannot be such a report."""
    if language not in config.languages():
        known = ", ".join(config.languages())
        raise config.ConfigError([f"--language {language}: must be one of {known}"])
    if output == STANDARD_OUTPUT and not data and sys.stdout.isatty():
        raise config.ConfigError(
            ["--output: name a file, as in --output report.html, and open it in a browser"]
        )


def _in_full(settings: config.Settings, campaigns: Campaigns) -> list[Figures]:
    now = counted(settings.database, settings.secret)
    return [in_full(campaign, now.tally, now.people, now.days) for campaign in campaigns]


def _public(settings: config.Settings, campaigns: Campaigns) -> list[Figures]:
    published = asyncio.run(_published(settings))
    return [in_public(campaign, published) for campaign in campaigns]


async def _published(settings: config.Settings) -> tuple[PeopleCount, ...]:
    """Return what /stats tells everybody at this moment."""
    store = await beside(settings)
    try:
        return await store.published()
    finally:
        await store.close()


def _write(text: str, output: Path) -> None:
    """Write the report; raises ConfigError if a file cannot be written whole."""
    try:
        with new_file(output) as into:
            into.write(text.encode("utf-8"))
    except OSError as error:
        if output == STANDARD_OUTPUT:
            raise
        raise unwritten(output, error) from None
