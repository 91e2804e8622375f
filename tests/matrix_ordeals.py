"""What a bot on Matrix has to live through while people write to it: its own death, and that of the homeserver."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.homeserver.faults import Delay
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse
from tests.matrix_program import Program, behind_a_gate
from tests.matrix_writers import Writer, begins, check, rehearsed

SENDING = r"/send/m\.room\.(encrypted|message)/"
GAP = 100
"""Events of a room beyond which the homeserver tells only of the last."""
RISK = 0.25
"""How likely the bot is killed while it starts."""


@dataclass
class Tally:
    """How often somebody died, and what that meant."""

    working: int = 0
    starting: int = 0
    gaps: list[int] = field(default_factory=list)
    """How many events each long gap had."""
    pages: int = 0
    """How many pages of missed events the bot has asked for."""
    again: int = 0
    """How many messages the bot has sent again, under the same name."""

    def counts(self, gate: Gate) -> None:
        """Count what the bot has asked the homeserver for."""
        sent = Counter(call.path for call in gate.calls.of(SENDING, "PUT"))
        self.again = sent.total() - len(sent)
        self.pages = gate.calls.count(r"/messages$")


@dataclass
class Stage:
    """A bot that works, behind a gate, and people who have begun to talk with it."""

    homeserver: Synapse
    gate: Gate
    program: Program
    writers: Sequence[Writer]
    start: float
    """Seconds that a start takes."""


@asynccontextmanager
async def staged(
    homeserver: Synapse, folder: Path, people: int, lines: int, *, forked: bool = False
) -> AsyncIterator[Stage]:
    """Enter a bot at work, with `people` in private chats with it who will say so many `lines` each."""
    async with (
        behind_a_gate(homeserver, folder / "bot", forked=forked) as (gate, program),
        People(homeserver, folder / "people") as everybody,
    ):
        await program.start()
        await program.kill()
        begun = time.perf_counter()
        await program.start()
        start, writers = time.perf_counter() - begun, []
        for number in range(1, people + 1):
            script = await rehearsed(f"Pledger {number:02}", lines, folder / f"rehearsal-{number}")
            ada = await everybody.meet("Ada")
            writers.append(await begins(ada, program.account.user_id, script))
        yield Stage(homeserver, gate, program, writers, start)


async def killed(stage: Stage, kills: int, dice: random.Random) -> Tally:
    """Kill the bot so often while people write to it, and return what that meant; AssertionError if it did harm."""
    tally = Tally()
    await stage.program.kill()
    for number in range(kills):
        share = [-(-writer.left // (kills - number)) for writer in stage.writers]
        while_down = await _away(stage, share, number % 4 == 1, dice, tally)
        await stage.program.start(works=False)
        if dice.random() < RISK:
            await asyncio.sleep(dice.uniform(0, stage.start))
            tally.starting += 1
        else:
            await stage.program.works()
            await _write(stage.writers, [n - m for n, m in zip(share, while_down, strict=True)], dice)
            await asyncio.sleep(dice.uniform(0, 1.5))
            tally.working += 1
        await stage.program.kill()
    await stage.program.start()
    await _write(stage.writers, [writer.left for writer in stage.writers], dice)
    await _end(stage, tally)
    return tally


async def _away(
    stage: Stage, share: Sequence[int], long: bool, dice: random.Random, tally: Tally
) -> list[int]:
    """Let people write while the bot is down, sometimes more than the homeserver tells of; return how many lines."""
    said = [n if long else dice.randint(0, n) for n in share]
    for writer, lines in zip(stage.writers, said, strict=True):
        others = max(0, GAP + dice.randint(5, 40) - lines) if long else 0
        turns = [True] * lines + [False] * others
        dice.shuffle(turns)
        for speaks in turns:
            await (writer.says() if speaks else writer.fills())
        tally.gaps += [lines + others] * long
    return said


async def _write(writers: Sequence[Writer], lines: Sequence[int], dice: random.Random) -> None:
    """Let people say so many lines, in any order, as fast as they like."""
    turns = [writer for writer, number in zip(writers, lines, strict=True) for _ in range(number)]
    dice.shuffle(turns)
    for writer in turns:
        await writer.says()
        await asyncio.sleep(dice.choice((0, 0, dice.uniform(0, 0.05))))


async def homeserver_killed(stage: Stage, kills: int, dice: random.Random) -> Tally:
    """Kill the homeserver so often while answers go out, and return what that meant; AssertionError if it did harm."""
    tally = Tally()
    await stage.program.kill()
    await _write(stage.writers, [writer.left for writer in stage.writers], dice)
    before = stage.gate.calls.count(SENDING, "PUT")
    answers = sum(len(writer.script.messages) for writer in stage.writers)
    moments = sorted(dice.sample(range(1, answers), kills))
    # What it has taken is not known to the bot for a while.
    stage.gate.fails(Delay(0.1, done=True), SENDING, times=None)
    await stage.program.start()
    for moment in moments:
        await stage.gate.calls.wait_for(SENDING, before + moment, "PUT", within=60)
        await asyncio.sleep(dice.uniform(0, 0.1))
        async with stage.homeserver.away():
            stage.gate.breaks_connections()
            tally.working += 1
            await asyncio.sleep(dice.uniform(0, 1))
    await _end(stage, tally)
    return tally


async def _end(stage: Stage, tally: Tally) -> None:
    await asyncio.gather(*(writer.is_answered() for writer in stage.writers))
    await check(stage.program, stage.writers)
    tally.counts(stage.gate)
