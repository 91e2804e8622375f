"""The real program behind a pipe: lines are typed, its answers are read, and it can be killed at any moment."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, Protocol

import pytest

from bot import cli
from bot.assembly import furnish
from bot.config import Settings
from bot.store.store import Store
from tests.door import door_to

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0
"""Seconds after which an answer that has not come will not come."""


class Process(Protocol):
    """A process that somebody waits for."""

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    def wait(self) -> int:
        """Wait for its end, and return its exit status; minus a signal's number if that killed it."""
        ...


@dataclass
class Terminal:
    """A running `chat`, and what it has said so far, complaints included."""

    process: Process
    into: int
    out: int
    status: int | None = None
    _heard: bytearray = field(default_factory=bytearray)
    _typed: int = 0

    @property
    def heard(self) -> str:
        """Everything said so far."""
        return self._heard.decode(errors="replace")

    def type(self, line: str) -> None:
        """Type `line`, and do not look at the answer."""
        self._typed = len(self._heard)
        os.write(self.into, f"{line}\n".encode())

    def say(self, line: str, *answers: str) -> str:
        """Type `line`, and return the one of `answers` with which the bot ends what it says to that."""
        self.type(line)
        echo = f"› {line}".rstrip() + "\n"
        while True:
            answer = self._heard[self._typed :].decode(errors="replace").partition(echo)[2]
            if found := [words for words in answers if answer.endswith(words)]:
                return max(found, key=len)
            assert self._more(), f"there is no such answer to {line!r}:\n{self.heard}"

    def wait_for(self, words: str) -> None:
        """Read on until the bot has said `words`."""
        while words not in self.heard:
            assert self._more(), f"{words!r} is not said:\n{self.heard}"

    def leave(self) -> str:
        """Type nothing more, and return everything that was said until the end."""
        os.close(self.into)
        return self._end()

    def stop(self, number: int = signal.SIGKILL) -> str:
        """Send a signal, and return everything that was said until the end."""
        os.kill(self.process.pid, number)
        said = self._end()
        os.close(self.into)
        return said

    def close(self) -> None:
        """Kill it, unless it has ended."""
        if self.status is None:
            self.stop()

    def _end(self) -> str:
        while self._more():
            pass
        self.status = self.process.wait()
        os.close(self.out)
        return self.heard

    def _more(self) -> bool:
        """Wait for more to be said; False if nothing more will come."""
        readable, _, _ = select.select([self.out], [], [], PATIENCE)
        chunk = os.read(self.out, 65_536) if readable else b""
        self._heard += chunk
        return bool(chunk)


Start = Callable[[Path], Terminal]
"""Starts the program with its data in a folder."""


def surroundings(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of somebody whose data are in `folder`, with `settings` such as LOG__LEVEL."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "SOLIDARITY_DATA_DIR": str(folder),
        **{f"SOLIDARITY_{name}": value for name, value in settings.items()},
    }


def start(folder: Path, **settings: str) -> Terminal:
    """Return the program, started as a person starts it."""
    (source, into), (out, sink) = os.pipe(), os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"],
        stdin=source,
        stdout=sink,
        stderr=sink,
        env=surroundings(folder, **settings),
    )
    os.close(source)
    os.close(sink)
    return Terminal(process, into, out)


@dataclass(frozen=True, slots=True)
class Fork:
    """A copy of this process that has become the program."""

    pid: int

    def wait(self) -> int:
        """Wait for its end, and return its exit status; minus a signal's number if that killed it."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Forks:
    """Starts the program in copies of this process, which have loaded and read already what it needs."""

    def __init__(self, folder: Path, lines: Sequence[str] = ()) -> None:
        """Get ready in `folder` to start bots to which somebody will say such `lines`."""
        self._furnished = furnish(Settings())
        asyncio.run(self._warm_up(folder, lines))

    async def _warm_up(self, folder: Path, lines: Sequence[str]) -> None:
        """Say `lines` to a bot in this process, so that every message and statement has been made once."""
        store = await Store.open(folder / "solidarity.db")
        door = door_to(store, *self._furnished)
        for line in lines:
            await door.say(line)
        await store.close()

    def start(self, folder: Path) -> Terminal:
        """Return the program as a process of its own; it answers after some hundredths of a second."""
        (source, into), (out, sink) = os.pipe(), os.pipe()
        pid = os.fork()
        if not pid:
            os.close(into)
            os.close(out)
            self._become(source, sink, surroundings(folder))
        os.close(source)
        os.close(sink)
        return Terminal(Fork(pid), into, out)

    def _become(self, source: int, sink: int, environment: Mapping[str, str]) -> NoReturn:
        """Run the program in this process, and end with it."""
        status = 1
        try:
            for here, there in ((source, 0), (sink, 1), (sink, 2)):
                os.dup2(here, there)
            sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", 1)
            os.environ.clear()
            os.environ.update(environment)
            pytest.MonkeyPatch().setattr(cli, "furnish", lambda _settings, thorough: self._furnished)
            cli.main(["chat"])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else status
        finally:
            os._exit(status)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a program said until it ended by itself, its complaints apart, and its exit status."""

    said: str
    complaint: str
    status: int


def run(folder: Path, *lines: str, arguments: Sequence[str] = ("chat",), **settings: str) -> Ended:
    """Return what becomes of a program that is told all `lines` at once."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        env=surroundings(folder, **settings),
    )
    return Ended(done.stdout, done.stderr, done.returncode)


def answers(transcript: str) -> list[str]:
    """Return what a transcript says to each line in it."""
    return re.split(r"^›.*\n", transcript, flags=re.MULTILINE)[1:]
