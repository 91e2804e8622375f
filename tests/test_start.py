"""The first answer comes at once: what is not needed for it is not loaded before it (benchmarks/start.py times it)."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.terminal import PATIENCE, surroundings

CHAT = """\
import atexit, sys
from bot.cli import main
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
main(["chat"])
"""
"""The program; at its end it complains of everything that it has loaded."""

MIGRATION = ("alembic", "mako", "pygments")
TYPED_BY_HAND = ("prompt_toolkit", "rich", "bot.platforms.console_live", "bot.platforms.console_view")
OTHER_PLATFORMS = ("telegram", "httpx", "aiohttp", "nio", "vodozemac")
CHECKS = ("bot.check", "phonenumbers", "email_validator")
TRANSLATION = ("babel.messages",)
OTHER_WAYS_TO_THE_DATABASE = ("sqlalchemy.orm", "sqlalchemy.ext.asyncio")
SLOW = (
    *MIGRATION,
    *TYPED_BY_HAND,
    *OTHER_PLATFORMS,
    *CHECKS,
    *TRANSLATION,
    *OTHER_WAYS_TO_THE_DATABASE,
)


def loaded(folder: Path, line: str = "/start", **environment: str) -> set[str]:
    """Return every module that a bot with its data in `folder` has loaded when it has answered `line`."""
    done = subprocess.run(
        [sys.executable, "-c", CHAT],
        input=f"{line}\n",
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=True,
        env={**surroundings(folder), **environment},
    )
    assert len(done.stdout.split()) > 10, "it does not answer"
    return set(done.stderr.split())


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a bot that has run before."""
    folder = tmp_path_factory.mktemp("used")
    loaded(folder)
    return folder


@pytest.fixture(scope="module")
def at_start(used: Path) -> set[str]:
    """What a bot has loaded that has run before, and has answered /start in English through a pipe."""
    return loaded(used)


@pytest.mark.parametrize("module", SLOW)
def test_what_a_later_start_does_without(module: str, at_start: set[str]) -> None:
    """A bot that has run before answers /start through a pipe without loading what only others need."""
    assert find_spec(module), "there is no such module, so that nothing is shown by its absence"
    assert module not in at_start


def test_what_every_start_needs(at_start: set[str]) -> None:
    """The list of what is loaded is a true one: what the answer comes from is in it."""
    assert {"handlers.start", "bot.dispatcher", "bot.platforms.console_pipe", "sqlite3"} <= at_start


def test_a_first_start_loads_no_more(tmp_path: Path) -> None:
    """The first start makes the database without loading what only an upgrade needs."""
    assert loaded(tmp_path).isdisjoint(SLOW)


def test_a_translation_is_read_when_somebody_reads_it(used: Path) -> None:
    """Who speaks another language than English waits for its catalogue, and for nothing else."""
    assert loaded(used, LANG="ru_RU.UTF-8").intersection(SLOW) == set(TRANSLATION)


@pytest.mark.parametrize("line", ["/letter", "/addresses", "/privacy"])
def test_the_first_answer_of_any_kind(line: str, used: Path) -> None:
    """Whatever is asked first, it is answered with what /start needs."""
    assert loaded(used, line).isdisjoint(SLOW)
