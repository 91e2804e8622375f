"""Units of work: whole or not at all, one after the other, whatever interrupts them."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.events import Message
from bot.store.store import Store
from tests.bot.store.people import ANNA, BORIS, a_doomed_event, event, nothing_happened, opened, pledge


class GoneWrongError(Exception):
    """Something goes wrong in a conversation."""


async def test_what_was_done_outlives_the_process(tmp_path: Path) -> None:
    """An event that had its effect is known after a restart, with what it left open and what is to be said."""
    async with opened(tmp_path) as store, store.work() as work:
        assert (await work.arrive(event(ANNA, 1))).new
        await work.leave(event(ANNA, 1), '[["letter", {}]]')
        await work.set_language(ANNA, "ru")
        said = await work.queue(event(ANNA, 1).chat, [Message("first"), Message("second")])
    async with opened(tmp_path) as store, store.work() as work:
        assert not (await work.arrive(event(ANNA, 1))).new
        arrival = await work.arrive(event(ANNA, 2))
        assert (arrival.new, arrival.frames, arrival.language) == (True, '[["letter", {}]]', "ru")
        assert await work.unsent("wire") == said
        assert [one.message for one in said] == [Message("first"), Message("second")]


async def test_events_are_told_apart(tmp_path: Path) -> None:
    """An event is known by its platform and its id, a conversation by its chat and its person."""
    async with opened(tmp_path) as store, store.work() as work:
        await work.arrive(event(ANNA, 1, "group"))
        await work.leave(event(ANNA, 1, "group"), "in the group")
        await work.leave(event(ANNA, 1), "in private")
        await work.set_language(ANNA, "en")
        elsewhere = await work.arrive(event(type(ANNA)("other", ANNA.id), 1))
        assert (elsewhere.new, elsewhere.frames, elsewhere.language) == (True, None, None)
        assert not (await work.arrive(event(BORIS, 1))).new
        assert (await work.arrive(event(BORIS, 2, "group"))).frames is None
        assert (await work.arrive(event(ANNA, 3, "group"))).frames == "in the group"
        assert (await work.arrive(event(ANNA, 4))).frames == "in private"


@pytest.mark.parametrize("name", ["\ud800", "a\0b", "x" * 100_000, "", "'; DROP TABLE pledge; --", "نامه"])
async def test_any_id_is_an_id(tmp_path: Path, name: str) -> None:
    """Whatever a platform uses for ids, people are recognised by them."""
    odd = type(ANNA)("wire", name)
    async with opened(tmp_path) as store, store.work() as work:
        await work.set_language(odd, "ru")
        assert (await work.arrive(event(odd, 1, "chat"))).language == "ru"
        assert (await work.arrive(event(ANNA, 2, "chat"))).language is None


async def test_what_is_open_changes_and_ends(tmp_path: Path) -> None:
    """A conversation is kept as it was left last, and not at all once it has ended."""
    async with opened(tmp_path) as store, store.work() as work:
        for frames in ("one", "two"):
            await work.leave(event(ANNA, 1), frames)
        assert (await work.arrive(event(ANNA, 1))).frames == "two"
        await work.leave(event(ANNA, 1), None)
        assert (await work.arrive(event(ANNA, 2))).frames is None
        await work.leave(event(ANNA, 2), None)


async def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    """If a conversation fails in the middle, its error comes out unchanged, and nothing of the event is recorded."""

    async def goes_wrong(store: Store) -> None:
        async with store.work() as work:
            await work.arrive(event(ANNA, 1))
            await work.leave(event(ANNA, 1), "frames")
            await work.add_pledge(ANNA, pledge())
            await work.queue(event(ANNA, 1).chat, [Message("said")])
            raise GoneWrongError

    async with opened(tmp_path) as store:
        with pytest.raises(GoneWrongError):
            await goes_wrong(store)
        await nothing_happened(store)


async def test_an_error_of_the_system_is_not_blamed_on_the_database(tmp_path: Path) -> None:
    """A file that a conversation misses has nothing to do with the database."""
    async with opened(tmp_path) as store:
        with pytest.raises(FileNotFoundError, match="letter"):
            async with store.work():
                raise FileNotFoundError("letter")


async def test_a_commit_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """If the last moment goes wrong, nothing is recorded, and the next unit of work succeeds."""
    async with opened(tmp_path) as store:
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY constraint failed"):
            await a_doomed_event(store, asyncio.Event())
        await nothing_happened(store)


async def test_units_of_work_wait_for_each_other(tmp_path: Path) -> None:
    """Of many that read, wait and then write, none sees a state that another one changes."""
    seen: list[int] = []

    async def one(store: Store) -> None:
        async with store.work() as work:
            waiting = len(await work.unsent("wire"))
            await asyncio.sleep(0)
            await work.queue(event(ANNA, 1).chat, [Message(str(waiting))])
            await asyncio.sleep(0)
            seen.append(waiting)

    async with opened(tmp_path) as store:
        await asyncio.gather(*(one(store) for _ in range(20)))
        assert seen == list(range(20))
        async with store.work() as work:
            assert [waiting.message for waiting in await work.unsent("wire")] == [
                Message(str(n)) for n in range(20)
            ]


async def test_an_id_of_a_message_is_never_given_twice(tmp_path: Path) -> None:
    """Even after a message was sent and a restart, the next has another id: a platform would drop it otherwise."""
    ids: list[int] = []
    for _ in range(3):
        async with opened(tmp_path) as store:
            async with store.work() as work:
                ids += [one.id for one in await work.queue(event(ANNA, 1).chat, [Message("a"), Message("b")])]
            async with store.work() as work:
                await work.sent(ids)
            assert await store.purge()
    assert len(set(ids)) == 6
    assert ids == sorted(ids)


async def test_messages_wait_by_platform_in_order(tmp_path: Path) -> None:
    """Messages that wait are those of one platform, oldest first, until each is sent."""
    other = event(type(ANNA)("other", "1"), 1).chat
    async with opened(tmp_path) as store, store.work() as work:
        first = await work.queue(event(ANNA, 1).chat, [Message("1"), Message("2")])
        foreign = await work.queue(other, [Message("3")])
        second = await work.queue(event(BORIS, 1).chat, [Message("4")])
        assert await work.queue(other, []) == ()
        assert await work.unsent("wire") == (*first, *second)
        await work.sent([first[0].id, second[0].id, 999])
        await work.sent([])
        assert await work.unsent("wire") == first[1:]
        assert await work.unsent("other") == foreign
