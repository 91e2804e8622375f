"""Groups in the database: what is kept of them, where they go, and what comes through their links."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.events import Chat, Event, Message
from bot.groups import Group, Progress, Through
from bot.pledges import Status, Way
from bot.store.work import Work
from tests.bot.store.people import ANNA, BORIS, NOW, opened, pledge

HERE, THERE = Chat("wire", "-7"), Chat("wire", "-1007")


def said(person: str, chat: Chat, number: int) -> Event:
    """Return something that Anna or Boris said in a group."""
    who = ANNA if person == "Anna" else BORIS
    return Event(f"said-{number}", who, chat, NOW, public=True)


async def full(work: Work) -> Group:
    """Return a group for which everything is set."""
    group = await work.add_group(HERE, "Branch", ANNA)
    return await work.set_group(
        replace(group, language="ru", topic="-7/5", goal=50, until=date(2026, 12, 4), who="keeper"), BORIS
    )


async def test_what_is_set(tmp_path: Path) -> None:
    """What is set for a group is kept, whoever adds the bot again; it is found by its chat, a topic and its link."""
    async with opened(tmp_path) as store, store.work() as work:
        group = await full(work)
        assert group.news == Chat("wire", "-7/5")
        assert await work.add_group(HERE, "New name", ANNA) == replace(group, title="New name")
        found = [await work.group(Chat("wire", "-7/5")), await work.group_called(group.code)]
        assert {one and one.code for one in (*found, *await work.groups())} == {group.code}
        assert [await work.keeps(ANNA, group), await work.keeps(BORIS, group)] == [False, True]


async def test_what_moves(tmp_path: Path) -> None:
    """A group that moves takes along what is set, and what is still to be sent; its card is shown anew.

    What was registered at its new place meanwhile gives way.
    """
    async with opened(tmp_path) as store:
        async with store.work() as work:
            group = await full(work)
            await work.set_card(f"group {group.code}", "33")
            await work.queue(HERE, [Message("news")])
            await work.add_group(THERE, "", BORIS)
            await work.moved(HERE, THERE)
            await work.moved(HERE, THERE)
        async with store.work() as work:
            assert await work.group(HERE) is None
            assert await work.groups() == (replace(group, chat=THERE, topic=None),)
            assert await work.card(f"group {group.code}") is None
            assert [one.chat for one in await work.unsent("wire")] == [THERE]


async def test_what_is_open_moves(tmp_path: Path) -> None:
    """What is open with somebody in a group goes on where the group has moved to, with them and nobody else."""
    async with opened(tmp_path) as store:
        async with store.work() as work:
            await work.add_group(HERE, "Branch", ANNA)
            await work.arrive(said("Anna", HERE, 1))
            await work.leave(said("Anna", HERE, 1), "[open]")
            await work.moved(HERE, THERE)
        async with store.work() as work:
            assert (await work.arrive(said("Boris", THERE, 2))).frames is None
            assert (await work.arrive(said("Anna", THERE, 3))).frames == "[open]"
            await work.leave(said("Anna", THERE, 3), None)
        async with store.work() as work:
            assert (await work.arrive(said("Anna", THERE, 4))).frames is None


async def test_what_comes_through_a_link(tmp_path: Path) -> None:
    """Letters of people who came through a group's link are counted with it, and stay so when it is forgotten who."""
    async with opened(tmp_path) as store, store.work() as work:
        group = await work.add_group(HERE, "Branch", ANNA)
        await work.add_pledge(BORIS, pledge())
        await work.came(BORIS, group)
        assert await work.came_by(BORIS) == group.code
        assert await work.progress(group.code) == Progress()
        await work.add_pledge(BORIS, pledge())
        await work.add_pledge(BORIS, pledge(kind="company", status=Status.SENT))
        await work.add_pledge(ANNA, pledge())
        assert await work.progress(group.code) == Progress(Through(1, 1), Through(1, 1), Through(2, 1))
        await work.mark_sent(BORIS, 1, NOW.date(), [Way("leader", "post")], rest=True)
        assert await work.progress(group.code) == Progress(Through(2, 1), Through(), Through(2, 1))
        await work.close_group(HERE)
        assert await work.came_by(BORIS) is None
        assert (await work.progress(group.code)).both == Through(2, 1)
        await work.forget(BORIS)
        assert await work.progress(group.code) == Progress()


async def test_who_is_forgotten_keeps_no_group(tmp_path: Path) -> None:
    """Nothing says any more who set a group up, or came through its link, once they are forgotten."""
    async with opened(tmp_path) as store, store.work() as work:
        group = await full(work)
        await work.came(BORIS, group)
        await work.forget(BORIS)
        (left,) = await work.groups()
        assert left.keeper is None
        assert await work.came_by(BORIS) is None
