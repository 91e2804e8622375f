"""Pledges of many people at random, beside a plain account of what they did."""

import tempfile
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import Person
from bot.pledges import (
    NewPledge,
    Pledge,
    Recorded,
    Status,
    Way,
)
from bot.store.work import Work
from tests.bot.store.people import ANNA, BORIS, opened, pledge

PEOPLE = [ANNA, BORIS, Person("other", ANNA.id)]


@dataclass
class Account:
    """What the store should hold, in lists."""

    pledges: dict[Person, list[NewPledge]] = field(default_factory=lambda: {one: [] for one in PEOPLE})

    def add(self, person: Person, new: NewPledge) -> Recorded:
        def replaced(old: NewPledge) -> bool:
            return old.letter == new.letter and (new.status.has_left or not old.status.has_left)

        gone = list(filter(replaced, self.pledges[person]))
        done = [old for old in gone if old.status.has_left]
        ways = {way for one in (new, *done) for way in one.ways}
        kept = [old for old in self.pledges[person] if not replaced(old)]
        if any(old.status == Status.ANSWERED for old in done):
            new = replace(new, status=Status.ANSWERED)
        self.pledges[person] = [*kept, replace(new, ways=tuple(sorted(ways)))]
        return Recorded.ADDED if done else Recorded.REPLACED if gone else Recorded.NEW

    def mark(self, person: Person, number: int, day: date) -> NewPledge | None:
        mine = self.pledges[person]
        if not 1 <= number <= len(mine):
            return None
        if mine[number - 1].status.has_left:
            return mine[number - 1]
        sent = replace(mine[number - 1], status=Status.SENT, day=day)
        if any(one.letter == sent.letter and one.status.has_left for one in mine):
            self.add(person, sent)
            return self.pledges[person][-1]
        mine[number - 1] = sent
        return sent


@dataclass(frozen=True)
class Add:
    """Somebody promises or has sent a letter."""

    person: Person
    pledge: NewPledge


@dataclass(frozen=True)
class Mark:
    """Somebody says that a letter has left."""

    person: Person
    number: int
    day: date


@dataclass(frozen=True)
class Forget:
    """Somebody wants to be forgotten."""

    person: Person


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
people = st.sampled_from(PEOPLE)
ways = st.sets(st.builds(Way, st.sampled_from("ab"), st.sampled_from("xy"))).map(sorted).map(tuple)
pledges = st.builds(
    pledge,
    campaign=st.sampled_from(["iran", "korea"]),
    kind=st.sampled_from(["government", "embassy"]),
    sender=st.sampled_from(["person", "organisation"]),
    status=st.sampled_from(Status),
    ways=ways,
    day=days,
    name=st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
)
deeds = st.lists(
    st.builds(Add, people, pledges)
    | st.builds(Mark, people, st.integers(-1, 6), days)
    | st.builds(Forget, people),
    max_size=25,
)


@settings(max_examples=40)
@given(deeds=deeds)
async def test_the_store_keeps_account(deeds: list[Add | Mark | Forget]) -> None:
    """Whatever people do in whatever order, the store holds what a plain list of it would, after a restart too."""
    account = Account()
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder)) as store:
            for deed in deeds:
                async with store.work() as work:
                    await do(deed, work, account)
                    await compare(work, account)
        async with opened(Path(folder)) as store, store.work() as work:
            await compare(work, account)


async def do(deed: Add | Mark | Forget, work: Work, account: Account) -> None:
    match deed:
        case Add(person, new):
            assert await work.add_pledge(person, new) == account.add(person, new)
        case Mark(person, number, day):
            marked = await work.mark_sent(person, number, day)
            assert (marked.terms if marked else None) == account.mark(person, number, day)
        case Forget(person):
            await work.forget(person)
            account.pledges[person] = []


async def compare(work: Work, account: Account) -> None:
    for person, held in account.pledges.items():
        assert await work.pledges(person) == tuple(Pledge(n, one) for n, one in enumerate(held, 1))
