"""The bot is killed, at every step and at any moment: nothing that was answered is lost, nothing is recorded twice."""

import fcntl
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import pexpect
import pytest

from tests.killing import SCRIPTS, Rehearsal, rehearse, stands_at, survive
from tests.terminal import PATIENCE, Forks, start, surroundings


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """How whole letters go while nobody kills the bot."""
    return rehearse(tmp_path_factory.mktemp("rehearsal"))


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Forks:
    """What starts the bot as a process of its own without the time that loading takes."""
    return Forks(tmp_path_factory.mktemp("forks"), [*chain(*SCRIPTS), "/mydata", "/cancel"])


@pytest.fixture
def dice() -> random.Random:
    """Chance; a failed test shows the seed that brings it back."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed: {seed}")  # noqa: T201  # for pytest, which shows it only if the test fails
    return random.Random(seed)


def test_killed_at_every_line_of_a_letter(forks: Forks, rehearsal: Rehearsal, tmp_path: Path) -> None:
    """Killed after a line was typed, the bot asks the same question or the next; after an answer was read, the next."""
    letter = rehearsal.letters[2]
    for at, line in enumerate(letter.lines):
        with closing(forks.start(tmp_path)) as bot:
            bot.type(line)
        with closing(forks.start(tmp_path)) as bot:
            if stands_at(bot, letter, at) == at:
                bot.say(line, letter.answers[at])
        with closing(forks.start(tmp_path)) as bot:
            assert stands_at(bot, letter, at) == at + 1
    assert pledges(tmp_path) == 1


def test_killed_two_hundred_times(
    forks: Forks, rehearsal: Rehearsal, tmp_path: Path, dice: random.Random
) -> None:
    """Whatever the moment, it goes on where it was, and in the end each letter is recorded once, as it was told."""
    tally = survive(forks.start, rehearsal, tmp_path, 200, dice)
    assert 0 < tally.again < tally.kills


def test_killed_while_it_makes_its_database(forks: Forks, tmp_path: Path, dice: random.Random) -> None:
    """However far the very first start came, the next one is a good one."""
    for n in range(25):
        with closing(forks.start(tmp_path / str(n))):
            time.sleep(dice.uniform(0, 0.06))
        with closing(forks.start(tmp_path / str(n))) as bot:
            bot.type("/letter")
            bot.wait_for("  2  ")
        assert pledges(tmp_path / str(n)) == 0


def test_an_answer_that_nobody_could_read_is_given_again(
    forks: Forks, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    """What was recorded but not yet said when the bot was killed is said by itself at the next start."""
    letter = rehearsal.letters[0]
    with closing(forks.start(tmp_path)) as bot:
        bot.say(letter.lines[0], letter.answers[0])
        wait_until_unsaid(tmp_path, 0)
        fill(bot.out, leaving=64)  # enough to repeat the line, too little to answer it
        bot.type(letter.lines[1])
        wait_until_unsaid(tmp_path, 1)
    with closing(forks.start(tmp_path)) as bot:
        bot.wait_for(letter.answers[1])
        assert bot.heard == letter.answers[1]


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_the_program_is_ended(number: int, status: int, rehearsal: Rehearsal, tmp_path: Path) -> None:
    """Asked to end, it ends without a word and leaves its folder tidy; killed or not, it goes on where it was."""
    letter = rehearsal.letters[0]
    bot = start(tmp_path)
    for line, answer in zip(letter.lines[:5], letter.answers, strict=False):
        bot.say(line, answer)
    heard = bot.heard
    assert bot.stop(number) == heard
    assert bot.status == status
    assert (tmp_path / "solidarity.db-wal").exists() == (status != 0)
    with closing(start(tmp_path)) as bot:
        assert stands_at(bot, letter, 5) == 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ended_in_the_middle_of_a_line(
    number: int, forks: Forks, rehearsal: Rehearsal, tmp_path: Path, dice: random.Random
) -> None:
    """Asked to end while it deals with a line, it has dealt with it or not at all, and complains of nothing."""
    letter, at, heard = rehearsal.letters[0], 0, ""
    while at < len(letter.lines) - 1:
        with closing(forks.start(tmp_path)) as bot:
            at = stands_at(bot, letter, at)
            bot.type(letter.lines[at])
            time.sleep(dice.uniform(0, 0.008))
            heard += bot.stop(number)
            assert bot.status == 0, bot.heard
    assert "Error" not in heard
    assert "wrong on my side" not in heard


@pytest.fixture
def screen(tmp_path: Path) -> Iterator["pexpect.spawn[str]"]:
    """The bot in a terminal of its own, where somebody has begun a letter and half a line."""
    environment = {**surroundings(tmp_path), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable, ["-m", "bot", "chat"], env=environment, encoding="utf-8", timeout=PATIENCE
    )
    child.expect_exact("› ")
    child.send("/letter\r")
    child.expect_exact("  2  ")
    child.expect_exact("› ")
    child.send("2, I th")
    child.expect_exact("I th")
    yield child
    child.close(force=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_in_a_terminal(number: int, screen: "pexpect.spawn[str]", tmp_path: Path) -> None:
    """The terminal is left as it was found, nothing is said of half a line, and the folder is tidy."""
    assert not screen.getecho()
    screen.kill(number)
    screen.expect(pexpect.EOF)
    assert "Traceback" not in (screen.before or "")
    assert screen.getecho()
    screen.close()
    assert screen.exitstatus == 0
    assert not (tmp_path / "solidarity.db-wal").exists()


def test_an_interrupt_in_a_terminal_ends_nothing(screen: "pexpect.spawn[str]") -> None:
    """Ctrl-C drops the line that was begun, says how to leave, and the bot goes on."""
    screen.sendintr()
    screen.send("1\r")
    screen.expect_exact("  3  ")
    screen.expect_exact("› ")
    screen.kill(signal.SIGINT)
    screen.expect_exact("/quit")
    assert screen.isalive()


def pledges(folder: Path) -> int:
    """Return how many pledges are recorded in a sound database."""
    with closing(sqlite3.connect(folder / "solidarity.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found: int = database.execute("SELECT count(*) FROM pledge").fetchone()[0]
        return found


def fill(pipe: int, leaving: int) -> None:
    """Write into a pipe, of which `pipe` is the end to read from, until only so many bytes are `leaving` room."""
    into = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY)
    os.write(into, bytes(fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) - leaving))
    os.close(into)


def wait_until_unsaid(folder: Path, answers: int) -> None:
    """Wait until the bot in `folder` has recorded so many answers that it has not said."""
    with closing(sqlite3.connect(folder / "solidarity.db")) as database:
        for _ in range(int(PATIENCE / 0.01)):
            if database.execute("SELECT count(*) FROM delivery").fetchone() == (answers,):
                return
            time.sleep(0.01)
    pytest.fail(f"there are never {answers} answers to be said")
