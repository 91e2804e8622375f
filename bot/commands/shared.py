"""What the commands of the terminal have in common: where the settings are, and how a mistake in the set-up is told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

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
