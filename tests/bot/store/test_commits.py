"""What is written at the same time: it shares a commit, and each piece its own luck."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.events import Chat, Message
from bot.store.store import Store
from tests.bot.store.people import ANNA, add_message, count, inside, opened

HERE = Chat("wire", ANNA.id)


async def statements(
    store: Store, *pieces: Coroutine[object, object, object]
) -> tuple[list[str], list[object]]:
    """Return what SQLite was told while `pieces` ran at the same time, and what became of each."""
    heard: list[str] = []
    inside(store)._driver.set_trace_callback(heard.append)
    fates = await asyncio.gather(*pieces, return_exceptions=True)
    inside(store)._driver.set_trace_callback(None)
    return heard, fates


async def broken(store: Store) -> None:
    """Write something, and fail."""
    async with store.work() as work:
        await work.queue(HERE, [Message("never said")])
        raise RuntimeError("a mistake")


async def doomed(store: Store) -> None:
    """Write what SQLite refuses only when it is committed."""
    async with store.work():
        await inside(store).rows(text("PRAGMA defer_foreign_keys = ON"))
        await inside(store).rows(text("INSERT INTO pledge_way VALUES (99, 'leader', 'post')"))


async def test_what_arrives_together_is_committed_together(tmp_path: Path) -> None:
    """Fifty pieces that wait for each other need one commit."""
    async with opened(tmp_path) as store:
        heard, fates = await statements(store, *(add_message(store, f"no. {n}") for n in range(50)))
        assert fates == [None] * 50
        assert heard.count("COMMIT") == heard.count("BEGIN IMMEDIATE") == 1
        assert await count(store) == 50


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_that_fails_takes_nothing_with_it(tmp_path: Path, place: int) -> None:
    """A piece that raises is undone alone, whether it comes first, in the middle or last."""
    async with opened(tmp_path) as store:
        pieces = [add_message(store), add_message(store)]
        pieces.insert(place, broken(store))
        _, fates = await statements(store, *pieces)
        assert [type(fate) for fate in fates].index(RuntimeError) == place
        assert fates.count(None) == 2
        assert await count(store) == 2


async def test_nobody_is_told_that_it_is_recorded_when_the_commit_fails(tmp_path: Path) -> None:
    """Whoever shares a commit that fails hears of it, and nothing of it is kept."""
    async with opened(tmp_path) as store:
        _, fates = await statements(store, add_message(store), doomed(store), add_message(store))
        assert all(isinstance(fate, Exception) for fate in fates), fates
        assert await count(store) == 0
        await add_message(store)
        assert await count(store) == 1


async def test_whoever_is_cancelled_in_a_shared_commit_leaves_the_others_whole(tmp_path: Path) -> None:
    """A piece that is cancelled before its turn, in its turn or while it is committed harms no other."""
    async with opened(tmp_path) as store:
        for steps in range(12):
            tasks = [asyncio.create_task(add_message(store)) for _ in range(5)]
            for _ in range(steps):
                await asyncio.sleep(0)
            tasks[1].cancel()
            tasks[3].cancel()
            fates = await asyncio.gather(*tasks, return_exceptions=True)
            assert [fate for number, fate in enumerate(fates) if number % 2 == 0] == [None] * 3
        assert 36 <= await count(store) <= 60
