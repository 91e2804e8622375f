"""`backup` and `restore` - a copy of everything that is remembered, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bot import config
from bot.backups import Keeping, make
from bot.backups import restore as bring_back
from bot.commands.shared import CONFIG, one_line
from bot.sealing import AGAIN, SealError

_FILE = click.Path(path_type=Path)


@click.command()
@CONFIG
@click.argument("folder", required=False, type=_FILE)
@click.option("--keep", type=click.IntRange(1, 1000), metavar="N", help="Keep the N newest (backups.keep).")
@click.pass_obj
def backup(path: Path | None, folder: Path | None, keep: int | None) -> None:
    """Write a backup into FOLDER, also beside the running bot, and delete the oldest ones.

    It is encrypted to organisers.recipients, if there are any. The owner key is not in it: keep that elsewhere.
    """
    with one_line():
        settings = config.load(path)
        if not settings.database.exists():
            raise config.ConfigError(
                [f"{settings.database}: there is no database yet; it is made when the bot starts"]
            )
        to, recipients = folder or settings.backup_folder, settings.organisers.recipients
        made = make(settings.database, to, recipients, _keeping(settings, keep), datetime.now(UTC))
    click.echo(
        f"{made}\nThe owner key is not in it, and without that nobody can use it: keep a copy elsewhere."
    )


@click.command()
@CONFIG
@click.argument("file", type=_FILE)
@click.option("--identity", type=_FILE, help="Your secret key of age, for a backup that is encrypted.")
@click.pass_obj
def restore(path: Path | None, file: Path, identity: Path | None) -> None:
    """Put the backup FILE in the place of the database, while the bot is stopped.

    Whoever was erased since stays erased, and nothing old is sent. The present database is put aside.
    """
    with one_line():
        settings = config.load(path)
        keeping, now = _keeping(settings), datetime.now(UTC)
        try:
            gone, aside = bring_back(file, settings.database, settings.secret, identity, keeping, now)
        except SealError as error:
            raise config.ConfigError([str(error).replace(AGAIN, "try another backup")]) from None
    click.echo(f"{settings.database} is as it was in {file}.")
    click.echo(f"Erased since, and erased again: {gone}. What was still to be sent is not sent again.")
    if aside:
        click.echo(f"What was there before lies in {aside} for a day, or until somebody says /forget.")


def _keeping(settings: config.Settings, newest: int | None = None) -> Keeping:
    return Keeping(newest or settings.backups.keep, timedelta(days=settings.backups.days))
