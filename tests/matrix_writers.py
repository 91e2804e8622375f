"""People who pledge letters on Matrix while the bot or its homeserver dies, and what must be true in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tests.door import KEY, as_text, open_door
from tests.homeserver.chat import Chat
from tests.homeserver.person import Person
from tests.matrix_program import Program
from tests.program import PLEDGES, rows_of, wrong
from tests.telegram_pledgers import NAME, TYPED, undated
from tests.transcript import with_prefix

Look = tuple[str, ...]
"""A message as it is read: its lines, without those that are empty."""
PATIENCE = 120.0
"""Seconds after which answers that have not come will not come."""


@dataclass(frozen=True, slots=True)
class Script:
    """Everything somebody says to the bot, and how each is answered while nothing goes wrong."""

    lines: tuple[str, ...]
    answers: tuple[tuple[Look, ...], ...]
    records: tuple[tuple[Any, ...], ...]
    """What is recorded of it."""

    @property
    def messages(self) -> list[Look]:
        """Everything the bot says, in order."""
        return [message for answer in self.answers for message in answer]


async def rehearsed(name: str, number: int, folder: Path) -> Script:
    """Return how it goes when somebody says `number` lines: one pledge after the other, each under another name."""
    lines, answers = tuple(islice(_pledges(name), number)), []
    async with open_door(folder) as door:
        for line in lines:
            await door.say(line)
            answers.append(tuple(look(with_prefix(as_text(message), "!")) for message in door.last))
    records = rows_of(folder / "solidarity.db", PLEDGES, KEY)
    return Script(tuple(with_prefix(line, "!") for line in lines), tuple(answers), tuple(records))


def _pledges(name: str) -> Iterator[str]:
    for number, steps in enumerate(cycle(TYPED), 1):
        for step in steps:
            yield f"{name} {number:03}" if step == NAME else step


def look(text: str) -> Look:
    """Return how a message is read, whatever the day."""
    return tuple(line.rstrip() for line in undated(text).splitlines() if line.strip())


@dataclass
class Writer:
    """Somebody in a private chat with the bot, who types on without waiting for anything."""

    chat: Chat
    bot: str
    script: Script
    said: int = 0
    events: int = 0
    """How many events they have sent."""
    greeted: int = 1
    """How many messages of the bot were there before."""

    @property
    def left(self) -> int:
        """How many lines they have still to say."""
        return len(self.script.lines) - self.said

    async def says(self) -> None:
        """Say the next line."""
        await self.chat.says(self.script.lines[self.said])
        self.said += 1
        self.events += 1

    async def fills(self) -> None:
        """Send something that no bot answers."""
        await self.chat.notices("not for you")
        self.events += 1

    def heard(self) -> list[Look]:
        """Return what the bot has answered, as far as it can be read."""
        return [look(message.body) for message in self.chat.messages(self.bot)[self.greeted :]]

    async def is_answered(self) -> None:
        """Wait until the answer to everything that was said has come, and for whatever else was sent by then."""
        wanted = self.greeted + sum(map(len, self.script.answers[: self.said]))
        person, events = self.chat.person, self.chat.timeline.events

        def answered() -> bool:
            return sum(e.sender == self.bot and e.type == "m.room.message" for e in events) >= wanted

        await person.until(answered, f"{wanted} answers", within=PATIENCE)
        await person.caught_up()

    def check(self) -> None:
        """Make sure that everything was answered as it is while nothing goes wrong, once, and encrypted."""
        wanted, heard = self.script.messages, self.heard()
        lost, twice = Counter(wanted) - Counter(heard), Counter(heard) - Counter(wanted)
        assert not lost, f"{lost.total()} of {len(wanted)} answers have not come: {list(lost)[:2]}"
        assert not twice, f"{twice.total()} answers came twice, or should not have come: {list(twice)[:2]}"
        assert heard == wanted, "the answers came in another order"
        assert all(message.encrypted for message in self.chat.messages(self.bot))


async def begins(person: Person, bot: str, script: Script) -> Writer:
    """Return a person in an encrypted private chat with the bot, which has said hello."""
    chat = await person.begins_chat(bot)
    await person.until(lambda: bool(chat.messages(bot)), "a hello")
    await person.caught_up()
    return Writer(chat, bot, script)


async def check(program: Program, writers: Sequence[Writer]) -> None:
    """Let the bot end, and make sure that all has had its effect once and was answered once."""
    status, _ = await program.end()
    assert status == 0, program.complaints
    for writer in writers:
        writer.check()
    records, seen, queued = program.effects()
    wanted = sorted(record for writer in writers for record in writer.script.records)
    pledges = sorted(program.rows(PLEDGES))
    assert pledges == wanted, f"{set(pledges) ^ set(wanted)} is recorded wrongly"
    assert len(records) - len(pledges) <= len(writers), records
    said = sum(writer.said for writer in writers)
    assert seen == said + len(writers), f"{seen} events had an effect, not {said} and the hellos"
    once = sum(len(writer.script.messages) + writer.greeted for writer in writers)
    assert queued == once, f"{queued} answers, not {once}"
    assert program.rows("SELECT count(*) FROM delivery") == [(0,)]
    assert program.sound()
    assert wrong(program.complaints) == []
