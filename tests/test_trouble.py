"""Trouble with the real program: one clear line says what is wrong, and nothing counts as recorded that is not.

When the trouble is over, the program starts or goes on, and whatever it had confirmed is still there.
"""

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.killing import Letter, rehearse, stands_at
from tests.terminal import Ended, Forks, Terminal, answers, run, start, surroundings
from tests.troubles import (
    CHAT,
    DATABASE,
    IMPATIENT,
    IN_THE_FOLDER,
    IN_THE_SETTINGS,
    IN_USE,
    NO_ROOM,
    NO_SPACE,
    Refusal,
    begin,
    command,
    end,
    full,
    writing,
)
from tests.unsealed import left, pieces

SORRY = (
    "Something went wrong on my side, and that was not recorded. Your earlier answers are safe. "
    "Please try once more in a minute.\n\n"
)
STAYS = "\nWhat we wrote stays in this chat, and the files that I gave you where they are, until you delete them.\n\n"
GONE = f"It is done. Nothing about you is left in the database.{STAYS}"
ERASED = f"and I check once more.{STAYS}"
SURE = "  2  No, keep it\n\n"
WORDS = "Rigs 7"
"""What is said last of the second letter before the trouble."""


@dataclass(frozen=True, slots=True)
class Told:
    """A data folder in which one letter is pledged and another begun."""

    folder: Path
    letter: Letter
    """The second one."""
    at: int
    """How many lines of it are said."""
    kept: str
    """What /mydata shows after the last of them."""
    forks: Forks
    """What starts the bot there once more, quickly."""

    @property
    def next(self) -> str:
        """The line that is to be said next."""
        return self.letter.lines[self.at]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What was told before the trouble."""
    first, second, *_ = rehearse(tmp_path_factory.mktemp("rehearsal")).letters
    folder, at = tmp_path_factory.mktemp("told"), second.lines.index(WORDS) + 1
    run(folder, *first.lines, *second.lines[:at])
    whole = Path(shutil.copytree(folder, tmp_path_factory.mktemp("end") / "data"))
    kept = answers(run(whole, *second.lines[at:], "/mydata").said)[-1]
    forks = Forks(tmp_path_factory.mktemp("forks"), [*second.lines, "/mydata", "/forget", "1"])
    return Told(folder, second, at, kept, forks)


@pytest.fixture
def folder(told: Told, tmp_path: Path) -> Path:
    """A copy of the data folder, for trouble to be made there."""
    return Path(shutil.copytree(told.folder, tmp_path / "data"))


def starts(folder: Path, refusal: Refusal) -> Ended:
    """Return what becomes of the program that is to start into trouble."""
    return end(surroundings(folder, **refusal.settings), refusal.command, "/letter\n")


def stands(bot: Terminal, told: Told) -> None:
    """See that the question stands that stood before the trouble."""
    assert stands_at(bot, told.letter, told.at) == told.at


def goes_on(bot: Terminal, told: Told) -> None:
    """See that the same question stands, and that in the end both letters are kept as they were told."""
    stands(bot, told)
    for line, answer in zip(told.letter.lines[told.at :], told.letter.answers[told.at :], strict=True):
        bot.say(line, answer)
    bot.say("/mydata", told.kept)


def starts_again(folder: Path, told: Told) -> None:
    """See that the program starts and complains of nothing, and that nothing was lost or recorded twice."""
    with closing(told.forks.start(folder)) as bot:
        goes_on(bot, told)
        assert bot.heard.startswith("› /letter\n")
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM pledge").fetchone() == (2,)


def fails(bot: Terminal, line: str, reason: str) -> None:
    """Say `line`, and see that it is honestly not recorded, with the reason in one line of the log."""
    bot.say(line, SORRY)
    logged = bot.heard.rpartition(f"› {line}\n")[2].removesuffix(SORRY)
    assert re.fullmatch(rf"\S+ \S+ ERROR an event had no effect: {re.escape(reason)}.*\n", logged), logged


# --- at the start


@pytest.mark.parametrize("name", [*IN_THE_FOLDER, *IN_THE_SETTINGS])
def test_a_start_is_refused(name: str, folder: Path, told: Told) -> None:
    """The reason stands in one line; once the trouble is over, the bot starts and goes on where it was."""
    with {**IN_THE_FOLDER, **IN_THE_SETTINGS}[name](folder) as refusal:
        ended = starts(folder, refusal)
    assert (ended.said, ended.status, ended.complaint.count("\n")) == ("", 1, 1), ended
    assert ended.complaint.startswith(refusal.line)
    if name in IN_THE_FOLDER:
        starts_again(folder, told)


def test_a_running_bot_is_not_disturbed(folder: Path, told: Told) -> None:
    """While a second bot is refused in the same data folder, the first one goes on."""
    with closing(start(folder)) as bot:
        stands(bot, told)
        assert starts(folder, Refusal("")).status == 1
        goes_on(bot, told)


@pytest.mark.parametrize("room", [0, 4096, 20_000])
def test_a_first_start_on_a_full_disk(room: int, tmp_path: Path) -> None:
    """However far it came before the disk was full, it says so in one line, and the next start is a good one."""
    ended = starts(tmp_path / "data", Refusal("", command(NO_ROOM.replace("0", str(room), 1))))
    assert (ended.said, ended.status, ended.complaint.count("\n")) == ("", 1, 1), ended
    assert ended.complaint.startswith(f"{tmp_path}/data/")
    done = run(tmp_path / "data", "/letter")
    assert (done.status, done.complaint) == (0, "")


# --- in the middle of a letter


@pytest.mark.parametrize("more", [None, 5000])
def test_the_disk_is_full(more: int | None, folder: Path, told: Told) -> None:
    """At every line, in whole or in part: it is said not to be recorded; with room again, the same question stands."""
    letter, journal = told.letter, folder / f"{DATABASE}-wal"
    with closing(begin(folder, *command())) as bot:
        for at in range(told.at, len(letter.lines)):
            assert stands_at(bot, letter, at) == at
            with full(folder, bot, 0 if more is None else journal.stat().st_size + more):
                fails(bot, letter.lines[at], f"{folder}/{DATABASE}: {NO_SPACE}")
                fails(bot, letter.lines[at], f"{folder}/{DATABASE}: {NO_SPACE}")
            assert stands_at(bot, letter, at) == at
            bot.say(letter.lines[at], letter.answers[at])
        bot.say("/mydata", told.kept)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)])
def test_it_is_ended_on_a_full_disk(number: int, status: int, folder: Path, told: Told) -> None:
    """Ended while nothing can be written, it adds no word; what it had not recorded is not there at the next start."""
    with closing(begin(folder, *command())) as bot:
        stands(bot, told)
        with full(folder, bot):
            fails(bot, told.next, f"{folder}/{DATABASE}: {NO_SPACE}")
            heard = bot.heard
            assert (bot.stop(number), bot.status) == (heard, status)
    starts_again(folder, told)


def test_the_log_is_on_the_full_disk_too(folder: Path, told: Told) -> None:
    """A log that takes nothing more adds no trouble: the answer is as honest, and the bot goes on."""
    with closing(begin(folder, *command(), LOG__FILE=f"{folder}/bot.log")) as bot:
        stands(bot, told)
        before = bot.heard
        with full(folder, bot):
            bot.say(told.next, SORRY)
        assert bot.heard == f"{before}› {told.next}\n{SORRY}"
        goes_on(bot, told)


def test_somebody_writes(folder: Path, told: Told) -> None:
    """At every line: while another program holds the database, nothing is recorded; then the same question stands."""
    letter = told.letter
    with closing(begin(folder, *command(program=("-c", IMPATIENT)))) as bot:
        for at in range(told.at, len(letter.lines)):
            assert stands_at(bot, letter, at) == at
            with writing(folder):
                fails(bot, letter.lines[at], f"{folder}/{DATABASE}: {IN_USE}")
            bot.say(letter.lines[at], letter.answers[at])
        bot.say("/mydata", told.kept)


def test_somebody_writes_for_a_moment(folder: Path, told: Told) -> None:
    """The bot waits for another program that is soon done, and then records what was said."""
    with closing(start(folder)) as bot:
        stands(bot, told)
        with writing(folder):
            bot.type(told.next)
            bot.wait_for(f"› {told.next}\n")
            time.sleep(0.1)
        bot.wait_for(told.letter.answers[told.at])
        assert SORRY not in bot.heard


def test_forgetting_on_a_full_disk(told: Told, tmp_path: Path) -> None:
    """With whatever room there is, the bot says that somebody is forgotten only if no byte of them is left."""
    said = set[str]()
    for room in range(0, 400_000, 20_000):
        folder = Path(shutil.copytree(told.folder, tmp_path / str(room)))
        held = pieces(folder / DATABASE, WORDS)
        with closing(told.forks.start(folder)) as bot:
            bot.say("/forget", SURE)
            held |= pieces(folder / DATABASE, WORDS)
            assert left(folder, held) == {WORDS}
            with full(folder, bot, room):
                said.add(answer := bot.say("1", SORRY, ERASED, GONE))
            assert bool(left(folder, held)) <= (answer != GONE)
        with closing(told.forks.start(folder)) as bot:
            bot.say("/forget", SURE)
            bot.say("1", GONE)
        assert not left(folder, held)
    assert said == {SORRY, ERASED, GONE}


# --- on a disk of its own


@pytest.fixture
def mounting(folder: Path) -> tuple[str, ...]:
    """How a program is started by a shell that may mount disks which nobody else sees; not every system allows it."""
    shell = ("sh", "-c", 'exec unshare --mount --map-root-user sh -ec "$@"', "sh")
    tried = subprocess.run(
        (*shell, 'mount -t tmpfs none "$0"', folder), capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"this system lets nobody mount a disk: {tried.stderr.strip()}")
    return shell


def test_a_disk_that_is_really_full(mounting: tuple[str, ...], folder: Path, told: Told) -> None:
    """The reason is named; when something is deleted, the same question stands."""
    small_disk = """
        mv "$0" "$0.good"; mkdir "$0"
        mount -t tmpfs -o size=1m none "$0"
        cp -a "$0.good/." "$0"
        exec "$@"
    """
    with closing(begin(folder, *mounting, small_disk, str(folder), sys.executable, *CHAT)) as bot:
        stands(bot, told)
        filler = Path(f"/proc/{bot.process.pid}/root{folder}/filler")
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(512))
        fails(
            bot,
            told.next,
            f"{folder}/{DATABASE}: the disk is full; free some space (SQLITE_FULL)",
        )
        filler.unlink()
        goes_on(bot, told)


def test_a_disk_that_is_read_only(mounting: tuple[str, ...], folder: Path, told: Told) -> None:
    """The start is refused in one line; once the disk may be written, the bot goes on where it was."""
    read_only = 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; exec "$@"'
    ended = starts(folder, Refusal("", (*mounting, read_only, str(folder), sys.executable, *CHAT)))
    assert (ended.said, ended.status) == ("", 1), ended
    assert ended.complaint == f"{folder}/solidarity.lock: read-only file system\n"
    starts_again(folder, told)
