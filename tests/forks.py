"""Starts `run` again and again in copies of a process that has loaded what it needs, without the time that takes.

As a program of its own it is that process: it loads the modules that are named, reads what to start, a line each, and
says what became of it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from bot import cli, serving
from bot.assembly import furnish
from bot.config import Settings


class Fork:
    """A copy that has become the program."""

    def __init__(self, pid: int, end: asyncio.Task[int]) -> None:
        self._pid = pid
        self._end = end

    @property
    def returncode(self) -> int | None:
        """Its exit status, minus a signal's number if that killed it; None while it runs."""
        return self._end.result() if self._end.done() else None

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if not self._end.done():
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)

    async def wait(self) -> int:
        """Wait for its end, and return its exit status."""
        return await asyncio.shield(self._end)


class Forks:
    """The process that is copied, started when it is first needed; it starts one program at a time."""

    def __init__(self, *modules: str) -> None:
        """Get ready to start programs that need these modules."""
        self._modules = modules
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, environment: Mapping[str, str], folder: Path) -> Fork:
        """Return a new copy that works in `folder`, where `stderr.txt` takes what it writes."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.forks", *self._modules),
                env=environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        into, out = self._process.stdin, self._process.stdout
        assert into is not None
        assert out is not None
        into.write(json.dumps([dict(environment), str(folder)]).encode() + b"\n")
        pid = int(await out.readline())
        return Fork(pid, asyncio.create_task(_status(out)))

    async def close(self) -> None:
        """End the process that is copied; its copy must have ended."""
        if self._process is not None:
            await self._process.communicate(b"")


async def _status(out: asyncio.StreamReader) -> int:
    return int(await out.readline())


def serve() -> None:
    """Start what is asked for, until nothing more is."""
    for module in sys.argv[1:]:
        importlib.import_module(module)  # so that no copy has to
    furnished = furnish(Settings())
    pytest.MonkeyPatch().setattr(serving, "furnish", lambda _settings: furnished)
    for line in sys.stdin:
        environment, folder = json.loads(line)
        if not (pid := os.fork()):
            become(environment, Path(folder))
        print(pid, flush=True)  # noqa: T201  # the one who asks reads it
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201


def become(environment: Mapping[str, str], folder: Path) -> NoReturn:
    """Run the program in this process, and end with it."""
    status = 1
    try:
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_RDONLY)
        said = os.open("stderr.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for here, there in ((nothing, 0), (said, 1), (said, 2)):
            os.dup2(here, there)
        os.environ.clear()
        os.environ.update(environment)
        cli.main(["run"])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else status
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
