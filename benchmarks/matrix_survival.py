"""The real program on Matrix, killed, left without its homeserver, and fed with nonsense, beside a real Synapse here.

- Killed with SIGKILL at random moments (one time in four while it starts) while somebody pledges letters in an
  encrypted chat with 300 commands. What is said while it is down is at times more than the homeserver tells of by
  itself: more than 100 events of one room. In the end each command must have had its effect once, each answer must
  have come once and in order, encrypted, and each pledge must be recorded as it was told.
- The homeserver is killed with SIGKILL, and started again, at random moments while 200 answers to ten people go out;
  its answers to the bot come late and are cut off with it, so that the bot often cannot know what was taken. In the
  end each answer must have come once.
- 10,000 malformed events: half of them sent by a stranger, as far as Synapse takes them (in a private chat, in a room,
  between devices), half told by a homeserver that lies. Meanwhile two others ask for something about once a second.
If one of these does not hold, the script fails and says what went wrong. Takes about ten minutes.

    python benchmarks/matrix_survival.py [KILLS] [HOMESERVER_KILLS] [SEED]
"""

from __future__ import annotations

import asyncio
import logging
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from tests.homeserver.synapse import Synapse
from tests.matrix_floods import digested
from tests.matrix_ordeals import homeserver_killed, killed, staged

COMMANDS = 300
PEOPLE, EACH = 10, 20
SENT, TOLD = 5_000, 5_000
SOON = 10.0
"""Seconds within which everybody is answered, however many malformed events come."""


async def kills(homeserver: Synapse, folder: Path, number: int, dice: random.Random) -> list[str]:
    """Kill the bot so often, and return what became of it."""
    async with staged(homeserver, folder, 1, COMMANDS) as stage:
        tally = await killed(stage, number, dice)
        (writer,) = stage.writers
    gaps = f"{len(tally.gaps)} gaps of {min(tally.gaps)} to {max(tally.gaps)} events"
    return [
        f"bot: SIGKILL {number} times",
        f"  while it worked, while it started      {tally.working:>4}{tally.starting:>5}",
        f"  encrypted commands, answers            {writer.said:>4}{len(writer.script.messages):>5}",
        "  commands lost, with two effects           0    0",
        "  answers lost, twice, in another order     0    0    0",
        f"  messages sent again, by the same name  {tally.again:>4}",
        f"  {gaps}, filled with {tally.pages} pages",
    ]


async def homeserver_kills(folder: Path, number: int, dice: random.Random) -> list[str]:
    """Kill the homeserver so often, and return what became of what the bot sent."""
    with Synapse(folder / "homeserver") as homeserver:
        async with staged(homeserver, folder, PEOPLE, EACH) as stage:
            tally = await homeserver_killed(stage, number, dice)
            sent = sum(len(writer.script.messages) for writer in stage.writers)
    return [
        f"homeserver: SIGKILL {tally.working} times",
        f"  messages of the bot                    {sent:>4}",
        "  of these lost, twice                      0    0",
        f"  messages sent again, by the same name  {tally.again:>4}",
    ]


async def nonsense(homeserver: Synapse, folder: Path, dice: random.Random) -> list[str]:
    """Send malformed events, and return how long others wait meanwhile."""
    found = await digested(homeserver, folder, SENT, TOLD, dice)
    assert max(found.waits) < SOON, f"an answer took {max(found.waits):.1f} s"
    middle, most = statistics.median(found.waits), statistics.quantiles(found.waits, n=20)[-1]
    waits = f"{middle:.2f} s (median), {most:.2f} s (95 of 100), {max(found.waits):.2f} s (all)"
    return [
        f"malformed events: {SENT} sent to Synapse, which took {found.accepted}; {found.told} told behind its back",
        f"  meanwhile and afterwards two others were answered {len(found.waits)} times,",
        f"  within {waits}",
    ]


async def all_of_it(folder: Path, killings: int, outages: int, dice: random.Random) -> None:
    """Do everything, and print what became of it."""
    with Synapse(folder / "homeserver") as homeserver:
        print("\n".join(await kills(homeserver, folder / "kills", killings, dice)), flush=True)
        print("\n".join(await homeserver_kills(folder / "outages", outages, dice)), flush=True)
        print("\n".join(await nonsense(homeserver, folder / "nonsense", dice)), flush=True)


def main() -> None:
    """Put the bot to the test; the seed brings chance back."""
    usual = [20, 8, random.SystemRandom().randrange(1_000_000)]
    given = [int(argument) for argument in sys.argv[1:]]
    killings, outages, seed = given + usual[len(given) :]
    # The clients of the people here complain while the homeserver is away.
    logging.getLogger("nio").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(all_of_it(Path(name), killings, outages, random.Random(seed)))
    parts = ", ".join(f"{name} {version(name)}" for name in ("matrix-synapse", "matrix-nio", "vodozemac"))
    print(
        f"seed {seed}, Python {platform.python_version()}, {parts}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()}, on a machine shared with others"
    )


if __name__ == "__main__":
    main()
