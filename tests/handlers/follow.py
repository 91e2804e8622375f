"""What becomes of one person's letters, in memory: answers, reminders, and what the organisers were told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from bot.events import Chat, Person
from bot.pledges import Answer, CameBack, LetterKey, NewPledge, Returned, Status, Way
from bot.reminders import Reminder


@dataclass
class Follow:
    """What came back for letters, and what is to be asked about them."""

    recorded: list[NewPledge] = field(default_factory=list)
    came_back: dict[LetterKey, dict[Way, Answer]] = field(default_factory=dict)
    waiting: dict[LetterKey, Reminder] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    async def plan(self, person: Person, letter: LetterKey, day: date) -> None:
        """Keep the day."""
        for n, one in enumerate(self.recorded):
            if one.letter == letter and not one.status.has_left:
                self.recorded[n] = replace(one, status=Status.PLANNED, day=day)

    async def record_answer(
        self, person: Person, letter: LetterKey, ways: Iterable[Way], kind: CameBack, day: date
    ) -> bool:
        """Keep what came back."""
        of_letter = self.came_back.setdefault(letter, {})
        of_letter.update({way: Answer(way, kind, day) for way in ways})
        return any(one.letter == letter and one.status.has_left for one in self.recorded)

    async def returned(self) -> tuple[Returned, ...]:
        """Return nothing: one person is too few."""
        return ()

    async def remind(self, reminder: Reminder) -> None:
        """Keep the reminder."""
        self.waiting[reminder.letter] = reminder

    async def reminders(self, chat: Chat) -> tuple[Reminder, ...]:
        """Return all reminders."""
        return tuple(self.waiting.values())

    async def no_reminder(self, chat: Chat, letter: LetterKey) -> None:
        """Drop a reminder."""
        self.waiting.pop(letter, None)

    async def no_reminders(self, chat: Chat) -> None:
        """Drop all reminders."""
        self.waiting.clear()

    async def spoken(self, person: Person) -> str | None:
        """Return what the app says."""
        return person.language

    async def fact(self, name: str) -> str | None:
        """Return what is remembered."""
        return self.facts.get(name)

    async def set_fact(self, name: str, value: str) -> None:
        """Remember something."""
        self.facts[name] = value
