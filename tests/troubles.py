"""Trouble to be made for the real program: with its disk, its data folder and its set-up."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE

from bot.resources import templates
from bot.store.tables import SCHEMA
from tests.terminal import PATIENCE, Ended, Terminal, start, surroundings

DATABASE, KEY = "solidarity.db", "owner.key"
PAGE = 4096
"""Bytes of a page of the database."""

IN_USE = "another program is using it; close that one first (SQLITE_BUSY)"
NO_RIGHT = "it may not be read and written; check who owns it and its folder"
NO_SPACE = "the disk reports an error; check that it is there and has space"

CHAT = ("-m", "bot", "chat")
IMPATIENT = """\
from functools import partial
from bot.cli import main
from bot.store.store import Store
Store.open = partial(Store.open, patience=0.1)
main(["chat"])
"""
"""The program, but it waits a tenth of a second, not five, for another one that writes."""

NO_ROOM = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))"
"""Let no file grow, as on a disk that is full; it binds root too."""
BOUND = """\
import ctypes, os
for right in (1, 2) if os.geteuid() == 0 else ():  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert ctypes.CDLL(None).prctl(24, right, 0, 0, 0) == 0  # PR_CAPBSET_DROP
"""
"""Let the rights of files bind root as they bind everybody else."""
_ON = "\nimport os, sys; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"


def command(prepared: str = "", program: tuple[str, ...] = CHAT) -> tuple[str, ...]:
    """Return how the program is started once something was `prepared` for its process."""
    return sys.executable, "-c", prepared + _ON, *program


def begin(folder: Path, *command: str, **settings: str) -> Terminal:
    """Return a running program whose data are in `folder`; its complaints stand among its answers."""
    (source, into), (out, sink) = os.pipe(), os.pipe()
    environment = surroundings(folder, **settings)
    process = subprocess.Popen(command, stdin=source, stdout=sink, stderr=sink, env=environment)
    os.close(source)
    os.close(sink)
    return Terminal(process, into, out)


def end(environment: Mapping[str, str], command: tuple[str, ...], said: str = "", out: int = PIPE) -> Ended:
    """Return what becomes of a program to which no more than `said` is said."""
    done = subprocess.run(
        command,
        input=said,
        stdout=out,
        stderr=PIPE,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        env=environment,
    )
    return Ended(done.stdout or "", done.stderr, done.returncode)


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the line begins in which the program says why it does not start, and how one tries to start it."""

    line: str
    command: tuple[str, ...] = field(default_factory=command)
    settings: Mapping[str, str] = field(default_factory=dict)


Trouble = Callable[[Path], AbstractContextManager[Refusal]]
"""Something that is wrong with a data folder as long as it is entered."""


@contextmanager
def content(file: Path, wrong: bytes | None) -> Iterator[None]:
    """Let a file hold something wrong, or not be there at all."""
    good = file.read_bytes()
    file.unlink()
    if wrong is not None:
        file.touch(0o600)
        file.write_bytes(wrong)
    yield
    assert (file.read_bytes() if file.exists() else None) == wrong, "the wrong file is not left as it is"
    file.write_bytes(good)


@contextmanager
def rights(path: Path, wrong: int) -> Iterator[None]:
    """Let a file or a folder have rights that are too few."""
    good = path.stat().st_mode
    path.chmod(wrong)
    try:
        yield
    finally:
        path.chmod(good)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Let another process be writing to the database, from a moment on in which the bot is idle."""
    wait_until_unsaid(folder, 0)
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(folder: Path, bot: Terminal, room: int = 0) -> Iterator[None]:
    """Let no file of `bot` take more than `room` bytes, as if the disk were full, at a moment in which it is idle."""
    wait_until_unsaid(folder, 0)
    free = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (room, free[1]))
    yield
    if bot.status is None:
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, free)


def wait_until_unsaid(folder: Path, answers: int) -> None:
    """Wait until the bot has recorded so many answers of which it has not noted that they were said."""
    deadline = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        while database.execute("SELECT count(*) FROM delivery").fetchone() != (answers,):
            assert time.monotonic() < deadline, f"there are never {answers} answers to be said"
            time.sleep(0.005)


# --- what keeps the program from starting


@contextmanager
def full_disk(folder: Path) -> Iterator[Refusal]:
    yield Refusal(f"{folder}/{DATABASE}: {NO_SPACE}", command(NO_ROOM))


@contextmanager
def somebody_writes(folder: Path) -> Iterator[Refusal]:
    with writing(folder):
        yield Refusal(f"{folder}/{DATABASE}: {IN_USE}", command(program=("-c", IMPATIENT)))


@contextmanager
def another_one_runs(folder: Path) -> Iterator[Refusal]:
    with closing(start(folder)) as bot:
        bot.type("/privacy")
        bot.wait_for("/privacy\n")
        yield Refusal(f"{folder}/{DATABASE}: another running bot uses this data folder; stop it first")


def without_right(name: str, mode: int, named: str = "") -> Trouble:
    """Return the trouble that something in the folder has the rights `mode` alone, which is said of `named`."""

    @contextmanager
    def trouble(folder: Path) -> Iterator[Refusal]:
        with rights(folder / name, mode):
            yield Refusal(f"{folder / (named or name)}: {NO_RIGHT}", command(BOUND))

    return trouble


def damaged(damage: Callable[[bytes], bytes], line: str) -> Trouble:
    """Return the trouble that the database is not what it was."""

    @contextmanager
    def trouble(folder: Path) -> Iterator[Refusal]:
        database = folder / DATABASE
        with content(database, damage(database.read_bytes())):
            yield Refusal(f"{database}: {line}")

    return trouble


def garbage_header(good: bytes) -> bytes:
    return b"\xff" * 100 + good[100:]


def garbage_page(good: bytes) -> bytes:
    return good[: 2 * PAGE] + b"\xa5" * PAGE + good[3 * PAGE :]


def half_of_it(good: bytes) -> bytes:
    return good[: len(good) // 2]


@contextmanager
def newer_schema(folder: Path) -> Iterator[Refusal]:
    set_schema(folder, "9999")
    newer = f"its schema 9999 is newer than this version of the bot ({SCHEMA}); update the bot"
    yield Refusal(f"{folder}/{DATABASE}: {newer}")
    set_schema(folder, SCHEMA)


def set_schema(folder: Path, revision: str) -> None:
    """Let the database say that it is of a revision."""
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def other_key(wrong: bytes | None, line: str) -> Trouble:
    """Return the trouble that the file with the key holds something else, or is not there."""

    @contextmanager
    def trouble(folder: Path) -> Iterator[Refusal]:
        with content(folder / KEY, wrong):
            yield Refusal(line.format(folder=folder))

    return trouble


def set_wrong(line: str, **settings: str) -> Trouble:
    """Return the trouble that something is set wrong; {folder} stands for the data folder."""

    @contextmanager
    def trouble(folder: Path) -> Iterator[Refusal]:
        given = {name: value.format(folder=folder) for name, value in settings.items()}
        yield Refusal(line.format(folder=folder), settings=given)

    return trouble


def broken_pack(file: str, text: str, line: str) -> Trouble:
    """Return the trouble that a campaign of the organiser's own has a file that cannot be used."""

    @contextmanager
    def trouble(folder: Path) -> Iterator[Refusal]:
        packs = folder.with_name("packs")
        pack = Path(shutil.copytree(templates() / "campaigns" / "nagaworld-2021", packs / "ours"))
        (pack / file).write_text(text, "utf-8")
        yield Refusal(f"ours/{file}: {line}", settings={"CAMPAIGN_DIRS": str(packs)})

    return trouble


@contextmanager
def log_without_right(folder: Path) -> Iterator[Refusal]:
    log = folder / "bot.log"
    log.touch()
    with rights(log, 0o400):
        line = f"log.file: {log}: the log cannot be written there (Permission denied)"
        yield Refusal(line, command(BOUND), {"LOG__FILE": str(log)})


IN_THE_FOLDER: Mapping[str, Trouble] = {
    "full disk": full_disk,
    "somebody writes": somebody_writes,
    "another bot runs": another_one_runs,
    "database read-only": without_right(DATABASE, 0o400),
    "lock read-only": without_right("solidarity.lock", 0o400),
    "folder read-only": without_right(".", 0o500, DATABASE),
    "folder closed": without_right(".", 0, "solidarity.lock"),
    "garbage at the beginning": damaged(
        garbage_header, "the file is not a database of this bot; move it away"
    ),
    "garbage in the middle": damaged(garbage_page, "the file is damaged; restore the newest backup"),
    "half a file": damaged(half_of_it, "the file is damaged; restore the newest backup"),
    "newer schema": newer_schema,
    "key missing": other_key(None, "{folder}/owner.key: the key is missing, without which nobody"),
    "key emptied": other_key(b"\n", "{folder}/owner.key: this is not a key; restore the one"),
    "key of another": other_key(
        b"k" * 64, "{folder}/owner.key: this is not the key that {folder}/solidarity.db"
    ),
}
"""By name, what can be wrong with a data folder."""

IN_THE_SETTINGS: Mapping[str, Trouble] = {
    "key set wrong": set_wrong(
        "owner_key: this is not the key that {folder}/solidarity.db", OWNER_KEY="k" * 64
    ),
    "key set short": set_wrong(
        "SOLIDARITY_OWNER_KEY: is too short: at least 32 characters", OWNER_KEY="short"
    ),
    "setting unknown": set_wrong(
        "SOLIDARITY_LANGAUGE: there is no such variable; did you mean", LANGAUGE="en"
    ),
    "folder below a file": set_wrong(
        "{folder}/owner.key/x: not a directory", DATA_DIR="{folder}/owner.key/x"
    ),
    "folder is a file": set_wrong(
        "SOLIDARITY_DATA_DIR: {folder}/owner.key is a file", DATA_DIR="{folder}/owner.key"
    ),
    "folder in /proc": set_wrong("/proc/solidarity: no such file or directory", DATA_DIR="/proc/solidarity"),
    "log is a folder": set_wrong(
        "log.file: {folder}: the log cannot be written there (Is a directory)", LOG__FILE="{folder}"
    ),
    "log in no folder": set_wrong(
        "log.file: {folder}/no/log: the log cannot be written", LOG__FILE="{folder}/no/log"
    ),
    "log read-only": log_without_right,
    "packs missing": set_wrong(
        "SOLIDARITY_CAMPAIGN_DIRS, entry 1: there is no folder", CAMPAIGN_DIRS="{folder}/no"
    ),
    "pack is no TOML": broken_pack("campaign.toml", "x = [", "line 1, column 6: this is not valid TOML"),
    "pack's letter": broken_pack(
        "letter-protest.en.txt.j2", "{{ nobody }}", "line 1: there is no field “nobody”"
    ),
    "campaign unknown": set_wrong(
        "campaigns: there is no campaign “no-such-campaign”", CAMPAIGNS="no-such-campaign"
    ),
}
"""By name, what can be wrong with what an organiser sets, and with what the settings name."""
