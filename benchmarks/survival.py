"""The real program is killed with SIGKILL at random moments while somebody writes letters, and started again.

After every restart the question must stand that was open, or the next one if the answer had been committed. In the
end each letter must be recorded once, just as it was told, in a sound database; if not, the script fails and says
what was lost. Each line is typed once; half of them are followed by a kill within 12 ms, about twice what the bot
needs for a line; one restart in eight is killed as well. Takes about four minutes.

    python benchmarks/survival.py [KILLS] [SEED]
"""

from __future__ import annotations

import platform
import random
import sqlite3
import statistics
import sys
import tempfile
from pathlib import Path

from tests.killing import rehearse, survive
from tests.terminal import start


def main() -> None:
    """Kill the bot, and print what became of it."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1_000_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tally = survive(start, rehearse(folder / "rehearsal"), folder, kills, random.Random(seed))
    print(f"Killed {tally.kills} times while it dealt with a line, {tally.starts} times while it started")
    print(f"  the line had had its effect        {tally.kills - tally.again:4}")
    print(f"  its question stood again           {tally.again:4}")
    print("  answers lost                          0")
    print(f"  letters finished                   {tally.letters:4}")
    print("  of these not recorded                 0")
    print("  of these recorded twice               0")
    print(f"  from the restart to the question   {statistics.median(tally.back):.2f} s (median)")
    print(
        f"seed {seed}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    )


if __name__ == "__main__":
    main()
