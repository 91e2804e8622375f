"""Answers per second on Telegram: this bot, on disk, beside bots that keep nothing, on the same loopback Bot API.

The Bot API and the people run in this process, each bot in one of its own. Each person says the next thing as soon as
the bot has answered the last one: with as many messages as answered that step when one person alone went through the
conversation first. All bots take turns, so that a change in the machine's speed meets all; figures are medians, and
the ratio is to the bare echo of the same round. CPU is the bot's own time for an update while many write, in all its
threads. Takes about two minutes.

    python benchmarks/telegram.py [ROUNDS] [PEOPLE]
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.telegram_bots.bot_api import BotApi
from benchmarks.telegram_bots.people import Crowd
from benchmarks.telegram_bots.programs import AIOGRAM, ECHO, OURS, PROGRAMS, Program, exists, running

TOKEN = "{}:" + "A" * 35
LEAD = 0.3
"""Seconds that are not counted, at the beginning of each turn."""
TURN = 1.2
ALONE = 0.6


@dataclass(frozen=True, slots=True)
class Row:
    """A bot at work, and what was measured in each round."""

    program: Program
    crowd: Crowd
    process: int
    many: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


async def measure(rounds: int, people: int) -> None:
    """Start every bot, let people write to one after the other, and print the figures."""
    api = BotApi()
    server, port = await api.serve()
    async with server, AsyncExitStack() as stack:
        rows = [await begin(stack, api, port, *numbered) for numbered in enumerate(await present())]
        lengths = await asyncio.gather(*map(rehearsed, rows))
        for _ in range(rounds):
            for row in rows:
                await turn(row, people)
        show(rows, lengths, people)


async def present() -> list[Program]:
    """Return the programs that this checkout has."""
    programs = [program for program in PROGRAMS if program is not OURS]
    if await exists(OURS):
        return [*programs, OURS]
    print("(`solidarity-bot run` does not exist yet: without this bot)")
    return programs


async def begin(stack: AsyncExitStack, api: BotApi, port: int, number: int, program: Program) -> Row:
    """Start one bot, which is ended with the stack."""
    token = TOKEN.format(1001 + number)
    crowd = Crowd(api, token, program.script)
    return Row(program, crowd, await stack.enter_async_context(running(program, port, token, crowd)))


async def rehearsed(row: Row) -> str:
    """Let one person go through the conversation, and return how much the bot has said to an update."""
    await row.crowd.rehearse()
    said = row.crowd.answers
    if row.program.ending not in said[-1]:
        raise RuntimeError(f"{row.program.label.strip()} ended with {said[-1]!r}")
    steps = len(row.program.script)
    length = sum(map(len, said)) / steps
    row.crowd.answers.clear()
    return f"{sum(row.crowd.parts) / steps:8.2f} {length:11,.0f}"


async def turn(row: Row, people: int) -> None:
    """Let many write to a bot, and then one."""
    before = processor(row.process)
    total = row.crowd.answered
    done, took = await row.crowd.write(people, LEAD, TURN)
    row.cpu.append((processor(row.process) - before) * 1e6 / max(1, row.crowd.answered - total))
    row.many.append(done / took)
    done, took = await row.crowd.write(1, LEAD, ALONE)
    row.alone.append(done / took)


def processor(process: int) -> float:
    """Return the seconds a process has computed so far, where Linux tells; else 0."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    ticks = stat.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def show(rows: list[Row], lengths: list[str], people: int) -> None:
    """Print the medians and the ratios."""
    echo = next(row for row in rows if row.program is ECHO)
    head = f"{people} at once  of echo   one by one  of echo   CPU/update  messages  characters"
    print(f"{'updates answered per second':44} {head}")
    for row, length in zip(rows, lengths, strict=True):
        many, alone, cpu = map(statistics.median, (row.many, row.alone, row.cpu))
        print(
            f"{row.program.label:44} {many:8,.0f}/s {ratio(row.many, echo.many):7.2f} {alone:10,.0f}/s "
            f"{ratio(row.alone, echo.alone):8.2f} {cpu:8,.0f} us {length}{complaints(row.crowd)}"
        )
    for row in rows:
        if row.program is OURS:
            aiogram = next(other for other in rows if other.program is AIOGRAM)
            print(
                f"this bot, of aiogram in memory: {ratio(row.many, aiogram.many):.2f} together, "
                f"{ratio(row.alone, aiogram.alone):.2f} one by one"
            )


def ratio(figures: list[float], others: list[float]) -> float:
    """Return the median of how much the one is of the other in the same round."""
    return statistics.median(one / other for one, other in zip(figures, others, strict=True))


def complaints(crowd: Crowd) -> str:
    """Return what went wrong, if anything did."""
    said = [f"{crowd.given_up} waited in vain"] * bool(crowd.given_up)
    said += [f"{crowd.strays} messages too many"] * bool(crowd.strays)
    return f"  ! {', '.join(said)}" if said else ""


def main() -> None:
    """Measure, with as many rounds and people as wanted."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 64
    asyncio.run(measure(rounds, people))


if __name__ == "__main__":
    main()
