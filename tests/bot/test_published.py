"""What everybody may read: nothing below five, and nothing that could be found out by adding and subtracting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.figures import in_public
from bot.pledges import By, PeopleCount
from bot.published import FEWEST, Published, renewed, rounded
from tests.door import furnished

KINDS = ("protest", "solidarity", "copy", "visit")
NOTHING = Published(0, 0, ())
Row = tuple[By, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person has sent, or promised."""

    kind: str
    sender: str
    country: str
    sent: bool

    @property
    def rows(self) -> Iterator[Row]:
        """The lines of the numbers that it is counted in."""
        yield "all", ""
        yield "kind", self.kind
        yield "sender", self.sender
        yield "country", self.country

    def with_(self, by: By, value: str) -> Letter:
        """Return the same letter with another kind, sender or country."""
        changed = {"kind": self.kind, "sender": self.sender, "country": self.country, by: value}
        return Letter(changed["kind"], changed["sender"], changed["country"], self.sent)


Person = frozenset[Letter]


def counts(people: Iterable[Person]) -> tuple[PeopleCount, ...]:
    """Return how many of `people` are counted in each line, as a plain account has it."""
    found: dict[Row, list[int]] = {}
    for letters in people:
        sent = {row for letter in letters if letter.sent for row in letter.rows}
        for row in {row for letter in letters for row in letter.rows}:
            found.setdefault(row, [0, 0])[row not in sent] += 1
    return tuple(PeopleCount("c", *row, sent, promised) for row, (sent, promised) in found.items())


def exact(people: Iterable[Person], row: Row) -> tuple[int, int]:
    """Return how many of `people` have sent and promised what is counted in `row`."""
    found = (one for one in counts(people) if (one.by, one.value) == row)
    return next(((one.sent, one.promised) for one in found), (0, 0))


senders = st.sampled_from(["person", "organisation"])
countries = st.sampled_from(["DE", "FR", "KZ", "TR", ""])
letters = st.builds(Letter, st.sampled_from(KINDS), senders, countries, st.booleans())
alike = st.tuples(st.frozensets(letters, min_size=1, max_size=3), st.integers(1, 9))
crowds = st.lists(alike, max_size=7).map(lambda groups: tuple(one for one, n in groups for _ in range(n)))
"""People in groups of the same letters, so that the numbers are now small, now large."""


@given(crowds)
def test_fives_only(people: tuple[Person, ...]) -> None:
    """Every number is a multiple of five, at most the true one, and names no country that fewer than five are from."""
    shown = rounded(counts(people))
    for one in shown:
        sent, promised = exact(people, (one.by, one.value))
        assert one.sent % FEWEST == 0 == one.promised % FEWEST
        assert one.sent <= sent < one.sent + FEWEST
        assert one.promised <= promised < one.promised + FEWEST
        assert max(one.sent, one.promised) >= FEWEST
        assert one.by == "all" or one.value


PROTEST, SOLIDARITY, VISIT = (
    Letter(kind, "person", "DE", True) for kind in ("protest", "solidarity", "visit")
)
COPY = Letter("copy", "person", "DE", False)
SEVERAL: tuple[Person, ...] = (
    *[frozenset({PROTEST})] * 7,
    *[frozenset({SOLIDARITY, COPY})] * 2,
    *[frozenset({PROTEST, SOLIDARITY, COPY})] * 2,
    *[frozenset({COPY})] * 2,
    *[frozenset({VISIT, COPY})] * 4,
)
"""Four visits that might be three: then one of them has sent a copy instead, and somebody else has promised one."""


@pytest.mark.parametrize("number", ["sent", "promised"])
@settings(max_examples=150)
@given(people=crowds)
@example(people=tuple(frozenset({Letter(kind, "person", "DE", True)}) for kind in KINDS for _ in range(4)))
@example(people=SEVERAL)
def test_a_small_number_stays_unknown(number: str, people: tuple[Person, ...]) -> None:
    """Whatever is below five might be another number: with that, everybody would read exactly the same."""
    found = counts(people)
    shown = set(rounded(found))
    for small in (one for one in found if one.by != "all" and 0 < getattr(one, number) < FEWEST):
        readings = (counts(other) for other in chain(_others(people, small), _with_one_more(people, small)))
        others = (other for other in readings if _value(other, small, number) != getattr(small, number))
        assert any(set(rounded(other)) == shown for other in others), small


def _value(found: Iterable[PeopleCount], of: PeopleCount, number: str) -> int:
    return next((getattr(one, number) for one in found if (one.by, one.value) == (of.by, of.value)), 0)


def _others(people: tuple[Person, ...], of: PeopleCount) -> Iterator[tuple[Person, ...]]:
    """Yield what else the people may be who are counted in `of`: one fewer, one more, or one with other letters."""
    elsewhere = {"kind": KINDS, "sender": ("nobody",), "country": ("ZZ",)}[of.by]
    for number, person in enumerate(people):
        without = (*people[:number], *people[number + 1 :])
        yield without
        yield (*people, person)
        counted = frozenset(letter for letter in person if getattr(letter, of.by) == of.value)
        for value in elsewhere:
            yield (*without, person - counted | {letter.with_(of.by, value) for letter in counted})
        for letter in person:
            yield (*without, person | {letter.with_(of.by, of.value)})
            yield (*without, person - {letter} | {letter.with_(of.by, of.value)})
        for sent in (True, False):
            yield (*without, frozenset(replace(letter, sent=sent) for letter in person))


def _with_one_more(people: tuple[Person, ...], of: PeopleCount) -> Iterator[tuple[Person, ...]]:
    """Yield the same, each with one person more who has done what another has, or a part of it."""
    more = {part for person in people for part in (person, *(frozenset({letter}) for letter in person))}
    for other in _others(people, of):
        yield from ((*other, person) for person in more)


@given(st.lists(st.tuples(st.integers(0, 7), st.frozensets(letters, max_size=3)), max_size=60))
def test_nothing_changes_for_fewer_than_five(deeds: list[tuple[int, Person]]) -> None:
    """Between two readings that differ, five people at least have written, written otherwise, or been forgotten."""
    people: dict[int, Person] = {}
    published: dict[str, Published] = {}
    active: set[int] = set()
    for number, now in deeds:
        people[number] = now
        active.add(number)
        before, published = published, renewed(published, counts(people.values()))
        if published.get("c", NOTHING) != before.get("c", NOTHING):
            assert len(active) >= FEWEST
            active = set()


@given(crowds, crowds)
def test_never_far_from_the_truth(first: tuple[Person, ...], then: tuple[Person, ...]) -> None:
    """However it came to what there is now, no number is ten or more away from it."""
    published = renewed(renewed({}, counts(first)), counts(then)) if first or then else {}
    shown = {(one.by, one.value): one for found in published.values() for one in found.counts}
    rows = {(one.by, one.value) for one in counts(then)} | set(shown)
    for row in rows - {("country", "")}:
        sent, promised = exact(then, row)
        read = shown.get(row, PeopleCount("c", *row, 0, 0))
        assert abs(sent - read.sent) < 2 * FEWEST
        assert abs(promised - read.promised) < 2 * FEWEST


def test_five_kinds_are_not_told_apart() -> None:
    """Of five kinds of letter, "20 in all, and fewer than 5 of each" would say all of it: only the sum is read."""
    campaign = furnished()[0].campaigns["zhanaozen-2011"]
    kinds = tuple(replace(campaign.kinds[0], kind=f"kind-{number}") for number in range(5))
    found = tuple(PeopleCount(campaign.slug, "kind", kind.kind, 10, 5) for kind in kinds)
    found = (*found, PeopleCount(campaign.slug, "all", "", 50, 25))
    several, few = replace(campaign, letters=kinds), replace(campaign, letters=kinds[:4])
    assert [count.sent for count in in_public(few, found).kinds] == [10, 10, 10, 10]
    assert in_public(several, found).kinds == ()
    assert in_public(several, found).people.sent == 50
