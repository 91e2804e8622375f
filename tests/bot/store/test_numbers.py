"""The numbers, whatever people do in whatever order: who has sent a letter counts once, and nobody is found out."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.events import Person
from bot.pledges import Counted, NewPledge, PeopleCount, Status, Way
from bot.published import FEWEST
from bot.store.numbers import COUNTED_FOR
from bot.store.work import Work
from tests.bot.store.people import Clock, opened, pledge

Result = TypeVar("Result")
CAMPAIGNS = ("iran", "korea")
DAY = date(2026, 12, 1)
LATER = date(2026, 12, 9)

people = st.integers(0, 14).map(lambda number: Person("wire", f"48151623{number}"))
letters = st.builds(
    lambda country, **terms: replace(pledge(**terms), country=country),
    campaign=st.sampled_from(CAMPAIGNS),
    kind=st.sampled_from(["government", "embassy"]),
    sender=st.sampled_from(["person", "organisation"]),
    country=st.sampled_from(["DE", "FR", None]),
    ways=st.sampled_from([(Way("leader", "post"),), (Way("leader", "email"), Way("embassy", "fax"))]),
    day=st.sampled_from([DAY, LATER]),
)


class Supporters(RuleBasedStateMachine):
    """Fifteen people who promise, plan, send, send again, are answered, are forgotten and begin anew."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.opened = asyncio.Runner(), AsyncExitStack()
        self.sent: dict[str, set[Person]] = {campaign: set() for campaign in CAMPAIGNS}
        self.known: dict[str, set[Person]] = {campaign: set() for campaign in CAMPAIGNS}
        self.active: dict[str, set[Person]] = {campaign: set() for campaign in CAMPAIGNS}
        self.read: dict[str, set[PeopleCount]] = {campaign: set() for campaign in CAMPAIGNS}

    @initialize()
    def begin(self) -> None:
        """Open the real store in a new folder."""
        folder = self.opened.enter_context(tempfile.TemporaryDirectory())
        self.clock = Clock()
        self.store = self.runner.run(self.opened.enter_async_context(opened(Path(folder), clock=self.clock)))

    def teardown(self) -> None:
        """Close the store."""
        self.runner.run(self.opened.aclose())
        self.runner.close()

    def _do(self, deed: Callable[[Work], Awaitable[Result]]) -> Result:
        async def within() -> Result:
            async with self.store.work() as work:
                return await deed(work)

        return self.runner.run(within())

    def _counted(self) -> Counted:
        return self.runner.run(self.store.counted(full=False))

    def _added(self, person: Person, campaign: str, sent: bool) -> None:
        self.known[campaign].add(person)
        self.active[campaign].add(person)
        if sent:
            self.sent[campaign].add(person)

    @rule(person=people, letter=letters, status=st.sampled_from(Status))
    def add(self, person: Person, letter: NewPledge, status: Status) -> None:
        """Promise a letter for a day, say that one was sent, sent again by another channel, or answered."""
        one = replace(letter, status=status)
        self._do(lambda work: work.add_pledge(person, one))
        self._added(person, one.campaign, status.has_left)

    @rule(number=st.integers(1, 9), letter=letters, status=st.sampled_from([Status.PLEDGED, Status.SENT]))
    def add_many(self, number: int, letter: NewPledge, status: Status) -> None:
        """Let several do the same one after another; the numbers are not read in between."""
        for person in range(number):
            self.add(Person("wire", f"48151623{person}"), letter, status)

    @rule(person=people, number=st.integers(1, 4), day=st.sampled_from([DAY, LATER]))
    def mark(self, person: Person, number: int, day: date) -> None:
        """Say that a promised letter has left."""
        if found := self._do(lambda work: work.mark_sent(person, number, day)):
            self._added(person, found.terms.campaign, True)

    @rule(person=people)
    def forget(self, person: Person) -> None:
        """Be forgotten."""
        self._do(lambda work: work.forget(person))
        for campaign in CAMPAIGNS:
            if person in self.known[campaign]:
                self.active[campaign].add(person)
            self.known[campaign].discard(person)
            self.sent[campaign].discard(person)

    @invariant()
    def counted(self) -> None:
        """The sent letters are as many as the people with a confirmed sending, the promised ones as all others."""
        found = {c.campaign: (c.sent, c.promised) for c in self._counted().people if c.by == "all"}
        for campaign in CAMPAIGNS:
            sent = len(self.sent[campaign])
            assert found.get(campaign, (0, 0)) == (sent, len(self.known[campaign]) - sent)

    @invariant()
    def published(self) -> None:
        """What everybody reads is in fives, and differs from the last reading for five people at least."""
        self.clock.pass_hours(COUNTED_FOR / 3600)
        found = self.runner.run(self.store.published())
        assert found == self.runner.run(self.store.published())
        assert all(one.sent % FEWEST == 0 == one.promised % FEWEST for one in found)
        for campaign in CAMPAIGNS:
            read = {one for one in found if one.campaign == campaign}
            if read != self.read[campaign]:
                assert len(self.active[campaign]) >= FEWEST
                self.read[campaign], self.active[campaign] = read, set()


TestSupporters = Supporters.TestCase
TestSupporters.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


async def test_counted_once_a_minute(tmp_path: Path) -> None:
    """However often everybody asks, all is counted once a minute; a clock that was set back does not stop that."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store:
        for number in range(10):
            assert await store.published() == ()
            async with store.work() as work:
                person = Person("wire", f"48151623{number}")
                await work.add_pledge(person, pledge(status=Status.SENT))
        for wait, people in ((30.0, []), (30.0, [10]), (-7200.0, [10])):
            clock.now += wait
            found = [one.sent for one in await store.published() if one.by == "all"]
            assert found == people
