"""Broadcasts of the real program, killed, ended, in a storm and at the limits, beside servers of this machine.

- Telegram, 2,000 people: the bot is killed with SIGKILL at random moments (one time in five while it starts), a third
  of the answers coming late. Nobody may be missed or get it twice, but for those of whom it is known that it is not
  known; these are no more than were under way, and get it again when an organiser says so.
- The same, asked to end with SIGTERM: nothing is lost, nothing is unknown.
- Matrix, encrypted rooms on a real Synapse: killed with SIGKILL. Each room gets it once.
- A storm of five minutes: 30 of 100 calls are refused with 429, 20 fail with 502, 10 hang, 10 are reset, half of these
  after they were carried out. It ends complete, and no message comes before it was asked for.
- At the limits, 2,000 people, first alone, then while twenty others write.
If one of these does not hold, the script fails and says what went wrong. Takes about an hour and a half; what is asked
for 0 times, or with 0 rooms or people, is left out, and the limits with 0 people.

    python benchmarks/broadcast_survival.py [KILLS] [ENDS] [ROOMS] [ROOM_KILLS] [STORM_PEOPLE] [PEOPLE] [SEED]
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
import time
from pathlib import Path

from bot.broadcasts import Fate
from tests.botapi import BotApi, Delay
from tests.broadcast_ordeals import Mailed, killed, terminated
from tests.broadcast_ordeals_on_matrix import mailed_and_killed
from tests.broadcast_weather import Departures, Storm, chatter, departed, most_within, never_paid
from tests.homeserver.synapse import Synapse
from tests.program import wrong
from tests.telegram_program import Program

SENDING = "sendMessage"
MOST = 30
"""Messages that Telegram takes in a second."""


async def kills(folder: Path, people: int, number: int, dice: random.Random) -> None:
    """Kill the bot so often, and print what became of it."""
    async with BotApi() as server, Program(server, folder, forked=True, LIMITS__PER_SECOND="60") as program:
        mailed = await Mailed.prepared(server, program, people)
        server.fails(Delay(0.03, done=True), SENDING, times=None, when=lambda call: dice.random() < 0.3)
        tally = await killed(mailed, number, dice, 2 * people / 60 / number)
        assert wrong(program.complaints) == []
    told(f"Telegram: SIGKILL {tally.ends} times, {tally.starting} of these while it started; {people} people")
    told("  lost, twice outside the unknown           0    0")
    told(f"  unknown, of so many under way          {tally.unknown:>4} {tally.in_flight:>4}")


async def ends(folder: Path, people: int, number: int, dice: random.Random) -> None:
    """Ask the bot to end so often, and print what became of it."""
    async with BotApi() as server, Program(server, folder, forked=True, LIMITS__PER_SECOND="60") as program:
        mailed = await Mailed.prepared(server, program, people)
        server.fails(Delay(0.2, done=True), SENDING, times=None, when=lambda call: dice.random() < 0.3)
        tally = await terminated(mailed, number, dice, people / 60 / number)
        assert wrong(program.complaints) == []
    took = f"{statistics.median(tally.took):.2f} s (median), {max(tally.took):.2f} s (all)"
    told(f"Telegram: SIGTERM {tally.ends} times; {people} people")
    told("  lost, twice, unknown                      0    0    0")
    told(f"  the end came within {took}")


async def rooms(folder: Path, number: int, killings: int, dice: random.Random) -> None:
    """Kill the bot so often while it writes into encrypted rooms, and print what became of it."""
    with Synapse(folder / "homeserver") as homeserver:
        tally = await mailed_and_killed(homeserver, folder / "bot", number, killings, dice)
    told(
        f"Matrix: SIGKILL {tally.ends} times, {tally.starting} of these while it started; {number} encrypted rooms"
    )
    told("  lost, twice                               0    0")
    told(
        f"  under way when it was killed, sent again under the same name {tally.in_flight:>4} {tally.again:>4}"
    )


async def storm(folder: Path, people: int, dice: random.Random) -> None:
    """Send in a storm, and print what became of it."""
    async with BotApi() as server, Program(server, folder) as program:
        mailed = await Mailed.prepared(server, program, people)
        weather = Storm(server, dice, mailed.author.id)
        weather.begins()
        await mailed.begin()
        await program.start()
        begun = time.perf_counter()
        found = await mailed.ended(1200)
        took = time.perf_counter() - begun
        mailed.check(found)
        assert weather.early == []
        assert never_paid(server)
        assert wrong(program.complaints) == []
    told(
        f"a storm of {took:.0f} s, {people} people: {found.people(Fate.SENT)} sent, {found.unsettled} unknown, 0 lost"
    )
    told("  calls struck: " + ", ".join(f"{name} {times}" for name, times in sorted(weather.struck.items())))
    told("  calls before they were asked for          0")


async def limits(folder: Path, people: int, writers: int, dice: random.Random) -> None:
    """Send at the limits while so many others write, and print how fast it went."""
    async with BotApi() as server, Program(server, folder, forked=("tests.departing",)) as program:
        mailed = await Mailed.prepared(server, program, people)
        others = [server.user(f"Ada {n}", language_code="en") for n in range(writers)]
        departures, over = Departures(server), asyncio.Event()
        await program.start()
        await mailed.begin()
        writing = asyncio.create_task(chatter(others, dice, 2.0, over))
        # To look how it stands costs the server its time.
        await asyncio.sleep(people / MOST * (1.4 if writers else 1))
        found = await mailed.ended(600, pause=2.0)
        over.set()
        waits = await writing
        assert found.people(Fate.SENT) == people
        assert never_paid(server)
    ours = {user.id for user in mailed.people}
    times = [at for at, chat in departures.times if chat in ours]
    told(f"at the limits, {people} people, {writers} others write")
    told(f"  messages of the broadcast a second    {(people - 1) / (times[-1] - times[0]):.1f}")
    left, seen = most_within(departed(folder), 1.0), departures.most_within(1.0)
    told(f"  most messages in any second           {left} as they left, {seen} as their server saw them")
    assert left <= MOST
    if waits:
        told(
            f"  {len(waits)} answers to others came within {statistics.median(waits):.2f} s (median), "
            f"{statistics.quantiles(waits, n=20)[-1]:.2f} s (95 of 100), {max(waits):.2f} s (all)"
        )


def told(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


async def all_of_it(folder: Path, numbers: list[int]) -> None:
    """Do everything, and print what became of it."""
    killings, endings, room, room_kills, storm_people, people, seed = numbers
    dice = random.Random(seed)
    if killings:
        await kills(folder / "kills", people, killings, dice)
    if endings:
        await ends(folder / "ends", people, endings, dice)
    if room:
        await rooms(folder / "rooms", room, room_kills, dice)
    if storm_people:
        await storm(folder / "storm", storm_people, dice)
    if people:
        await limits(folder / "limits", people, 0, dice)
        await limits(folder / "writers", people, 20, dice)


def main() -> None:
    """Put the bot to the test; the seed brings chance back."""
    usual = [200, 50, 2000, 200, 4500, 2000, random.SystemRandom().randrange(1_000_000)]
    given = [int(argument) for argument in sys.argv[1:]]
    numbers = given + usual[len(given) :]
    logging.getLogger("nio").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(all_of_it(Path(name), numbers))
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    told(f"seed {numbers[-1]}, {versions}, on a machine shared with others")


if __name__ == "__main__":
    main()
