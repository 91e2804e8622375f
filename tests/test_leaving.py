"""How a talk in the terminal breaks off: by a signal, by a closed window, by a reader who is gone."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pexpect
import pytest
from pexpect.fdpexpect import fdspawn

from tests.terminal import PATIENCE, Ended, run, start, surroundings
from tests.troubles import CHAT, command, end, wait_until_unsaid

LOCAL_MODES = 3
"""The place of what concerns echo and whole lines in the attributes of a terminal."""
OWN_WINDOW = "import fcntl, os, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
"""Let a program be the one that is told when its window is closed."""
TYPED = ("/letter", "1")
"""What somebody says before the talk breaks off."""
QUESTION = "So which letter shall it be?"
"""What they are asked then."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody at a terminal."""
    return {**surroundings(tmp_path), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}


@pytest.fixture
def screen(environment: dict[str, str]) -> Iterator["pexpect.spawn[str]"]:
    """A terminal in which the bot is about to start."""
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable, list(CHAT), env=environment, encoding="utf-8", timeout=PATIENCE
    )
    yield child
    child.close(force=True)


def talk(screen: "pexpect.spawn[str] | fdspawn[str]") -> None:
    """Answer the first questions, and begin to answer the next."""
    screen.expect_exact("› ")
    for line, answer in zip(TYPED, ("Which appeal?", QUESTION), strict=True):
        screen.send(f"{line}\r")
        screen.expect_exact(answer)
        screen.expect_exact("› ")
    screen.send("2, I th")
    screen.expect_exact("I th")


def goes_on(folder: Path) -> None:
    """See that the next start asks what was asked before, and says nothing by itself."""
    with closing(start(folder)) as bot:
        bot.type("/letter")
        bot.wait_for(QUESTION)
        assert bot.heard.startswith("› /letter\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_prompt(number: int, screen: "pexpect.spawn[str]", tmp_path: Path) -> None:
    """Everything that was changed in the terminal is changed back; the conversation goes on at the next start."""
    before = termios.tcgetattr(screen.child_fd)
    talk(screen)
    during = termios.tcgetattr(screen.child_fd)
    screen.kill(number)
    screen.expect(pexpect.EOF)
    assert termios.tcgetattr(screen.child_fd) == before
    whole_lines_and_echo = termios.ICANON | termios.ECHO
    assert before[LOCAL_MODES] & whole_lines_and_echo == whole_lines_and_echo
    assert during[LOCAL_MODES] & whole_lines_and_echo == 0
    screen.close()
    assert (screen.exitstatus, screen.signalstatus) == (0, None)
    assert "Traceback" not in (screen.before or "")
    goes_on(tmp_path)


def test_a_window_that_is_closed(environment: dict[str, str], tmp_path: Path) -> None:
    """The bot ends without a complaint that nobody can see any more, and goes on at the next start."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        command(OWN_WINDOW), stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        os.close(theirs)
        window = fdspawn(ours, encoding="utf-8", timeout=PATIENCE)
        talk(window)
        window.close()
        assert process.communicate(timeout=PATIENCE)[1] == ""
    assert process.returncode == 0
    assert not (tmp_path / "solidarity.db-wal").exists()
    goes_on(tmp_path)


# --- what an earlier process recorded and did not say


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder in which the answer to the last line waits to be said."""
    *first, last = TYPED
    with closing(start(tmp_path)) as bot:
        for line in first:
            bot.type(line)
            bot.wait_for("  2  ")
        wait_until_unsaid(tmp_path, 0)
        room = fcntl.fcntl(bot.out, fcntl.F_SETPIPE_SZ, 4096)
        into = os.open(f"/proc/self/fd/{bot.out}", os.O_WRONLY)
        os.write(into, bytes(room - 64))  # enough is left to repeat the line, too little to answer it
        os.close(into)
        bot.type(last)
        wait_until_unsaid(tmp_path, 1)
    return tmp_path


@contextmanager
def nobody() -> Iterator[int]:
    """Give a pipe that nobody reads, as in `| head -0`."""
    out, into = os.pipe()
    os.close(out)
    yield into
    os.close(into)


@contextmanager
def full_disk() -> Iterator[int]:
    """Give a file that takes nothing, as in `> file` on a full disk."""
    with Path("/dev/full").open("wb") as file:
        yield file.fileno()


NO_SPACE = "the terminal or the pipe cannot be used: No space left on device\n"


@pytest.mark.parametrize(("sink", "complaint", "status"), [(nobody, "", 0), (full_disk, NO_SPACE, 1)])
def test_unsaid_messages_stay(
    sink: Callable[[], AbstractContextManager[int]], complaint: str, status: int, folder: Path
) -> None:
    """What nobody can read is kept until somebody can; only what is worth a complaint is complained of."""
    with sink() as out:
        assert end(surroundings(folder), command(), "/help\n", out) == Ended("", complaint, status)
    first, second = run(folder, "/privacy"), run(folder)
    answer, echo, _ = first.said.partition("› /privacy\n")
    assert (QUESTION in answer, echo != "", first.complaint) == (True, True, "")
    assert second == Ended("", "", 0)


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_an_end_that_is_closed(closed: str, folder: Path) -> None:
    """Started without an input or an output, the bot says so in one line."""
    shell = ("sh", "-c", f'exec "$@" {closed}', "sh")
    complaint = "nobody can talk here: standard input or standard output is closed\n"
    assert end(surroundings(folder), (*shell, *command())) == Ended("", complaint, 1)
    assert QUESTION in run(folder).said
