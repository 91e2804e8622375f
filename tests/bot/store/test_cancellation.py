"""Cancelling: whatever is interrupted, and when, what is recorded is whole."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.events import Message
from bot.store.store import Store
from tests.bot.store.people import (
    ANNA,
    a_doomed_event,
    add_message,
    an_event,
    count,
    event,
    nothing_happened,
    opened,
    pledge,
)


async def cancelled(task: asyncio.Task[None], steps: int) -> bool:
    """Cancel `task` after so many steps of the loop, and again at each further one; return whether it gave in."""
    for _ in range(steps):
        await asyncio.sleep(0)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    return task.cancelled()


@pytest.mark.parametrize("steps", range(8))
async def test_a_cancelled_event_is_whole_or_nothing(tmp_path: Path, steps: int) -> None:
    """However early or late, and however often an event is cancelled: all of it is recorded or nothing."""
    async with opened(tmp_path) as store:
        await cancelled(asyncio.create_task(an_event(store)), steps)
        async with store.work() as work:
            happened = not (await work.arrive(event(ANNA, 1))).new
            assert len(await work.pledges(ANNA)) == happened
            assert len(await work.unsent("wire")) == happened
        assert await count(store) == happened


async def test_an_event_cancelled_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """An event that is cancelled while its conversation waits for something is undone."""
    reached, never = asyncio.Event(), asyncio.Event()

    async def slow(store: Store) -> None:
        async with store.work() as work:
            await work.arrive(event(ANNA, 1))
            await work.add_pledge(ANNA, pledge())
            reached.set()
            await never.wait()

    async with opened(tmp_path) as store:
        task = asyncio.create_task(slow(store))
        await reached.wait()
        assert await cancelled(task, 0)
        await nothing_happened(store)


async def test_an_event_cancelled_while_it_is_committed_is_whole(tmp_path: Path) -> None:
    """What is on its way to the disk arrives there: the cancellation takes its effect afterwards."""
    reached = asyncio.Event()

    async def event_to_its_end(store: Store) -> None:
        async with store.work() as work:
            await work.queue(event(ANNA, 1).chat, [Message("said")])
            reached.set()

    async with opened(tmp_path) as store:
        task = asyncio.create_task(event_to_its_end(store))
        await reached.wait()
        assert await cancelled(task, 0)
        assert await count(store) == 1


async def test_a_commit_that_fails_while_it_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    """Two misfortunes at once leave no more than one."""
    reached = asyncio.Event()
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))

    async with opened(tmp_path) as store:
        task = asyncio.create_task(a_doomed_event(store, reached))
        await reached.wait()
        assert await cancelled(task, 0)
        await nothing_happened(store)
    assert complaints == []


async def test_whoever_waits_for_a_turn_can_be_cancelled(tmp_path: Path) -> None:
    """A cancelled wait for the database lets the next one through."""
    async with opened(tmp_path) as store:
        async with store.work() as work:
            waiting = asyncio.create_task(an_event(store))
            assert await cancelled(waiting, 3)
            await work.queue(event(ANNA, 1).chat, [Message("said")])
        assert await count(store) == 1


@pytest.mark.parametrize("erase", [Store.purge, Store.sweep])
async def test_cancelled_erasing_leaves_a_usable_store(
    tmp_path: Path, erase: Callable[[Store], Awaitable[object]]
) -> None:
    """Erasing that is interrupted is finished or not, and everything else goes on."""

    async def erased(store: Store) -> None:
        await erase(store)

    async with opened(tmp_path) as store:
        for steps in range(6):
            await cancelled(asyncio.create_task(erased(store)), steps)
            await add_message(store)
        assert await count(store) == 6
        assert await store.purge()


async def test_closing_waits_for_the_event_in_work(tmp_path: Path) -> None:
    """What is under way when the bot ends is recorded, and only then is the database closed."""
    reached = asyncio.Event()

    async def slow(store: Store) -> None:
        async with store.work() as work:
            reached.set()
            await asyncio.sleep(0.05)
            await work.queue(event(ANNA, 1).chat, [Message("said")])

    async with opened(tmp_path) as store:
        task = asyncio.create_task(slow(store))
        await reached.wait()
        await store.close()
        await task
    async with opened(tmp_path) as store:
        assert await count(store) == 1
