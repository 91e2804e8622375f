"""Pledges: what replaces what, how they are numbered, and whose they are."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.events import Person
from bot.pledges import (
    Consent,
    Kept,
    LetterCount,
    NewPledge,
    Pledge,
    Recorded,
    Status,
    Tally,
    Way,
    WayCount,
)
from bot.store.store import Store
from tests.bot.store.people import ANNA, BORIS, event, looking, opened, pledge

DAY = date(2026, 12, 1)
NEW, REPLACED, ADDED = Recorded


def terms(pledges: Iterable[Pledge]) -> list[NewPledge]:
    return [one.terms for one in pledges]


async def recorded(store: Store, person: Person = ANNA) -> tuple[Pledge, ...]:
    async with store.work() as work:
        return await work.pledges(person)


async def add(store: Store, *pledges: NewPledge, person: Person = ANNA) -> list[Recorded]:
    """Record `pledges` one after the other, and return what became of each."""
    recorded = []
    for one in pledges:
        async with store.work() as work:
            recorded.append(await work.add_pledge(person, one))
    return recorded


async def test_a_pledge_is_returned_as_it_was_made(tmp_path: Path) -> None:
    """Everything agreed to comes back unchanged after a restart, to the second."""
    moment = datetime(2026, 11, 23, 14, 30, 59, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    full = replace(
        pledge(sender="organisation", status=Status.SENT, organisation="اتحادیه «آزاد»", name="Ну́ра\nO'Hara"),
        consent=Consent("organisation", "2026-11", moment),
    )
    bare = NewPledge("iran", "government", "person", None, (), Status.ANSWERED, DAY, full.consent)
    async with opened(tmp_path) as store:
        assert await add(store, full, bare) == [NEW, NEW]
    async with opened(tmp_path) as store:
        assert await recorded(store) == (Pledge(1, full), Pledge(2, bare))
        assert (await recorded(store))[0].terms.consent.at == moment.astimezone(UTC)


async def test_the_tally(tmp_path: Path) -> None:
    """Letters are counted once each, by what they are and how far they have come, and once for each channel."""
    one = pledge(ways=(Way("leader", "post"), Way("president", "post"), Way("president", "fax")))
    sent = replace(one, status=Status.SENT)
    async with opened(tmp_path) as store:
        await add(store, one, replace(one, sender="organisation"))
        await add(store, sent, person=BORIS)
        tally = (await store.counted()).tally
    kind = ("iran", "government")
    assert tally == Tally(
        (
            LetterCount(*kind, "organisation", "DE", Status.PLEDGED, 1),
            LetterCount(*kind, "person", "DE", Status.PLEDGED, 1),
            LetterCount(*kind, "person", "DE", Status.SENT, 1),
        ),
        (
            WayCount("iran", "fax", Status.PLEDGED, 2),
            WayCount("iran", "fax", Status.SENT, 1),
            WayCount("iran", "post", Status.PLEDGED, 2),
            WayCount("iran", "post", Status.SENT, 1),
        ),
    )


async def test_ways_come_in_one_order(tmp_path: Path) -> None:
    """By whatever order somebody picked the ways, they are listed by recipient and channel."""
    ways = (Way("president", "post"), Way("leader", "post"), Way("leader", "email"))
    async with opened(tmp_path) as store:
        await add(store, pledge(ways=ways))
        assert (await recorded(store))[0].terms.ways == tuple(sorted(ways))


async def test_a_new_promise_takes_the_place_of_the_old(tmp_path: Path) -> None:
    """Of promises for the same letter only the newest is kept, with its own ways, and nothing of the old."""
    first, second = pledge(name="Anna"), pledge(ways=(Way("leader", "email"),), day=DAY)
    async with opened(tmp_path) as store:
        assert await add(store, first, second) == [NEW, REPLACED]
        assert terms(await recorded(store)) == [second]
        with looking(store.path) as other:
            assert other.execute("SELECT channel FROM pledge_way").fetchall() == [("email",)]


@pytest.mark.parametrize(
    "other",
    [pledge(campaign="korea"), pledge(kind="embassy"), pledge(sender="organisation")],
    ids=["another campaign", "another kind", "another sender"],
)
async def test_another_letter_is_another_pledge(tmp_path: Path, other: NewPledge) -> None:
    """Promises for different letters stand side by side."""
    async with opened(tmp_path) as store:
        assert await add(store, pledge(), other) == [NEW, NEW]
        assert terms(await recorded(store)) == [pledge(), other]


async def test_another_person_is_another_pledge(tmp_path: Path) -> None:
    """What one person promises never replaces or shows what another did."""
    async with opened(tmp_path) as store:
        assert await add(store, pledge(name="Anna")) == [NEW]
        assert await add(store, pledge(name="Boris"), person=BORIS) == [NEW]
        assert terms(await recorded(store)) == [pledge(name="Anna")]
        assert terms(await recorded(store, BORIS)) == [pledge(name="Boris")]


@pytest.mark.parametrize("done", [Status.SENT, Status.ANSWERED])
async def test_a_letter_that_was_sent_stays_when_another_is_promised(tmp_path: Path, done: Status) -> None:
    """A promise does not undo what has been done."""
    async with opened(tmp_path) as store:
        assert await add(store, pledge(status=done), pledge()) == [NEW, NEW]
        assert terms(await recorded(store)) == [pledge(status=done), pledge()]


async def test_a_sent_letter_takes_the_place_of_its_promise(tmp_path: Path) -> None:
    """Who promised a letter and then records it as sent has one, and so has who records it twice."""
    sent = pledge(status=Status.SENT)
    async with opened(tmp_path) as store:
        assert await add(store, pledge(), sent, sent) == [NEW, REPLACED, ADDED]
        assert terms(await recorded(store)) == [sent]


async def test_the_ways_of_letters_that_were_sent_add_up(tmp_path: Path) -> None:
    """Who sends the same letter again, to somebody else, has sent it to both, the last time on the newest day."""
    first = pledge(status=Status.SENT, ways=(Way("president", "post"),), day=date(2026, 11, 1))
    second = pledge(status=Status.SENT, ways=(Way("embassy", "post"), Way("president", "post")), day=DAY)
    async with opened(tmp_path) as store:
        assert await add(store, first, second) == [NEW, ADDED]
        assert terms(await recorded(store)) == [second]
        third = replace(first, ways=(Way("company", "fax"),))
        assert await add(store, third) == [ADDED]
        ways = (Way("company", "fax"), Way("embassy", "post"), Way("president", "post"))
        assert terms(await recorded(store)) == [replace(third, ways=ways)]


async def test_a_promise_that_is_kept_adds_up_with_what_was_sent_before(tmp_path: Path) -> None:
    """Marking a promise as sent leaves one letter with all its ways, not two."""
    sent = pledge(status=Status.SENT, ways=(Way("president", "post"),), day=date(2026, 11, 1))
    async with opened(tmp_path) as store:
        await add(store, sent, pledge(ways=(Way("embassy", "post"),)), pledge("b"))
        async with store.work() as work:
            marked = await work.mark_sent(ANNA, 2, DAY)
        both = replace(sent, ways=(Way("embassy", "post"), Way("president", "post")), day=DAY)
        assert marked == Pledge(2, both)
        assert terms(await recorded(store)) == [pledge("b"), both]


async def test_pledges_are_numbered_for_each_person(tmp_path: Path) -> None:
    """Everybody's pledges count from 1, oldest first, without gaps."""
    async with opened(tmp_path) as store:
        await add(store, pledge("a"), pledge("b"))
        await add(store, pledge("c"), person=BORIS)
        await add(store, pledge("d"), pledge("a", day=DAY))
        numbered = [(one.number, one.terms.campaign) for one in await recorded(store)]
        assert numbered == [(1, "b"), (2, "d"), (3, "a")]
        assert [one.number for one in await recorded(store, BORIS)] == [1]


async def test_a_promise_is_marked_as_sent(tmp_path: Path) -> None:
    """The promise with that number is recorded as sent on that day, and no other."""
    async with opened(tmp_path) as store:
        await add(store, pledge("a"), pledge("b"), pledge("c"))
        await add(store, pledge("b"), person=BORIS)
        async with store.work() as work:
            marked = await work.mark_sent(ANNA, 2, DAY)
        sent = replace(pledge("b"), status=Status.SENT, day=DAY)
        assert marked == Pledge(2, sent)
        assert terms(await recorded(store)) == [pledge("a"), sent, pledge("c")]
        assert terms(await recorded(store, BORIS)) == [pledge("b")]


@pytest.mark.parametrize("number", [-1, 0, 2, 10**9, 2**63, -(2**63) - 1])
async def test_a_number_that_there_is_not_marks_nothing(tmp_path: Path, number: int) -> None:
    """A wrong number is answered with None and changes nobody's pledge."""
    async with opened(tmp_path) as store:
        await add(store, pledge("a"))
        await add(store, pledge("a"), pledge("b"), person=BORIS)
        async with store.work() as work:
            assert await work.mark_sent(ANNA, number, DAY) is None
        assert terms(await recorded(store)) == [pledge("a")]
        assert terms(await recorded(store, BORIS)) == [pledge("a"), pledge("b")]


@pytest.mark.parametrize("done", [Status.SENT, Status.ANSWERED])
async def test_a_letter_that_was_sent_keeps_its_day(tmp_path: Path, done: Status) -> None:
    """Saying again that a letter has left returns it as it is recorded, with the first day."""
    done_before = pledge(status=done, day=date(2026, 11, 1))
    async with opened(tmp_path) as store:
        await add(store, done_before)
        async with store.work() as work:
            assert await work.mark_sent(ANNA, 1, DAY) == Pledge(1, done_before)
        assert terms(await recorded(store)) == [done_before]


async def test_everything_kept_is_shown(tmp_path: Path) -> None:
    """What is kept about a person is all of theirs and nothing of anybody else's."""
    async with opened(tmp_path) as store:
        await add(store, pledge("a"), pledge("b"))
        async with store.work() as work:
            await work.leave(event(ANNA, 1), "frames")
            await work.leave(event(ANNA, 2, "group"), "frames")
            await work.leave(event(BORIS, 3), "others")
            await work.set_language(ANNA, "ru")
            await work.set_language(ANNA, "en")
            assert await work.kept(ANNA) == Kept(
                (Pledge(1, pledge("a")), Pledge(2, pledge("b"))), "en", ("frames", "frames")
            )
            assert await work.kept(BORIS) == Kept((), None, ("others",))


async def test_forgetting_is_for_one_person(tmp_path: Path) -> None:
    """Whoever is forgotten is unknown afterwards and can begin anew; everybody else stays as they were."""
    async with opened(tmp_path) as store:
        for person in (ANNA, BORIS):
            await add(store, pledge("a"), pledge("b"), person=person)
            async with store.work() as work:
                await work.leave(event(person, 1), "frames")
                await work.set_language(person, "ru")
        async with store.work() as work:
            before = await work.kept(BORIS)
            await work.forget(ANNA)
            assert await work.kept(ANNA) == Kept((), None, ())
            assert (await work.arrive(event(ANNA, 2))).frames is None
            assert await work.kept(BORIS) == before
        with looking(store.path) as other:
            assert other.execute("SELECT count(*) FROM pledge_way").fetchone() == (4,)
        assert await add(store, pledge("a")) == [NEW]
