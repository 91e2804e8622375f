"""The pace of broadcasts: never too fast, hardly slower than allowed, and answers first."""

from __future__ import annotations

import asyncio
import random

import pytest

from bot.events import Chat
from bot.pacing import Limits, Pacing
from tests.bot.mailings import Time

LIMITS = Limits(30, 20)


def most_within(times: list[float], seconds: float) -> int:
    """Return the largest number of moments that lie within so many seconds."""
    ordered = sorted(times)
    return max(
        sum(start <= at < start + seconds for at in ordered[n : n + 200]) for n, start in enumerate(ordered)
    )


def paced(time: Time, limits: Limits = LIMITS) -> Pacing:
    """Return a pace that keeps this time."""
    return Pacing(limits, lambda chat: chat.id.startswith("-"), time, time.sleep)


async def test_thirty_a_second_and_hardly_less() -> None:
    """2,000 messages go out at 29 a second at least, and never more than 30 within any second."""
    time = Time()
    passing = asyncio.create_task(time.passes())
    pacing, left = paced(time), []
    for number in range(2000):
        assert await pacing.turn(100) == 1
        pacing.leaves(Chat("telegram", str(number)))
        left.append(time.now)
    passing.cancel()
    assert most_within(left, 1.0) <= 30
    assert 2000 / (left[-1] - left[0]) >= 29


@pytest.mark.parametrize("seed", range(5))
async def test_answers_go_first(seed: int) -> None:
    """An answer goes out within a fraction of a second while a broadcast does, and together they keep the limit."""
    dice = random.Random(seed)
    time = Time()
    passing = asyncio.create_task(time.passes())
    pacing = paced(time)
    left: list[float] = []
    waits: list[float] = []

    async def broadcast() -> None:
        for number in range(600):
            await pacing.turn(100)
            pacing.leaves(Chat("telegram", str(number)))
            left.append(time.now)

    async def people() -> None:
        while not sending.done():
            await time.sleep(dice.uniform(0, 0.4))
            asked = time.now
            await pacing.reply(Chat("telegram", "ada"))
            left.append(time.now)
            waits.append(time.now - asked)

    sending = asyncio.create_task(broadcast())
    await asyncio.gather(sending, people())
    passing.cancel()
    assert len(waits) > 30
    assert max(waits) < 0.5
    assert most_within(left, 1.0) <= 30


async def test_answers_alone_never_wait() -> None:
    """While no broadcast goes out, answers are as fast as ever."""
    time = Time()
    pacing = paced(time)
    for number in range(500):
        await asyncio.wait_for(pacing.reply(Chat("telegram", str(number))), 1)
    assert time.now == Time().now


async def test_many_answers_while_a_broadcast_waits() -> None:
    """Where more people write than a second has room for, the broadcast waits for all of them; the limit holds."""
    time = Time()
    passing = asyncio.create_task(time.passes())
    pacing, left = paced(time), []

    async def answer(number: int) -> None:
        await pacing.reply(Chat("telegram", str(number)))
        left.append(time.now)

    async def broadcast() -> float:
        await pacing.turn(100)
        pacing.leaves(Chat("telegram", "0"))
        left.append(time.now)
        return time.now

    begun = [await broadcast() for _ in range(30)][-1]
    waiting = asyncio.create_task(broadcast())
    await asyncio.gather(*map(answer, range(100)))
    answered = time.now
    assert await waiting >= answered
    passing.cancel()
    assert most_within(left, 1.0) <= 30
    assert 3 < answered - begun < 5


async def test_answers_to_a_busy_group() -> None:
    """In a group, no more than twenty answers leave within any minute, and every one does in the end."""
    time = Time()
    passing = asyncio.create_task(time.passes())
    pacing = paced(time)
    left: list[float] = []

    async def answer(topic: int) -> None:
        await pacing.reply(Chat("telegram", f"-100/{topic}"))
        left.append(time.now)

    await asyncio.gather(*map(answer, range(50)))
    passing.cancel()
    assert most_within(left, 60.0) == 20
    assert left[-1] - left[0] < 130


async def test_an_answer_to_a_busy_group_holds_up_no_broadcast() -> None:
    """While answers wait for the next minute of their group, a broadcast goes out as fast as ever."""
    time = Time()
    passing = asyncio.create_task(time.passes())
    pacing = paced(time)
    for _ in range(20):
        await pacing.reply(Chat("telegram", "-100"))
    begun = time.now
    waiting = [asyncio.create_task(pacing.reply(Chat("telegram", f"-100/{topic}"))) for topic in range(2)]
    await asyncio.sleep(0)
    for number in range(60):
        await pacing.turn(100)
        pacing.leaves(Chat("telegram", str(number)))
    assert time.now - begun < 3
    await asyncio.gather(*waiting)
    passing.cancel()
    assert time.now - begun >= 60


async def test_twenty_a_minute_to_a_group() -> None:
    """A group that has had twenty messages within a minute, in whatever topics, is held; nobody else is."""
    time = Time()
    pacing = paced(time)
    for topic in range(20):
        assert not pacing.held(Chat("telegram", "-100"))
        await pacing.reply(Chat("telegram", f"-100/{topic}"))
        await pacing.reply(Chat("telegram", "7"))
    assert pacing.held(Chat("telegram", "-100/3"))
    assert pacing.full_groups == 1
    assert not pacing.held(Chat("telegram", "-200"))
    assert not pacing.held(Chat("telegram", "7"))
    time.now += 61
    assert not pacing.held(Chat("telegram", "-100"))


async def test_no_limits() -> None:
    """Where a platform sets no limits, as much goes at once as there is room for."""
    time = Time()
    pacing = paced(time, Limits())
    assert await pacing.turn(100) == 100
    pacing.leaves(Chat("matrix", "!room"))
    await pacing.reply(Chat("matrix", "!room"))
    assert not pacing.held(Chat("matrix", "!room"))
