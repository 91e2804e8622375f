"""People who pledge letters on Telegram while the bot dies again and again, and what must be true in the end."""

from __future__ import annotations

import asyncio
import random
import re
import statistics
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any, Literal

from tests.botapi import BotApi, Message, User
from tests.program import PLEDGES
from tests.telegram_program import Program

Manner = Literal["taps", "types", "hurries"]
"""Somebody taps the buttons, types each answer once it is asked for, or types on without waiting for anything."""

MANNERS: tuple[Manner, ...] = ("taps", "types", "hurries", "taps", "types")
SOON = 10.0
"""Seconds within which the bot ends when it is asked to."""
DAY = r"[A-Z][a-z]+day \d+ [A-Z][a-z]+|\d+ [A-Z][a-z]+ \d{4}"
"""A day as the bot says it: that of a reminder, or that of a letter."""
NAME = "Rehearsal"
"""The name in a script, in whose place each person puts their own."""
TYPED = (
    ("/pledge", "2", "1", "1", "GB", "3", "1 3", "2", NAME),
    ("/pledge", "2", "1", "1", "Italy", "2", "1", "2", NAME),
    ("/pledge", "1", "1", "NO", "1", "1 2", "2", NAME),
    ("/pledge", "2", "1", "1", "France", "4", "2 5", "2", NAME),
)
TAPPED = (
    ("/pledge", "‹2 ·", "‹1 ·", "‹1 ·", "GB", "‹3 ·", "‹1 ·", "‹3 ·", "‹Done", "‹2 ·", NAME),
    ("/pledge", "‹2 ·", "‹1 ·", "‹1 ·", "Italy", "‹2 ·", "‹1 ·", "‹Done", "‹2 ·", NAME),
    ("/pledge", "‹1 ·", "‹1 ·", "NO", "‹1 ·", "‹2 ·", "‹1 ·", "‹2 ·", "‹Done", "‹2 ·", NAME),
)
"""Ways to a pledge: what is said, or (behind "‹") the button that is tapped; a second tap takes the first back."""

Look = tuple[str, tuple[str, ...]]
"""A message as it is seen: its words and its buttons."""


@dataclass(frozen=True, slots=True)
class Script:
    """A whole pledge: each step, and how the bot's answer to it looks while nothing goes wrong."""

    steps: tuple[str, ...]
    answers: tuple[Look, ...]
    record: tuple[Any, ...]
    queued: int
    """How many answers are recorded to be sent."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The scripts, as they go with a bot that nothing happens to."""

    typed: tuple[Script, ...]
    tapped: tuple[Script, ...]

    def people(self, server: BotApi, updates: int) -> list[Pledger]:
        """Return people who will send so many updates, or a few more, until each has pledged."""
        found: list[Pledger] = []
        typed, tapped = cycle(self.typed), cycle(self.tapped)
        for number, manner in enumerate(cycle(MANNERS), 1):
            if sum(len(one.script.steps) for one in found) >= updates:
                break
            script = next(tapped if manner == "taps" else typed)
            name = f"Pledger {number:04}"
            found.append(Pledger(server.user(name, language_code="en"), name, script, manner))
        return found


async def rehearse(server: BotApi, program: Program) -> Rehearsal:
    """Return how the scripts go; the program is started for it, and ended."""
    await program.start()
    typed = [await _rehearsed(server, program, steps) for steps in TYPED]
    tapped = [await _rehearsed(server, program, steps) for steps in TAPPED]
    await program.end()
    return Rehearsal(tuple(typed), tuple(tapped))


async def rehearsed(folder: Path) -> Rehearsal:
    """Return how the scripts go, with a bot of their own whose data are in `folder`."""
    async with BotApi() as server, Program(server, folder) as program:
        return await rehearse(server, program)


async def _rehearsed(server: BotApi, program: Program, steps: tuple[str, ...]) -> Script:
    user, queued = server.user(NAME, language_code="en"), program.queued()
    answers: list[Look] = []
    for step in steps:
        asked = user.private.bot_messages[-1:]
        before = look(asked[0]) if asked else None
        act(user, step, before)
        await user.private.wait_for(partial(_goes_on, asked=asked, before=before))
        await server.drained()
        answers.append(look(user.private.last))
    records = [row for row in program.rows(PLEDGES) if row[0] == NAME]
    assert len(set(answers)) == len(answers), f"a script goes wrong: {answers}"
    assert not program.rows("SELECT * FROM conversation"), f"a script does not end: {answers}"
    return Script(steps, tuple(answers), records[-1], program.queued() - queued)


def _goes_on(seen: list[Message], asked: list[Message], before: Look | None) -> bool:
    """Return whether something else is asked than `before`, in a new message or in the changed `asked` one."""
    last = [message for message in seen if message.from_bot][-1:]
    return bool(last) and (last != asked or (bool(last[0].labels) and look(last[0]) != before))


def act(user: User, step: str, asked: Look | None) -> None:
    """Let `user` do one step, where a tap goes to the newest message that looks like `asked`."""
    if not step.startswith("‹"):
        user.says(step)
        return
    question = next(m for m in reversed(user.private.bot_messages) if look(m) == asked)
    label = next((w for w in question.labels if w.startswith(step[1:]) or w.endswith(step[1:])), None)
    assert label, f"nothing to tap for {step} below {asked}: {user.private.messages}"
    user.presses(question, label)


def look(message: Message) -> Look:
    """Return how a message is seen, whatever the day."""
    return undated(message.text), tuple(map(undated, message.labels))


def first_line(text: str) -> str:
    """Return the first line of `text`, whatever the day."""
    return undated(text).partition("\n")[0]


def undated(text: str) -> str:
    """Return `text` without days and times of day: midnight may come, and clocks go on."""
    return re.sub(r"\d\d?:\d\d", "some time", re.sub(DAY, "some day", text))


@dataclass
class Pledger:
    """One person on the way to a pledge."""

    user: User
    name: str
    script: Script
    manner: Manner
    done: int = 0

    @property
    def finished(self) -> bool:
        """Whether everything is said; it need not be answered yet."""
        return self.done == len(self.script.steps)

    @property
    def ready(self) -> bool:
        """Whether they say the next thing now."""
        if self.finished:
            return False
        return not self.done or self.manner == "hurries" or self.sees(self.done - 1)

    def go_on(self) -> None:
        """Do the next step."""
        step = self.script.steps[self.done]
        asked = self.expected(self.done - 1) if self.done else None
        act(self.user, self.name if step == NAME else step, asked)
        self.done += 1

    def expected(self, step: int) -> Look:
        """Return how the answer to a step looks."""
        text, labels = self.script.answers[step]
        return text.replace(NAME, self.name), labels

    def sees(self, step: int) -> bool:
        """Return whether the answer to a step is seen."""
        return any(look(message) == self.expected(step) for message in self.user.private.bot_messages)

    def told(self) -> Counter[str]:
        """Return which answers have come, and how often, by their first lines.

        What follows may change once a question is answered; one that is asked again in its place is one.
        """
        seen = [first_line(message.text) for message in self.user.private.bot_messages]
        wanted = [first_line(self.expected(step)[0]) for step in range(len(self.script.steps))]
        lasting = [one for one, then in pairwise((*wanted, "")) if one != then]
        return Counter({one: seen.count(one) for one in lasting})

    @property
    def record(self) -> tuple[Any, ...]:
        """What must be recorded of them."""
        return (self.name, *self.script.record[1:])


@dataclass
class Tally:
    """How often the bot died, and what became of what was said to it."""

    updates: int = 0
    people: int = 0
    ends: int = 0
    starting: int = 0
    """Of these: while it started."""
    again: int = 0
    """Answers that were given once more."""
    took: list[float] = field(default_factory=list)
    """Seconds that each end took."""


End = Callable[[Program], Awaitable[float]]
"""Ends a bot that works, and returns how many seconds that took."""


async def killed(program: Program) -> float:
    """Kill the bot with SIGKILL."""
    await program.kill()
    return 0.0


async def terminated(program: Program) -> float:
    """Ask the bot to end with SIGTERM, and make sure that it does so well and soon."""
    status, took = await program.end()
    assert status == 0, program.complaints
    assert took < SOON, f"the end took {took:.1f} s"
    return took


@dataclass
class Ordeal:
    """A bot that ends again and again while people pledge."""

    server: BotApi
    program: Program
    people: Sequence[Pledger]
    end: End
    dice: random.Random
    risk: float = 0.25
    """How likely it is killed while it starts."""
    start: float = 1.5
    """Seconds that a start may take."""
    tally: Tally = field(default_factory=Tally)
    bystanders: list[User] = field(default_factory=list)
    """People who asked for something once."""

    async def survive(self, ends: int) -> Tally:
        """Let it happen, and return what became of it; AssertionError says what was lost or has happened twice."""
        self.tally.people = len(self.people)
        while self.tally.ends < ends:
            rest = sum(len(p.script.steps) - p.done for p in self.people)
            await self._life(share=-(-rest // (ends - self.tally.ends)))
        await self._last_life()
        self.check()
        return self.tally

    async def _life(self, share: int) -> None:
        """Let the bot live once, while people go on by about `share` steps."""
        self._go_on(self.dice.randint(0, share))
        await self.program.start(works=False)
        if self.dice.random() < self.risk:
            await asyncio.sleep(self.dice.uniform(0, self.start))
            await self.program.kill()
            self.tally.starting += 1
        else:
            await self.program.works()
            await self._somebody_ready()
            for _ in range(share):
                self._go_on(1)
                await asyncio.sleep(self.dice.choice((0, 0, self.dice.uniform(0, 0.02))))
            await asyncio.sleep(self.dice.uniform(0, 0.03))
            self.tally.took.append(await self.end(self.program))
        self.tally.ends += 1

    async def _last_life(self) -> None:
        """Let the bot live until everybody has pledged and knows it."""
        await self.program.start()
        for _ in range(3000):
            self._go_on(len(self.people))
            if all(p.finished and p.sees(len(p.script.steps) - 1) for p in self.people):
                break
            await asyncio.sleep(0.01)
        await self.server.drained()
        status, _ = await self.program.end()
        assert status == 0

    def passes_by(self) -> None:
        """Let somebody else ask for something."""
        user = self.server.user("Bystander", language_code="en")
        user.says("/help")
        self.bystanders.append(user)
        self.tally.updates += 1

    async def _somebody_ready(self) -> None:
        """Give the bot a moment to answer those who wait."""
        for _ in range(20):
            if sum(p.ready for p in self.people) > len(self.people) // 3:
                return
            await asyncio.sleep(0.01)

    def _go_on(self, steps: int) -> None:
        """Let so many people go on by a step, as far as they are ready."""
        ready = [p for p in self.people if p.ready]
        for person in islice(self.dice.sample(ready, len(ready)), steps):
            person.go_on()
            self.tally.updates += 1

    def check(self) -> None:
        """Make sure that every update has had its effect once and was answered, and count answers given again."""
        assert not (stuck := list(self._stuck())), f"{len(stuck)} do not get on: {stuck[:3]}"
        records, seen, queued = self.program.effects()
        wanted = sorted(person.record for person in self.people)
        assert records == wanted, f"{set(records) ^ set(wanted)} is recorded wrongly or still open"
        assert seen == self.tally.updates, f"{seen} of {self.tally.updates} updates had an effect"
        once = sum(p.script.queued for p in self.people) + len(self.bystanders)
        assert queued == once, f"{queued} answers, not {once}"
        assert self.program.rows("SELECT count(*) FROM delivery") == [(0,)]
        assert self.program.sound()
        lost = [(p.name, text) for p in self.people for text, times in p.told().items() if not times]
        assert not lost, f"{len(lost)} answers have not come: {lost[:3]}"
        assert all(user.private.bot_messages for user in self.bystanders)
        self.tally.again = sum(times - 1 for p in self.people for times in p.told().values())
        self.tally.again += sum(user.private.bot_count - 1 for user in self.bystanders)

    def _stuck(self) -> Iterator[tuple[str, str, int, list[Message]]]:
        for p in self.people:
            if not (p.finished and p.sees(len(p.script.steps) - 1)):
                yield p.name, p.manner, p.done, p.user.private.messages


def figures(tally: Tally) -> list[str]:
    """Return lines that say what happened, once everything has been checked."""
    took = f", {statistics.median(tally.took):.2f} s each (median), {max(tally.took):.2f} s at most"
    return [
        f"  while it worked, while it started    {len(tally.took):>4}{tally.starting:>5}",
        f"  updates, of so many people           {tally.updates:>4}{tally.people:>5}",
        "  of these lost, or with two effects      0    0",
        f"  answers lost, given once more           0{tally.again:>5}",
    ] + [f"  the end took{took[1:]}"] * any(tally.took)
