"""/stats: rounded numbers for everybody, all of them for organisers in private, and nothing that points at a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Chat, Event, Person
from bot.pledges import Consent, LetterCount, NewPledge, Status, Tally, Way
from bot.store.store import Store
from handlers.numbers import FEWEST, _figures, _rounded
from handlers.world import Organisers
from tests.door import KEY, NOW, Door, door_to, furnished

ORGANISER = Person("wire", "4815162342", "en")
HISTORICAL = "zhanaozen-2011"


def letter(
    country: str | None, status: Status = Status.SENT, sender: str = "person", channel: str = "email"
) -> NewPledge:
    """Return a letter of protest."""
    ways = (Way("kmg", channel), Way("kmg", "fax"))
    consent = Consent("nothing", "2026-11", NOW)
    return NewPledge(HISTORICAL, "protest", sender, country, ways, status, date(2026, 11, 23), consent)


async def write(store: Store, number: int, one: NewPledge, first: int = 0) -> None:
    """Let so many people pledge, or send, that letter."""
    async with store.work() as work:
        for person in range(first, first + number):
            await work.add_pledge(Person("wire", f"{one.country}{one.status}{one.sender}{person}"), one)


@asynccontextmanager
async def door(folder: Path, *organisers: str) -> AsyncIterator[Door]:
    """Enter the bot, whose organisers have these accounts."""
    store = await Store.open(folder / "solidarity.db", KEY, NOW.timestamp)
    world, messages = furnished()
    try:
        yield door_to(store, replace(world, organisers=Organisers(accounts=frozenset(organisers))), messages)
    finally:
        await store.close()


async def test_too_few(tmp_path: Path) -> None:
    """Four letters are no number that everybody may see; the fifth is."""
    async with door(tmp_path) as everybody:
        await write(everybody.store, 4, letter("DE"))
        assert "not enough letters yet" in await everybody.say("/stats")
        await write(everybody.store, 1, letter("DE"), first=4)
        told = await everybody.say("/stats")
        assert "at least 5 sent, fewer than 5 more promised" in told
        assert "• Germany: at least 5 sent" in told


async def test_everybody(tmp_path: Path) -> None:
    """Everybody sees numbers rounded down, no small country, no channel; what is sent and promised stays apart."""
    async with door(tmp_path) as everybody:
        await write(everybody.store, 12, letter("DE"))
        await write(everybody.store, 4, letter("FR"))
        await write(everybody.store, 6, letter("DE", Status.PLEDGED, "organisation"))
        await write(everybody.store, 3, letter(None, Status.PLEDGED))
        told = await everybody.say("/stats")
    assert "at least 15 sent, at least 5 more promised" in told
    assert "Of these from organisations: fewer than 5 sent, at least 5 more promised" in told
    assert "• Germany: at least 10 sent, at least 5 more promised" in told
    for secret in ("France", "12", "16", "no country", "by fax", "NagaWorld"):
        assert secret not in told


async def test_organisers(tmp_path: Path) -> None:
    """An organiser sees every number in private, by country and channel, and is asked to keep small ones."""
    async with door(tmp_path, "wire:4815162342") as organiser:
        await write(organiser.store, 12, letter("DE"))
        await write(organiser.store, 1, letter("FR", Status.PLEDGED, channel="post"))
        await write(organiser.store, 2, letter(None, sender="organisation"))
        told = await organiser.say("/stats")
    assert "14 sent, 1 more promised" in told
    assert "Of these from organisations: 2 sent, 0 more promised" in told
    for line in (
        "• Germany: 12 sent, 0 more promised",
        "• France: 0 sent, 1 more promised",
        "• no country given: 2 sent, 0 more promised",
        "• by e-mail: 14 sent, 0 more promised",
        "• by fax: 14 sent, 1 more promised",
        "• by post: 0 sent, 1 more promised",
    ):
        assert line in told.splitlines()
    assert "Small ones may point at a person" in told


@pytest.mark.parametrize("account", ["wire:4815162341", "telegram:4815162342", "wire:"])
async def test_others_are_no_organisers(tmp_path: Path, account: str) -> None:
    """Another account, another platform's same number, or nobody in particular: none of them is an organiser."""
    async with door(tmp_path, account) as stranger:
        await write(stranger.store, 7, letter("DE"))
        assert "at least 5 sent" in await stranger.say("/stats")
        nobody = Event(
            stranger.next_id(), Person("wire", ""), Chat("wire", "-5"), NOW, command="stats", public=True
        )
        assert "at least 5 sent" in await stranger.do(nobody)


async def test_among_others(tmp_path: Path) -> None:
    """In a group an organiser is told what everybody may read."""
    async with door(tmp_path, "wire:4815162342") as organiser:
        await write(organiser.store, 7, letter("DE"))
        asked = Event(organiser.next_id(), ORGANISER, Chat("wire", "-5"), NOW, command="stats", public=True)
        told = await organiser.do(asked)
    assert "at least 5 sent" in told
    assert "7" not in told


counts = st.builds(
    LetterCount,
    st.just(HISTORICAL),
    st.sampled_from(["protest", "solidarity"]),
    st.sampled_from(["person", "organisation"]),
    st.sampled_from([None, "DE", "FR", "KZ"]),
    st.sampled_from(list(Status)),
    st.integers(1, 30),
)


@given(st.lists(counts, max_size=12))
def test_what_everybody_sees(found: list[LetterCount]) -> None:
    """Whatever was pledged, everybody sees fives only, and never more than there is."""
    campaign = furnished()[0].campaigns[HISTORICAL]
    exact = _figures(campaign, Tally(tuple(found), ()))
    shown = _rounded(exact)
    rows = [shown.all, shown.organisations, *shown.kinds, *shown.countries]
    assert all(row.sent % FEWEST == 0 and row.pledged % FEWEST == 0 for row in rows)
    assert exact.all.sent - shown.all.sent < FEWEST
    assert 0 <= exact.all.pledged - shown.all.pledged < FEWEST
    assert exact.all.sent == sum(one.letters for one in found if one.status != Status.PLEDGED)
    assert all(one.label for one in shown.countries)
    assert shown.channels == ()
