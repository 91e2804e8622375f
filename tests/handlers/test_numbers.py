"""/stats: rounded numbers for everybody, all of them for organisers in private, and nothing that points at a person."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.documents import made
from bot.events import Chat, Event, Person
from bot.pledges import Consent, Counted, NewPledge, Status, Way
from bot.store import numbers
from bot.store.reading import Reading
from bot.store.store import Store
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


async def write(store: Store, number: int, *letters: NewPledge, first: int = 0) -> None:
    """Let so many people pledge, or send, all those letters."""
    async with store.work() as work:
        for person in range(first, first + number):
            for one in letters:
                owner = f"{letters[0].country}{letters[0].status}{letters[0].sender}{person}"
                await work.add_pledge(Person("wire", owner), one)


@asynccontextmanager
async def door(folder: Path, *organisers: str) -> AsyncIterator[Door]:
    """Enter the bot, whose organisers have these accounts; a minute passes between any two deeds."""
    minutes = itertools.count(int(NOW.timestamp()), 60)
    store = await Store.open(folder / "solidarity.db", KEY, lambda: next(minutes))
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
        assert "People: at least 5 have sent letters, fewer than 5 more have promised to" in told
        assert "• Germany: at least 5 have sent" in told


async def test_everybody(tmp_path: Path) -> None:
    """Everybody sees numbers rounded down, no small country, no channel; what is sent and promised stays apart."""
    async with door(tmp_path) as everybody:
        await write(everybody.store, 12, letter("DE"))
        await write(everybody.store, 4, letter("FR"))
        await write(everybody.store, 6, letter("DE", Status.PLEDGED, "organisation"))
        await write(everybody.store, 3, letter(None, Status.PLEDGED))
        told = await everybody.say("/stats")
    assert "People: at least 15 have sent letters, at least 5 more have promised to" in told
    assert "For organisations: fewer than 5 have sent letters, at least 5 more have promised to" in told
    assert "• Germany: at least 10 have sent letters, at least 5 more have promised to" in told
    for secret in ("France", "12", "16", "no country", "by fax", "NagaWorld"):
        assert secret not in told


async def test_people_are_counted(tmp_path: Path) -> None:
    """Everybody reads of people: who has written five letters is one, and whoever has sent one has sent."""
    kinds = ("protest", "solidarity")
    several = [
        replace(letter("DE", sender=sender), kind=kind)
        for kind in kinds
        for sender in ("person", "organisation")
    ]
    async with door(tmp_path) as everybody:
        await write(everybody.store, 4, *several, replace(several[0], status=Status.PLEDGED))
        assert "not enough letters yet" in await everybody.say("/stats")
        await write(everybody.store, 3, *several, first=4)
        told = await everybody.say("/stats")
    assert "People: at least 5 have sent letters, fewer than 5 more have promised to" in told
    assert "These numbers are of people" in told


async def test_one_more_changes_nothing(tmp_path: Path) -> None:
    """Whoever reads the numbers before and after somebody's letter reads the same; after five they are new."""
    async with door(tmp_path) as everybody:
        await write(everybody.store, 9, letter("DE"))
        before = await everybody.say("/stats")
        for number in range(9, 13):
            await write(everybody.store, 1, letter("DE"), first=number)
            assert await everybody.say("/stats") == before
        await write(everybody.store, 1, letter("DE"), first=13)
        assert "• Germany: at least 10 have sent" in await everybody.say("/stats")


async def test_organisers(tmp_path: Path) -> None:
    """An organiser sees every number in private, by country and channel, and is asked to keep small ones."""
    async with door(tmp_path, "wire:4815162342") as organiser:
        await write(organiser.store, 12, letter("DE"))
        await write(organiser.store, 1, letter("FR", Status.PLEDGED, channel="post"))
        await write(organiser.store, 2, letter(None, sender="organisation"))
        told = await organiser.say("/stats")
        await write(organiser.store, 1, replace(letter(None, sender="organisation"), kind="solidarity"))
        again = await organiser.say("/stats")
    assert "Letters: 14 sent, 1 more promised" in told
    assert "People: 14 have sent letters, 1 more have promised to" in told
    assert "Letters: 15 sent, 1 more promised" in again
    assert "People: 14 have sent letters, 1 more have promised to" in again
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


async def test_as_pictures(tmp_path: Path) -> None:
    """An organiser taps and sees the numbers as pictures, each with its numbers in words for whoever cannot see it."""
    async with door(tmp_path, "wire:4815162342") as organiser:
        assert await organiser.say("/stats") == (
            "Nobody has sent or promised a letter yet. As soon as somebody has, the numbers stand here."
        )
        await write(organiser.store, 12, letter("DE"))
        await write(organiser.store, 1, letter("FR", Status.PLEDGED, channel="post"))
        await organiser.say("/stats")
        told = await organiser.tap("As pictures")
        names = [message.document.name for message in organiser.last if message.document]
        sizes = [(await made(m.document)).data[:4] for m in organiser.last if m.document]
    assert names == [f"{HISTORICAL}-{one}.png" for one in ("time", "kinds", "countries", "channels")]
    assert sizes == [b"\x89PNG"] * 4
    assert "Letters that left from 23 November 2026 to 23 November 2026: 12" in told
    for line in (
        "• All letters: 12 sent, 1 more promised",
        "• Germany: 12 sent, 0 more promised",
        "• France: 0 sent, 1 more promised",
        "• by post: 0 sent, 1 more promised",
    ):
        assert line in told.splitlines()


async def test_one_campaign_of_several(tmp_path: Path) -> None:
    """Where several campaigns have letters there is a button for each."""
    async with door(tmp_path, "wire:4815162342") as organiser:
        await write(organiser.store, 2, letter("DE"), replace(letter("DE"), campaign="nagaworld-2021"))
        await organiser.say("/stats")
        told = await organiser.tap("As pictures: Cambodia")
    assert "Cambodia" in told
    assert "Kazakhstan" not in told


async def test_pictures_are_for_organisers(tmp_path: Path) -> None:
    """Whoever is no organiser, or asks among others, gets no picture."""
    async with door(tmp_path, "wire:4815162341") as stranger:
        await write(stranger.store, 7, letter("DE"))
        assert "at least 5 have sent" in await stranger.say(f"/stats {HISTORICAL}")
        assert not any(message.document or message.buttons for message in stranger.last)
    async with door(tmp_path, "wire:4815162342") as organiser:
        group = Chat("wire", "-5")
        await organiser.do(
            Event(organiser.next_id(), ORGANISER, group, NOW, HISTORICAL, command="stats", public=True)
        )
        assert not any(message.document or message.buttons for message in organiser.last)


@pytest.mark.parametrize("account", ["wire:4815162341", "telegram:4815162342", "wire:"])
async def test_others_are_no_organisers(tmp_path: Path, account: str) -> None:
    """Another account, another platform's same number, or nobody in particular: none of them is an organiser."""
    async with door(tmp_path, account) as stranger:
        await write(stranger.store, 7, letter("DE"))
        assert "at least 5 have sent" in await stranger.say("/stats")
        nobody = Event(
            stranger.next_id(), Person("wire", ""), Chat("wire", "-5"), NOW, command="stats", public=True
        )
        assert "at least 5 have sent" in await stranger.do(nobody)


async def test_among_others(tmp_path: Path) -> None:
    """In a group an organiser is told what everybody may read."""
    async with door(tmp_path, "wire:4815162342") as organiser:
        await write(organiser.store, 7, letter("DE"))
        asked = Event(organiser.next_id(), ORGANISER, Chat("wire", "-5"), NOW, command="stats", public=True)
        told = await organiser.do(asked)
    assert "at least 5 have sent" in told
    assert "7" not in told


@asynccontextmanager
async def counting(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Enter a time in which to count takes as long as the block; what it gives waits until that has begun."""
    begun, over = threading.Event(), threading.Event()

    def slowly(look: Reading, full: bool) -> Counted:
        found = count(look, full)
        begun.set()
        assert over.wait(20)
        return found

    count = numbers.count
    monkeypatch.setattr(numbers, "count", slowly)
    try:
        yield lambda: asyncio.to_thread(lambda: _passed(begun))
    finally:
        over.set()


def _passed(begun: threading.Event) -> None:
    assert begun.wait(20)


@pytest.mark.parametrize("account", ["wire:4815162342", "wire:1"])
async def test_nobody_waits_for_the_numbers(
    tmp_path: Path, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While all is counted, for an organiser or for everybody, others write and are answered at once."""
    async with door(tmp_path, account) as asking:
        await write(asking.store, 12, letter("DE"))
        async with counting(monkeypatch) as has_begun:
            asked = asyncio.create_task(asking.say("/stats"))
            await has_begun()
            other = replace(asking, person=Person("wire", "7", "en"), chat=Chat("wire", "7"), last=[])
            await other.say("/language ru")
            assert "по-русски" in told(other)
            assert not asked.done()
        await asked
        assert ("12 sent" if "4815162342" in account else "at least 10") in told(asking)


def told(door: Door) -> str:
    """Return what was said in a chat, though others were answered in between."""
    return "\n".join(message.html for chat, message in door.wire.sent if chat == door.chat)


async def test_who_is_forgotten_while_all_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is called erased once it is: after the count, which reads the rows of before."""
    async with door(tmp_path) as asking:
        await write(asking.store, 12, letter("DE"))
        async with counting(monkeypatch) as has_begun:
            asked = asyncio.create_task(asking.say("/stats"))
            await has_begun()
            other = replace(asking, person=Person("wire", "7", "en"), chat=Chat("wire", "7"), last=[])
            await other.say("/forget")
            forgotten = asyncio.create_task(other.say("1"))
            await asyncio.sleep(0.2)
            assert not forgotten.done()
        await asyncio.gather(asked, forgotten)
        assert "Nothing about you is left in the database." in told(other)
