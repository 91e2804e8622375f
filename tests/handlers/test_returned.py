"""Letters that come back: from several people on, the organisers are told once, and everybody who asks is warned."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Chat, Person
from bot.store.store import Store
from handlers.world import Organisers
from tests.door import KEY, NOW, Door, as_text, door_to, furnished

ORGANISER = Chat("wire", "99")
WARNING = "for several people it came back from here. Find out first whether it is still right."


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Door]:
    """Enter a bot that has an organiser."""
    store = await Store.open(folder / "solidarity.db", KEY, NOW.timestamp)
    world, messages = furnished()
    organisers = Organisers(accounts=frozenset(["wire:99"]))
    try:
        yield door_to(store, replace(world, organisers=organisers), messages)
    finally:
        await store.close()


def supporter(door: Door, number: int) -> Door:
    """Return another person's chat with the same bot."""
    return replace(door, person=Person("wire", f"p{number}", "en"), chat=Chat("wire", f"p{number}"))


async def came_back(one: Door, country: str = "DE", way: str = "E-mail: KazMunayGas") -> None:
    """Send a letter, and say that it came back."""
    for line in ("/pledge zhanaozen-2011", "protest", "person", country, "sent", way, "1", "/answer"):
        await one.say(line)
    await one.say("It came back undelivered")


def told(door: Door) -> list[str]:
    """Return what the organiser was told."""
    return [as_text(message) for chat, message in door.wire.sent if chat == ORGANISER]


async def test_several_people_make_an_address_doubtful(tmp_path: Path) -> None:
    """Two are not several, and one who says it twice is one; with the third the organiser is told, once."""
    async with opened(tmp_path) as door:
        for number in (1, 2, 2):
            await came_back(supporter(door, number))
        await supporter(door, 1).say("/answer returned")
        assert told(door) == []
        assert WARNING not in await door.say("/addresses zhanaozen-2011")
        await door.say("DE")
        await came_back(supporter(door, 3))
        await came_back(supporter(door, 4))
        [once] = told(door)
    assert "several people had their letter returned: JSC National Company KazMunayGas (by e-mail)" in once


async def test_whoever_asks_is_warned_from_then_on(tmp_path: Path) -> None:
    """/addresses says so, and so does what it takes to send a letter; the same again after a restart."""
    async with opened(tmp_path) as door:
        for number in range(3):
            await came_back(supporter(door, number))
        await door.say("/addresses zhanaozen-2011")
        assert (await door.say("DE")).count(WARNING) == 1
        for line in ("/letter zhanaozen-2011", "protest", "open", "person", "DE", "/enough", "1"):
            await door.say(line)
        assert f"E-mail: {WARNING}" in await door.say("E-mail: KazMunayGas")
        assert WARNING not in await door.say("Fax: KazMunayGas")


async def test_an_embassy_is_doubtful_where_its_letters_come_from(tmp_path: Path) -> None:
    """What came back from the embassy in Berlin says nothing of the one in London."""
    async with opened(tmp_path) as door:
        for number in range(3):
            await came_back(supporter(door, number), way="Post: Embassy (Berlin)")
        for country, warned in (("DE", 1), ("GB", 0)):
            await door.say("/addresses zhanaozen-2011")
            assert (await door.say(country)).count(WARNING) == warned


@pytest.mark.parametrize("deed", [("/forget", "1"), ("/answer zhanaozen-2011 reply",)])
async def test_whoever_no_longer_says_so_does_not_count(tmp_path: Path, deed: tuple[str, ...]) -> None:
    """Once somebody is forgotten, or says that a reply came after all, two are too few: nobody is warned any more."""
    async with opened(tmp_path) as door:
        for number in range(3):
            await came_back(supporter(door, number))
        await door.say("/addresses zhanaozen-2011")
        assert WARNING in await door.say("DE")
        for line in deed:
            await supporter(door, 1).say(line)
        await door.say("/addresses zhanaozen-2011")
        assert WARNING not in await door.say("DE")
        await came_back(supporter(door, 4))
        await door.say("/addresses zhanaozen-2011")
        assert WARNING in await door.say("DE")
