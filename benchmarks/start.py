"""How long somebody waits for the first answer: from the start of the program to the end of its answer to /start.

The line is in the pipe before the program starts. The first start ever makes the data folder and the database; a later
one finds them. Beside them stands what Python takes on this machine to do nothing, and to load one library that the
bot needs. All take turns, so that a change in the machine's speed meets all. Byte code is cached, in a folder of its
own: each of them ran once before.

    python benchmarks/start.py [ROUNDS]
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from tests.terminal import Terminal, answers, surroundings

LINE = "/start"
LIBRARY = "sqlalchemy"
FIRST, LATER, NOTHING, ONE = (
    "the first start ever",
    "a later start",
    "python -c pass",
    f'python -c "import {LIBRARY}"',
)


class Watch:
    """Somebody with a stopwatch, who starts programs again and again and keeps their byte code below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used = folder / "used"
        self._starts = 0
        with closing(self._bot(self._used)) as bot:
            self._answer = answers(bot.leave())[0]

    def first(self) -> float:
        """Return the seconds until the answer of a bot whose data folder is not there yet."""
        self._starts += 1
        return self._answered(self._folder / f"new {self._starts}")

    def later(self) -> float:
        """Return the seconds until the answer of a bot that has run before."""
        return self._answered(self._used)

    def python(self, program: str) -> float:
        """Return the seconds that Python takes for `program`."""
        began = time.perf_counter()
        self._start(["-c", program], self._folder).wait()
        return time.perf_counter() - began

    def _answered(self, folder: Path) -> float:
        began = time.perf_counter()
        with closing(self._bot(folder)) as bot:
            bot.wait_for(self._answer)
            took = time.perf_counter() - began
            bot.leave()
        return took

    def _bot(self, folder: Path) -> Terminal:
        """Return a bot that finds the line in its pipe."""
        (source, into), (out, sink) = os.pipe(), os.pipe()
        os.write(into, f"{LINE}\n".encode())
        process = self._start(["-m", "bot", "chat"], folder, source, sink)
        os.close(source)
        os.close(sink)
        return Terminal(process, into, out)

    def _start(
        self, arguments: Sequence[str], folder: Path, source: int | None = None, sink: int | None = None
    ) -> subprocess.Popen[bytes]:
        environment = {**surroundings(folder), "PYTHONPYCACHEPREFIX": str(self._folder / "byte code")}
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, stdin=source, stdout=sink, stderr=sink, env=environment)  # noqa: S603  # ours


def measure(watch: Watch, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round, after one that does not count."""
    ways: dict[str, Callable[[], float]] = {
        FIRST: watch.first,
        LATER: watch.later,
        NOTHING: lambda: watch.python("pass"),
        ONE: lambda: watch.python(f"import {LIBRARY}"),
    }
    taken = [{name: way() for name, way in ways.items()} for _ in range(rounds + 1)]
    return {name: [one[name] for one in taken[1:]] for name in ways}


def show(taken: Mapping[str, list[float]]) -> None:
    """Print the medians, the shortest and the longest, and the ratio to the library in the same round."""
    print(f"{'':29}  median     from       to   of “import {LIBRARY}”")
    for name, seconds in taken.items():
        ratio = statistics.median(a / b for a, b in zip(seconds, taken[ONE], strict=True))
        times = "  ".join(f"{s:5.2f} s" for s in (statistics.median(seconds), min(seconds), max(seconds)))
        print(f"{name:29} {times}   {ratio:5.2f}")


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    busy, cores = os.getloadavg()[0], os.cpu_count()
    with tempfile.TemporaryDirectory() as folder:
        show(measure(Watch(Path(folder)), rounds))
    print(f"medians of {rounds} rounds, Python {platform.python_version()}, {platform.system()};", end=" ")
    print(f"{cores} cores, on which {busy:.1f} other programs ran when it began")


if __name__ == "__main__":
    main()
