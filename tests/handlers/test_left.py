"""A letter that has left by some of the ways that were promised: what has not left stays promised, or is let go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bot.reminders import Asking
from bot.store.store import Store
from handlers.world import Organisers
from tests.door import KEY, NOW, Door, door_to, furnished

PLEDGE = ("/pledge zhanaozen-2011", "protest", "person", "DE")
FAX, EMAIL = "JSC National Company KazMunayGas (by fax)", "JSC National Company KazMunayGas (by e-mail)"


@asynccontextmanager
async def promised(folder: Path, when: str = "5 December") -> AsyncIterator[Door]:
    """Enter the chat of an organiser who has promised a letter by e-mail and by fax."""
    store = await Store.open(folder / "solidarity.db", KEY, NOW.timestamp)
    world, messages = furnished()
    led = replace(world, organisers=Organisers(accounts=frozenset(["wire:4815162342"])))
    try:
        door = door_to(store, led, messages)
        for line in (*PLEDGE, when, "Fax: KazMunayGas, E-mail: KazMunayGas", "1"):
            await door.say(line)
        yield door
    finally:
        await store.close()


async def numbers(door: Door) -> set[str]:
    """Return what the organisers read of the letters, and of their ways."""
    told = (await door.say("/stats")).splitlines()
    return {line for line in told if line.startswith(("Letters:", "People:", "• by"))}


async def test_what_has_not_left_stays_promised(tmp_path: Path) -> None:
    """One way counts as sent, the other as promised, of one person; the reminder is for what is still to come."""
    async with promised(tmp_path) as door:
        await door.say("/sent")
        assert "• Fax: KazMunayGas" in await door.say("E-mail: KazMunayGas")
        told = await door.tap("Yes, later")
        assert told.index(EMAIL) < told.index("The rest stays promised") < told.index(FAX)
        assert "I will remind you once: Saturday 5 December, 10:00." in told
        assert await numbers(door) == {
            "Letters: 1 sent, 1 more promised",
            "People: 1 have sent letters, 0 more have promised to",
            "• by e-mail: 1 sent, 0 more promised",
            "• by fax: 0 sent, 1 more promised",
        }
        await door.say("/sent zhanaozen-2011")
        assert {line for line in await numbers(door) if line.startswith("•")} == {
            "• by e-mail: 1 sent, 0 more promised",
            "• by fax: 1 sent, 0 more promised",
        }
        async with door.store.work() as work:
            [asked] = await work.reminders(door.chat)
        assert asked.asking == Asking.ANSWER


async def test_what_is_let_go_is_promised_no_longer(tmp_path: Path) -> None:
    """Whoever says that this is all has sent one letter by one way, and is asked what came back."""
    async with promised(tmp_path) as door:
        for line in ("/sent", "E-mail: KazMunayGas"):
            await door.say(line)
        told = await door.say("no")
        assert ("The rest stays promised" in told, FAX in told) == (False, False)
        assert "In three weeks I ask you" in told
        assert {line for line in await numbers(door) if line.startswith(("Letters", "•"))} == {
            "Letters: 1 sent, 0 more promised",
            "• by e-mail: 1 sent, 0 more promised",
        }


async def test_without_a_reminder_it_is_asked_what_came_back(tmp_path: Path) -> None:
    """A letter that was promised for no day stays so, and the answers to what has left are asked for."""
    async with promised(tmp_path, "I will, but not now") as door:
        for line in ("/sent", "E-mail: KazMunayGas"):
            await door.say(line)
        told = await door.say("yes")
        assert ("The rest stays promised" in told, "In three weeks I ask you" in told) == (True, True)
        assert "promised on 23 November 2026; " + FAX in told


async def test_all_ways_ask_nothing_more(tmp_path: Path) -> None:
    """Whoever has sent it by every way that was promised is done."""
    async with promised(tmp_path) as door:
        await door.say("/sent")
        told = await door.say("1 2")
        assert told.startswith("Thank you. It is recorded as sent:")
        assert (EMAIL in told, FAX in told) == (True, True)
