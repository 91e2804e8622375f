"""What becomes of a letter once it is pledged: what may be done with the records, and where letters do not arrive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from bot.events import Chat, Person
from bot.pledges import CameBack, LetterKey, Pledge, Returned, Way
from bot.reminders import Reminder

SEVERAL = 3
"""People whose letter came back, from whom on a way to a recipient is doubtful."""


class Following(Protocol):
    """What a conversation may do to follow a letter, from the pledge to the answer."""

    async def mark_sent(
        self, person: Person, number: int, day: date, ways: Sequence[Way] = (), rest: bool = False
    ) -> Pledge | None: ...
    async def plan(self, person: Person, letter: LetterKey, day: date) -> None: ...
    async def record_answer(
        self, person: Person, letter: LetterKey, ways: Iterable[Way], kind: CameBack, day: date
    ) -> bool: ...
    async def returned(self) -> tuple[Returned, ...]: ...
    async def remind(self, reminder: Reminder) -> None: ...
    async def reminders(self, chat: Chat) -> tuple[Reminder, ...]: ...
    async def no_reminder(self, chat: Chat, letter: LetterKey) -> None: ...
    async def no_reminders(self, chat: Chat) -> None: ...
    async def spoken(self, person: Person) -> str | None: ...
    async def fact(self, name: str) -> str | None: ...
    async def set_fact(self, name: str, value: str) -> None: ...


class ReturnedSoFar:
    """To whom letters were returned, as far as this process knows."""

    def __init__(self) -> None:
        self._people: dict[tuple[str, Way, str | None], int] = {}

    def know(self, returned: Iterable[Returned]) -> None:
        """Go by what is recorded."""
        self._people = {(one.campaign, one.way, one.country): one.people for one in returned}

    def doubtful(self, campaign: str, way: Way, country: str | None) -> bool:
        """Return whether several people had their letters by that way returned.

        `country` is where they wrote from, "" for nowhere in particular, or None where that makes no difference.
        """
        return self._people.get((campaign, way, country), 0) >= SEVERAL
