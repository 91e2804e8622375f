"""The real program on Telegram, killed, ended, fed with nonsense and flooded, beside the Bot API of this machine.

By polling and with a webhook, at the same time:
- killed with SIGKILL at random moments (one time in four while it starts) while 500 updates arrive from people who
  pledge letters: in the end each update must have had its effect once, each answer must have come, and each pledge
  must be recorded once, as it was told;
- asked to end with SIGTERM, sometimes while messages go out slowly or not at all: besides, no answer may come twice,
  and the end may not take longer than ten seconds;
- 10,000 malformed updates among 1,000 good ones, each of which must be answered;
- 10,000 forged, foreign, old and repeated presses of buttons, of which none may change anything;
- a thousand messages of one person in ten seconds, while twenty others ask for something about once a second.
If one of these does not hold, the script fails and says what went wrong. Takes about a quarter of an hour.

    python benchmarks/telegram_survival.py [KILLS] [ENDS] [SEED]
"""

from __future__ import annotations

import asyncio
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.botapi import BotApi, Delay, Hang
from tests.program import wrong
from tests.telegram_floods import INVENTED, Flood, digest, flood, forged, victims
from tests.telegram_pledgers import Ordeal, Rehearsal, Tally, figures, killed, rehearsed, terminated
from tests.telegram_program import UNKNOWN_FATE, WAYS, Program, Way, each_way

UPDATES = 500
MALFORMED, GOOD = 10_000, 1_000
FORGED = 10_000


async def kills(rehearsal: Rehearsal, folder: Path, number: int, dice: random.Random) -> list[str]:
    """Kill the bot so often, and return what became of it."""
    tallies: dict[Way, Tally] = {}

    async def scenario(server: BotApi, program: Program) -> None:
        people = rehearsal.people(server, UPDATES)
        tallies[program.way] = await Ordeal(server, program, people, killed, dice).survive(number)
        assert wrong(program.complaints) == []

    await each_way(scenario, folder)
    return [
        line
        for way, tally in tallies.items()
        for line in (f"{way}: SIGKILL {tally.ends} times", *figures(tally))
    ]


async def ends(rehearsal: Rehearsal, folder: Path, number: int, dice: random.Random) -> list[str]:
    """Ask the bot to end so often, and return what became of it."""
    tallies: dict[Way, Tally] = {}

    async def scenario(server: BotApi, program: Program) -> None:
        async def end(program: Program) -> float:
            """End it; one time in ten while nothing gets through."""
            hanging = server.fails(Hang(), "sendMessage", times=None) if dice.random() < 0.1 else None
            for _ in range(20 if hanging else 0):
                ordeal.passes_by()
            await asyncio.sleep(dice.uniform(0, 0.1))
            took = await terminated(program)
            if hanging:
                hanging.cancel()
            return took

        for fault in (Delay(1.0), Delay(1.0, done=True)):
            server.fails(fault, "sendMessage", times=None, when=lambda call: dice.random() < 0.05)
        ordeal = Ordeal(server, program, rehearsal.people(server, UPDATES), end, dice, risk=0)
        tallies[program.way] = await ordeal.survive(number)
        assert ordeal.tally.again == 0
        assert wrong(program.complaints) == []
        assert UNKNOWN_FATE not in program.complaints

    await each_way(scenario, folder)
    return [
        line
        for way, tally in tallies.items()
        for line in (f"{way}: SIGTERM {tally.ends} times", *figures(tally))
    ]


async def nonsense(folder: Path, dice: random.Random) -> list[str]:
    """Send malformed updates among good ones, and return how long that took."""
    lines = []

    async def scenario(server: BotApi, program: Program) -> None:
        await program.start()
        begun = time.perf_counter()
        assert not (waiting := await digest(server, MALFORMED, GOOD, dice)), waiting
        took = time.perf_counter() - begun
        lines.append(
            f"{program.way}: {MALFORMED} malformed updates among {GOOD} good ones, all answered in {took:.0f} s"
        )
        assert (await program.end())[0] == 0

    await each_way(scenario, folder, *INVENTED)
    return lines


async def forgeries(folder: Path, dice: random.Random) -> list[str]:
    """Press buttons as no honest app does, and return that nothing has changed."""
    lines = []

    async def scenario(server: BotApi, program: Program) -> None:
        await program.start()
        people = await victims(server, 20)
        before, _, _ = program.effects()
        for number in range(FORGED):
            forged(server, people, dice)
            if number % 500 == 499:
                await server.drained(120)
        assert (await program.end())[0] == 0
        assert program.effects()[0] == before
        assert wrong(program.complaints) == []
        lines.append(f"{program.way}: {FORGED} forged, foreign, old and repeated presses changed nothing")

    await each_way(scenario, folder, *INVENTED)
    return lines


async def floods(folder: Path) -> list[str]:
    """Flood the bot in each way, one after the other, and return how long others wait."""
    lines = []
    for way in WAYS:
        async with BotApi() as server, Program(server, folder / way, way, LIMITS__AT_ONCE="10") as program:
            await program.start()
            lines.append(f"{way}: {_told(await flood(server, 1000, 10.0, 20))}")
    return lines


def _told(found: Flood) -> str:
    """Return in words what a flood did, if it is as it must be."""
    assert found.answers <= 12
    assert found.percentile < 1
    waits = (
        f"{len(found.waits)} answers to 20 others came within {statistics.median(found.waits) * 1000:.0f} ms"
    )
    return (
        f"1000 messages of one person in 10 s were answered {found.answers} times;\n"
        f"  meanwhile {waits} (median), {found.percentile * 1000:.0f} ms (95 of 100), "
        f"{max(found.waits) * 1000:.0f} ms (all)"
    )


async def all_of_it(folder: Path, killings: int, endings: int, dice: random.Random) -> None:
    """Do everything, and print what became of it."""
    rehearsal = await rehearsed(folder / "rehearsal")
    for trial in (
        kills(rehearsal, folder / "kills", killings, dice),
        ends(rehearsal, folder / "ends", endings, dice),
        nonsense(folder / "nonsense", dice),
        forgeries(folder / "forgeries", dice),
        floods(folder / "floods"),
    ):
        print("\n".join(await trial), flush=True)


def main() -> None:
    """Put the bot to the test; the seed brings chance back."""
    usual = [200, 50, random.SystemRandom().randrange(1_000_000)]
    given = [int(argument) for argument in sys.argv[1:]]
    killings, endings, seed = given + usual[len(given) :]
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(all_of_it(Path(name), killings, endings, random.Random(seed)))
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    print(f"seed {seed}, {versions}, on a machine shared with others")


if __name__ == "__main__":
    main()
