"""What the commands of the terminal have in common: where the settings are, and how a mistake in the set-up is told."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import click

from bot.campaigns import PackError
from bot.config import ConfigError
from bot.platforms.base import PlatformError
from bot.store.errors import StoreError


def _named(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    if path is not None:
        context.obj = path


CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path),
    callback=_named,
    expose_value=False,
    help="The configuration file (TOML).",
)
"""Before the command or behind it."""


class _Day(click.DateTime):
    """A day, written as 2026-11-30."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the day that is written, at midnight."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value}: write a day like 2026-11-30", param, ctx)


DAY = _Day(["%Y-%m-%d"])


@contextlib.contextmanager
def one_line() -> Iterator[None]:
    """Turn what is wrong with the set-up into lines on standard error, and exit status 1."""
    try:
        yield
    except (ConfigError, PackError, PlatformError, StoreError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None


STANDARD_OUTPUT = Path("-")
OUTPUT = click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=STANDARD_OUTPUT,
    help="A new file; default: standard output.",
)
"""Where what a command makes goes."""


@contextlib.contextmanager
def new_file(output: Path) -> Iterator[BinaryIO]:
    """Enter the new file, for its owner alone, or standard output; a file is taken away again if the block raises.

    Raises ConfigError if it cannot be made.
    """
    if output == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        what = (
            "this is a folder; name a file in it"
            if output.is_dir()
            else "there is such a file already; name another"
        )
        raise ConfigError([f"{output}: {what}"]) from None
    except OSError as error:
        raise unwritten(output, error) from None
    try:
        with os.fdopen(file, "wb") as into:
            yield into
    except BaseException:
        output.unlink(missing_ok=True)
        raise


def unwritten(output: Path, error: OSError) -> ConfigError:
    """Return what is said where a file cannot be written."""
    return ConfigError(
        [f"{output}: it cannot be written ({(error.strerror or '').lower()}); name another place"]
    )
