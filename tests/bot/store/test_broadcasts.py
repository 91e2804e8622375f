"""Broadcasts in the database: whom they reach, who may agree to them, and how they are steered."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.broadcasts import Attached, Fate, Quiet, Scope, State
from bot.events import Chat, Person
from bot.store.tables import delivery
from tests.bot.store.followers import bring_into, follow, numbered, update
from tests.bot.store.people import ANNA, BORIS, NOW, Clock, inside, opened

CLARA = Person("wire", "31415926535")


@pytest.mark.parametrize(
    ("scope", "size"),
    [
        (Scope("iran"), {("matrix", "en"): 1, ("wire", ""): 1, ("wire", "en"): 3, ("wire", "ru"): 2}),
        (Scope("iran", platform="matrix"), {("matrix", "en"): 1}),
        (Scope("iran", language="ru"), {("wire", "ru"): 2}),
        (Scope("iran", country="KZ"), {("wire", "ru"): 1}),
        (Scope("iran", group="code"), {("wire", "en"): 1, ("wire", "ru"): 1}),
        (Scope("iran", waiting=True), {("wire", "en"): 1}),
        (Scope("iran", platform="wire", language="en", waiting=True), {("wire", "en"): 1}),
        (Scope("nagaworld-2021"), {("wire", "en"): 1}),
        (Scope("nobody"), {}),
    ],
)
async def test_it_is_for_those_within_its_scope(
    tmp_path: Path, scope: Scope, size: dict[tuple[str, str], int]
) -> None:
    """Who is counted is who gets it: those who follow the campaign, and of them those that the scope names."""
    async with opened(tmp_path) as store:
        await follow(store, "1")
        await follow(store, "1", campaign="nagaworld-2021")
        await follow(store, "1", platform="matrix")
        await follow(store, "2", waiting=True)
        await follow(store, "3", language="ru", country="KZ")
        await follow(store, "4", language="ru", via="code")
        await follow(store, "5", language=None)
        await follow(store, "-6", private=False)
        await bring_into(store, "-6", "code")
        async with store.work() as work:
            assert await work.audience(scope) == size
            number = await work.start_broadcast(ANNA, update(scope))
            found = await work.broadcast(number)
        assert found
        assert found.state == State.RUNNING
        assert found.counts == {(*one, Fate.READY): people for one, people in size.items()}


async def test_a_group_has_a_topic_for_its_news(tmp_path: Path) -> None:
    """What goes to a group goes into the topic that its admins have named."""
    async with opened(tmp_path) as store:
        await follow(store, "-6", private=False)
        await bring_into(store, "-6", "code", topic="-6/17")
        async with store.work() as work:
            await work.start_broadcast(ANNA, update())
        assert [row["chat"] for row in await inside(store).rows(delivery.select())] == ["-6/17"]


async def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    """What was confirmed is kept to the letter: whom it is for, what it says, its file, when, and the quiet hours."""
    file = Attached("list.pdf", "application/pdf", False, b"%PDF")
    new = update(
        Scope("iran", "wire", "ru", "KZ", "code", True),
        NOW + timedelta(hours=1),
        State.ASKED,
        file,
        Quiet(22, 8, "Europe/Berlin"),
    )
    async with opened(tmp_path) as store:
        async with store.work() as work:
            number = await work.start_broadcast(ANNA, new)
        async with store.work() as work:
            found = await work.broadcast(number)
            assert found
            assert (found.terms, found.state, found.created_at, found.ended_at) == (
                new,
                State.ASKED,
                NOW,
                None,
            )
            assert found.terms.content.digest == new.content.digest
            assert [one.id for one in await work.broadcasts()] == [number]
            assert await work.broadcast(number + 1) is None


async def test_the_latest_are_listed_first(tmp_path: Path) -> None:
    """The list begins with the newest, and is no longer than asked for."""
    async with opened(tmp_path) as store, store.work() as work:
        numbers = [await work.start_broadcast(ANNA, update()) for _ in range(4)]
        assert [one.id for one in await work.broadcasts(3)] == numbers[:0:-1]


async def test_one_that_is_set_for_later_reaches_those_who_follow_then(tmp_path: Path) -> None:
    """Who asks for news before its time gets it, and who has had enough by then does not."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store:
        await follow(store, "1", "2")
        async with store.work() as work:
            number = await work.start_broadcast(ANNA, update(at=NOW + timedelta(hours=2)))
            assert not await work.begin(number)
            await work.drop(Chat("wire", "1"))
        await follow(store, "3", language="ru")
        clock.pass_hours(2)
        async with store.work() as work:
            assert await work.begin(number)
            assert not await work.begin(number)
            found = await work.broadcast(number)
        assert found
        assert found.counts == {("wire", "en", Fate.READY): 1, ("wire", "ru", Fate.READY): 1}


async def test_nobody_agrees_to_their_own(tmp_path: Path) -> None:
    """One that asks for a second organiser waits for another than its author, and begins then."""
    async with opened(tmp_path) as store, store.work() as work:
        number = await work.start_broadcast(ANNA, update(state=State.ASKED))
        assert await work.agree(number, ANNA) is None
        assert await work.agree(number + 1, BORIS) is None
        agreed = await work.agree(number, BORIS)
        assert agreed
        assert agreed.state == State.RUNNING
        assert await work.agree(number, CLARA) is None


async def test_of_two_who_agree_at_once_one_starts_it(tmp_path: Path) -> None:
    """200 times out of 200, one of two organisers who agree in the same moment starts it, and it goes out once."""
    async with opened(tmp_path) as store:
        await follow(store, *numbered("chat", range(3)))
        for _ in range(200):
            async with store.work() as work:
                number = await work.start_broadcast(ANNA, update(state=State.ASKED))

            async def agree(person: Person, number: int = number) -> bool:
                async with store.work() as work:
                    return await work.agree(number, person) is not None

            assert Counter(await asyncio.gather(agree(BORIS), agree(CLARA))) == {True: 1, False: 1}
            async with store.work() as work:
                found = await work.broadcast(number)
            assert found
            assert found.people(Fate.READY) == 3


@pytest.mark.parametrize(
    ("way", "end"),
    [
        ([State.PAUSED], State.PAUSED),
        ([State.PAUSED, State.RUNNING], State.RUNNING),
        ([State.PAUSED, State.CANCELLED], State.CANCELLED),
        ([State.CANCELLED], State.CANCELLED),
    ],
)
async def test_it_is_steered(tmp_path: Path, way: list[State], end: State) -> None:
    """It is paused, goes on and is cancelled; what was not sent by then is counted as cancelled."""
    async with opened(tmp_path) as store:
        await follow(store, "1", "2")
        async with store.work() as work:
            number = await work.start_broadcast(ANNA, update())
            for to in way:
                found = await work.steer(number, to)
        assert found
        assert found.state == end
        cancelled = end == State.CANCELLED
        assert found.counts == {("wire", "en", Fate.CANCELLED if cancelled else Fate.READY): 2}
        assert (found.ended_at == NOW) == cancelled


@pytest.mark.parametrize(
    ("way", "to"),
    [
        ([], State.RUNNING),
        ([], State.DONE),
        ([], State.ASKED),
        ([State.PAUSED], State.PAUSED),
        ([State.CANCELLED], State.RUNNING),
        ([State.CANCELLED], State.CANCELLED),
    ],
)
async def test_it_is_steered_nowhere_else(tmp_path: Path, way: list[State], to: State) -> None:
    """What is running is not to be gone on with, and what was cancelled stays so."""
    async with opened(tmp_path) as store, store.work() as work:
        number = await work.start_broadcast(ANNA, update())
        for step in way:
            await work.steer(number, step)
        before = await work.broadcast(number)
        assert await work.steer(number, to) is None
        assert await work.broadcast(number) == before
        assert await work.steer(number + 1, State.PAUSED) is None


async def test_the_last_one_of_a_person(tmp_path: Path) -> None:
    """When somebody confirmed their last one is known, and when their last one to a group."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store:
        async with store.work() as work:
            assert await work.last_broadcast(ANNA) is None
            await work.start_broadcast(ANNA, update(Scope("iran", group="code")))
        clock.pass_hours(1)
        async with store.work() as work:
            await work.start_broadcast(ANNA, update())
            assert await work.last_broadcast(ANNA) == int(NOW.timestamp()) + 3600
            assert await work.last_broadcast(ANNA, "code") == int(NOW.timestamp())
            assert await work.last_broadcast(ANNA, "other") is None
            assert await work.last_broadcast(BORIS) is None
