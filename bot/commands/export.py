"""`export`, `open` and `audit` - letters as a file, a sealed file opened, and what ever left."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import click

from bot import config
from bot.accounts import person_of
from bot.assembly import beside, furnish
from bot.audit import AuditLog
from bot.commands.shared import CONFIG, DAY, OUTPUT, STANDARD_OUTPUT, new_file, one_line
from bot.export.order import NO_COUNTRY, Filters, Form, Order
from bot.exporting import Exports, shown
from bot.pledges import Status
from bot.sealing import SUFFIX, SealError, opened
from bot.store.exporting import letters

_NONE = ("there is no letter yet", "there is no letter that fits all you asked for")


@click.command()
@CONFIG
@click.option(
    "--format", "form", type=click.Choice([form.value for form in Form]), default="csv", help="Default: csv."
)
@click.option("--campaign", "campaigns", metavar="SLUG", multiple=True, help="Of these campaigns only.")
@click.option(
    "--country",
    "countries",
    metavar="CODE",
    multiple=True,
    help=f"From these countries only ({NO_COUNTRY}: not given).",
)
@click.option("--status", "statuses", type=click.Choice([s.value for s in Status]), multiple=True)
@click.option("--since", metavar="YYYY-MM-DD", type=DAY, help="Sent, or to be sent, on that day or later.")
@click.option("--until", metavar="YYYY-MM-DD", type=DAY, help="Sent, or to be sent, on that day or earlier.")
@click.option("--language", help="The language of a page to hand over (pdf).")
@OUTPUT
@click.pass_obj
def export(
    path: Path | None,
    form: str,
    campaigns: tuple[str, ...],
    countries: tuple[str, ...],
    statuses: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    language: str | None,
    output: Path,
) -> None:
    """Write the letters as a file, also beside the running bot; it is logged, and the organisers are told."""
    filters = Filters(campaigns, _codes(countries), statuses, _date(since), _date(until))
    with one_line():
        settings = config.load(path)
        order = Order(Form(form), filters, language or settings.language)
        asyncio.run(_export(settings, order, output))


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _codes(countries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code if code == NO_COUNTRY else code.upper() for code in countries)


async def _export(settings: config.Settings, order: Order, output: Path) -> None:
    world, messages = furnish(settings, thorough=False)
    store = await beside(settings)
    accounts, recipients = settings.organisers.accounts, settings.organisers.recipients
    exports = Exports(store, world.campaigns, world.countries, messages, accounts, recipients)
    try:
        _look_at(order, exports)
        _look_at_output(output, order.form, sealed=bool(recipients))
        with letters(store, order.filters) as found, new_file(output) as into:
            number = found.number()
            if not number:
                raise config.ConfigError([f"{_NONE[bool(order.filters.named)]}; nothing was written"])
            await exports.record(order, number)
            with _progress(number) as seen:
                exports.write(order, found, into, seen)
        if output != STANDARD_OUTPUT:
            click.echo(_told(output, number, sealed=bool(recipients)), err=True)
    finally:
        await store.close()


def _look_at(order: Order, exports: Exports) -> None:
    """Raise ConfigError if there cannot be such a file."""
    known = [campaign.slug for campaign in exports.campaigns]
    wrong = [
        f"--campaign {slug}: there is no such campaign; name one of these: {', '.join(known)}"
        for slug in order.filters.campaigns
        if slug not in known
    ]
    wrong += [
        f"--country {code}: give the two letters of ISO 3166-1, as in DE, or {NO_COUNTRY}"
        for code in order.filters.countries
        if code != NO_COUNTRY and code not in exports.countries
    ]
    since, until = order.filters.since, order.filters.until
    if since and until and since > until:
        wrong.append(f"--since {since}: it is later than --until {until}; swap them")
    if order.form is Form.PDF and len(order.filters.campaigns) != 1:
        wrong.append(f"--campaign: a page to hand over is about one campaign; name it: {', '.join(known)}")
    if order.language not in config.languages():
        wrong.append(f"--language {order.language}: must be one of {', '.join(config.languages())}")
    if wrong:
        raise config.ConfigError(wrong)


def _look_at_output(output: Path, form: Form, *, sealed: bool) -> None:
    """Raise ConfigError if such a file cannot go there, or would be taken for what it is not."""
    if output != STANDARD_OUTPUT:
        if sealed and output.suffix != SUFFIX:
            named = f"name it {output.name}{SUFFIX}, and `solidarity-bot open` makes {output.name} of it"
            raise config.ConfigError([f"--output {output}: organisers.recipients seal the file; {named}"])
    elif sys.stdout.isatty() and (sealed or form in (Form.XLSX, Form.PDF)):
        what = "a sealed file" if sealed else "this form"
        raise config.ConfigError([f"--output: name a file; {what} cannot be shown in a terminal"])


def _told(output: Path, number: int, *, sealed: bool) -> str:
    """Return what is said once the file is there."""
    letters = "1 letter" if number == 1 else f"{number:,} letters"
    if sealed:
        return f"{output}: {letters}, for the owners of the keys in organisers.recipients alone."
    return f"{output}: {letters}. Anybody who gets hold of the file can read it."


@contextlib.contextmanager
def _progress(number: int) -> Iterator[Callable[[int], None]]:
    """Enter the progress bar, where somebody sees it; what it gives is told how many letters are written."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress("Letters", *columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=number)
        yield lambda done: progress.update(task, completed=done)
        progress.update(task, completed=number)


@click.command("open")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--identity",
    "key",
    required=True,
    metavar="KEYFILE",
    type=click.Path(path_type=Path),
    help="The secret key.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help=f"A new file (- is standard output); default: without {SUFFIX}.",
)
def open_file(file: Path, key: Path, output: Path | None) -> None:
    """Open a sealed export with the secret key; it takes no settings, and is for your own computer."""
    target = output or (file.with_suffix("") if file.suffix == SUFFIX else None)
    with one_line():
        if target is None:
            raise config.ConfigError(
                [f"{file}: its name does not end in {SUFFIX}; say with --output where to write"]
            )
        try:
            with new_file(target) as into:
                opened(file, key, into)
        except SealError as error:
            raise config.ConfigError([str(error)]) from None
    if target != STANDARD_OUTPUT:
        click.echo(f"{target} is open now: anybody who gets hold of it can read it.", err=True)


NOTHING = "Nothing was ever taken out."
_LOST = "a copy that you saved earlier shows what was written"


@click.group()
def audit() -> None:
    """What ever left the records: who took it out, when, and what it was."""


@audit.command()
@CONFIG
@click.pass_obj
def show(path: Path | None) -> None:
    """List it, the oldest first; an organiser's account is named as long as the settings name it."""
    with one_line():
        asyncio.run(_show(config.load(path)))


async def _show(settings: config.Settings) -> None:
    store = await beside(settings)
    try:
        names = {store.owners.actor(person_of(one)): one for one in settings.organisers.accounts}
        log = AuditLog(store)
        for entry in log.entries():
            click.echo(shown(entry, names))
        for line in log.unread():
            told = "it is damaged and cannot be shown; `solidarity-bot audit verify` looks through them all"
            click.echo(f"{log.path}, line {line}: {told}", err=True)
        if not log.path.exists():
            gone = f"{log.path}: it is not there any more; {_LOST}"
            click.echo(gone if await log.verify() else NOTHING, err=True)
    finally:
        await store.close()


@audit.command()
@CONFIG
@click.pass_obj
def verify(path: Path | None) -> None:
    """See that no line was changed, left out, moved or added; exit status 1 says that one was."""
    with one_line():
        settings = config.load(path)
        raise SystemExit(not asyncio.run(_verify(settings)))


async def _verify(settings: config.Settings) -> bool:
    store = await beside(settings)
    log = AuditLog(store)
    try:
        found = await log.verify()
    finally:
        await store.close()
    for one in found:
        click.echo(f"{log.path}, line {one.line}: {one.what}", err=True)
    if found:
        click.echo(f"Keep a copy of it as it is, and tell the other organisers; {_LOST}.", err=True)
        return False
    lines = len(list(log.entries()))
    told = "1 line" if lines == 1 else f"{lines:,} lines"
    click.echo(f"{log.path}: as it was written, {told}." if lines else NOTHING)
    return True
