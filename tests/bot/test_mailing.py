"""Broadcasts on their way: each message once, whatever the platform answers, and authors who know how it stands."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.broadcasts import Attached, Broadcast, Fate, Quiet, State
from bot.events import Chat, Message, Upload
from bot.pacing import Limits
from bot.platforms.base import (
    GoneError,
    LaterError,
    RefusedError,
    UnreachableError,
    UnsureError,
)
from tests.bot.mailings import done, posting, started
from tests.bot.store.followers import ORGANISER, TEXTS, bring_into, follow, numbered, update
from tests.bot.store.people import ANNA, NOW, opened


async def test_everybody_gets_it_once_in_their_language(tmp_path: Path) -> None:
    """Each of those who follow gets one message, in their language where there is a version, else in the usual one."""
    async with posting(tmp_path) as post:
        await follow(post.store, *numbered("en", range(150)))
        await follow(post.store, "ru", language="ru")
        await follow(post.store, "de", language="de")
        await follow(post.store, "none", language=None)
        number = await started(post)
        found = await post.until(number, done)
        news = [(chat.id, message.html) for _, chat, message in post.wire.got if chat != ORGANISER]
    assert found.people(Fate.SENT) == found.people() == 153
    assert len(news) == len(dict(news)) == 153
    assert dict(news)["ru"] == TEXTS["ru"]
    assert {html for chat, html in news if chat != "ru"} == {TEXTS["en"]}


async def test_a_file_goes_with_it_and_is_kept_no_longer(tmp_path: Path) -> None:
    """A document travels with the message, and nothing of it is left once the broadcast has ended."""
    file = Attached("list.pdf", "application/pdf", False, b"%PDF")
    async with posting(tmp_path) as post:
        await follow(post.store, "1")
        found = await post.until(await started(post, file=file), done)
        [message] = [message for _, chat, message in post.wire.got if chat.id == "1"]
    assert message.document
    assert (message.document.name, message.document.content) == (
        "list.pdf",
        Upload("application/pdf", False, b"%PDF"),
    )
    assert found.terms.content.file is None


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (GoneError(), Fate.GONE),
        (RefusedError("too bold"), Fate.FAILED),
        (UnsureError(), Fate.UNKNOWN),
        (ValueError("nobody thought of this"), Fate.UNKNOWN),
    ],
)
async def test_what_became_of_each(tmp_path: Path, error: Exception, fate: Fate) -> None:
    """A message that did not arrive is counted as what it is, is not tried again, and keeps nobody else waiting."""
    tried = []

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "7":
            tried.append(delivery)
            raise error

    async with posting(tmp_path) as post:
        post.wire.trouble = trouble
        await follow(post.store, *numbered("", range(20)))
        found = await post.until(await started(post), done)
        async with post.store.work() as work:
            left = sum((await work.audience(found.terms.scope)).values())
    assert len(tried) == 1
    assert (found.people(fate), found.people(Fate.SENT)) == (1, 19)
    assert found.unsettled == (fate == Fate.UNKNOWN)
    assert left == (19 if fate == Fate.GONE else 20)


@pytest.mark.parametrize(
    "error", [LaterError(7), UnreachableError("nobody there")], ids=["asked to wait", "out of reach"]
)
async def test_what_cannot_have_arrived_is_tried_again(tmp_path: Path, error: Exception) -> None:
    """A message that the platform did not take goes again, not before the time that it asks for."""
    refused: list[float] = []

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "7" and len(refused) < 3:
            refused.append(post.time())
            raise error

    async with posting(tmp_path) as post:
        post.wire.trouble = trouble
        await follow(post.store, *numbered("", range(20)))
        found = await post.until(await started(post), done)
        [at] = [at for at, chat, _ in post.wire.got if chat.id == "7"]
    assert len(refused) == 3
    assert found.people(Fate.SENT) == found.people() == 20
    if isinstance(error, LaterError):
        moments = [*refused, at]
        assert all(after - before >= 7 for before, after in pairwise(moments))


async def test_a_platform_that_is_not_tried_any_more(tmp_path: Path) -> None:
    """A platform that was out of reach twice, and is not needed since, counts as not connected for a while only."""
    tries = []

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "1":
            tries.append(post.time())
            if len(tries) == 2:
                async with post.store.work() as work:
                    await work.steer(1, State.CANCELLED)
            raise UnreachableError("nobody there")

    async def until_it(counts_as: bool) -> None:
        async with asyncio.timeout(20):
            while True:
                async with post.store.work() as work:
                    if (await work.platforms())["wire"] == counts_as:
                        return
                await asyncio.sleep(0.002)

    async with posting(tmp_path) as post:
        post.wire.trouble = trouble
        async with post.store.work() as work:
            await work.note_platforms(["wire"])
        await follow(post.store, "1")
        number = await started(post)
        await until_it(counts_as=True)
        await post.until(number, lambda found: found.state == State.CANCELLED)
        await until_it(counts_as=False)
        await until_it(counts_as=True)
    assert len(tries) == 2


async def test_who_has_had_enough_gets_nothing(tmp_path: Path) -> None:
    """Whoever stops the news while a broadcast goes out gets it no more, and is counted as such."""

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "10":
            async with post.store.work() as work:
                await work.unsubscribe(Chat("wire", "39"))

    async with posting(tmp_path, Limits(a_second=5)) as post:
        post.wire.trouble = trouble
        await follow(post.store, *numbered("", range(40)))
        number = await started(post)
        found = await post.until(number, done)
    assert (found.people(Fate.SENT), found.people(Fate.CANCELLED)) == (39, 1)
    assert "39" not in post.wire.times()


async def test_it_is_paused_goes_on_and_is_cancelled(tmp_path: Path) -> None:
    """While it is paused nothing leaves; what is cancelled never does, and the numbers add up."""
    async with posting(tmp_path, Limits(a_second=5)) as post:
        await follow(post.store, *numbered("", range(60)))
        number = await started(post)
        await post.until(number, lambda found: found.people(Fate.SENT) > 10)
        async with post.store.work() as work:
            await work.steer(number, State.PAUSED)
        paused = await post.until(number, lambda found: not found.people(Fate.SENDING))
        await post.time.sleep(60)
        async with post.store.work() as work:
            assert await work.steer(number, State.RUNNING) == replaced(paused)
        await post.until(number, lambda found: found.people(Fate.SENT) > 30)
        async with post.store.work() as work:
            await work.steer(number, State.CANCELLED)
        found = await post.until(number, lambda found: not found.people(Fate.SENDING, Fate.READY))
    assert found.people(Fate.SENT) == len([1 for chat in post.wire.times() if chat != ORGANISER.id])
    assert found.people(Fate.SENT) + found.people(Fate.CANCELLED) == found.people() == 60


def replaced(paused: Broadcast) -> Broadcast:
    """Return the broadcast that goes on where one was paused."""
    return replace(paused, state=State.RUNNING, terms=replace(paused.terms, state=State.RUNNING))


@pytest.mark.parametrize(
    "error", [LaterError(7), UnreachableError("nobody there")], ids=["asked to wait", "out of reach"]
)
async def test_what_is_cancelled_is_not_tried_again(tmp_path: Path, error: Exception) -> None:
    """What the platform did not take of a broadcast that was cancelled meanwhile is cancelled too, and not kept."""

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "1":
            async with post.store.work() as work:
                await work.steer(1, State.CANCELLED)
            raise error

    async with posting(tmp_path) as post:
        post.wire.trouble = trouble
        await follow(post.store, "1")
        found = await post.until(
            await started(post), lambda found: not found.people(Fate.SENDING, Fate.READY)
        )
    assert found.people(Fate.CANCELLED) == found.people() == 1


@pytest.mark.parametrize("repeatable", [True, False])
async def test_what_is_cancelled_is_not_sent_after_a_crash(tmp_path: Path, repeatable: bool) -> None:
    """What was under way when the bot died is not sent again by itself if its broadcast was cancelled."""
    async with opened(tmp_path) as store:
        await follow(store, "1")
        async with store.work() as work:
            number = await work.start_broadcast(ANNA, update())
            assert await work.claim(number, "wire", 1)
            await work.steer(number, State.CANCELLED)
            await work.recover("wire", repeatable=repeatable)
            found = await work.broadcast(number)
    assert found
    assert found.people(Fate.UNKNOWN) == found.unsettled == 1


@pytest.mark.parametrize(("until", "lasts"), [(20, 3), (8, 15)], ids=["within a day", "over midnight"])
async def test_quiet_hours(tmp_path: Path, until: int, lasts: int) -> None:
    """Nothing leaves in the quiet hours of the zone that was named, and it goes on by itself afterwards."""
    async with posting(tmp_path) as post:  # it is 12:00 UTC, 17:00 in Almaty
        await follow(post.store, "1")
        number = await started(post, quiet=Quiet(16, until, "Asia/Almaty"))
        for hours in (0, lasts / 2, lasts):
            post.time.now = (NOW + timedelta(hours=hours, seconds=-5)).timestamp()
            await post.time.sleep(3)
            assert "1" not in post.wire.times()
        await post.until(number, done)
        [at] = [at for at, chat, _ in post.wire.got if chat.id == "1"]
    assert at >= (NOW + timedelta(hours=lasts)).timestamp()


@pytest.mark.parametrize(
    ("there", "rests"),
    [
        ("2026-11-23T21:59", False),
        ("2026-11-23T22:00", True),
        ("2026-11-23T23:59", True),
        ("2026-11-24T00:00", True),
        ("2026-11-24T07:59", True),
        ("2026-11-24T08:00", False),
        ("2026-03-29T01:59", True),  # the night in which the clocks go forward
        ("2026-03-29T03:00", True),
        ("2026-03-29T08:00", False),
    ],
)
def test_a_night(there: str, rests: bool) -> None:
    """A night from 22 to 8 begins and ends by the clocks of its zone, also where they are changed."""
    moment = datetime.fromisoformat(there).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert Quiet(22, 8, "Europe/Berlin").holds(moment.astimezone(UTC)) == rests


async def test_what_is_not_known_is_sent_again_or_left(tmp_path: Path) -> None:
    """Of what may have arrived, the organiser decides: sent again without a sound, or left at that."""

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id in ("1", "2") and not message.silent:
            raise UnsureError

    async with posting(tmp_path) as post:
        post.wire.trouble = trouble
        await follow(post.store, "1", "2", "3")
        first = await started(post)
        assert (await post.until(first, done)).unsettled == 2
        second = await started(post)
        await post.until(second, done)
        async with post.store.work() as work:
            assert await work.settle(first, again=True) == 2
            assert await work.settle(second, again=False) == 2
            assert await work.settle(second, again=True) == 0
        sent = await post.until(first, done)
        left = await post.until(second, done)
    assert (sent.people(Fate.SENT), sent.people(), sent.unsettled) == (3, 3, 0)
    assert (left.people(Fate.UNKNOWN), left.people(), left.unsettled) == (2, 3, 0)
    assert post.wire.times()["1"] == 1


async def test_the_author_is_kept_informed(tmp_path: Path) -> None:
    """One message follows it along, changed every few seconds and no more often, and a report comes at the end."""
    async with posting(tmp_path, Limits(a_second=5)) as post:
        await follow(post.store, *numbered("", range(100)))
        await post.until(await started(post), done)
        await post.time.sleep(3)
    told = [message.html for _, chat, message in post.wire.got if chat == ORGANISER]
    assert len(told) == 2
    assert "is going out" in told[0]
    assert "Sent: 100" in told[1]
    begun, ended = post.wire.edits[0], post.wire.edits[-1]
    assert 2 <= len(post.wire.edits) <= (ended - begun) / 5 + 2


async def test_whoever_is_forgotten_leaves_no_trace(tmp_path: Path) -> None:
    """After /forget, no broadcast holds the chat any more: neither to come, nor under way, nor undecided."""
    arriving, go_on = asyncio.Event(), asyncio.Event()

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "under way":
            arriving.set()
            await go_on.wait()
        if chat.id == "undecided":
            raise UnsureError
        if chat.id == "5":
            async with post.store.work() as work:
                await work.steer(1, State.PAUSED)

    async with posting(tmp_path, Limits(a_second=5)) as post:
        post.wire.trouble = trouble
        await follow(post.store, "undecided", "under way", *numbered("", range(30)), "to come")
        number = await started(post)
        await arriving.wait()
        await post.until(number, lambda found: found.unsettled == 1 and found.state == State.PAUSED)
        async with post.store.work() as work:
            for chat in ("undecided", "under way", "to come", ORGANISER.id):
                await work.drop(Chat("wire", chat))
            await work.forget(ANNA)
        assert await post.store.purge()
        for file in post.store.path.parent.glob("solidarity.db*"):
            for trace in (b"undecided", b"under way", b"to come", ORGANISER.id.encode()):
                assert trace not in file.read_bytes()
        go_on.set()
        async with post.store.work() as work:
            await work.steer(number, State.RUNNING)
        found = await post.until(number, done)
    assert (found.people(Fate.UNKNOWN), found.people(Fate.CANCELLED), found.people(Fate.SENT)) == (1, 1, 31)
    assert found.unsettled == 0


async def test_a_topic_gets_it_as_long_as_its_group_follows(tmp_path: Path) -> None:
    """A group's topic for news gets what the group follows, and nothing once the group has stopped the news."""
    async with posting(tmp_path) as post:
        await follow(post.store, "-6", private=False)
        await bring_into(post.store, "-6", "code", topic="-6/17")
        found = await post.until(await started(post), done)
        assert found.people(Fate.SENT) == post.wire.times()["-6/17"] == 1
        async with post.store.work() as work:
            later = await work.start_broadcast(ANNA, update())
            await work.unsubscribe(Chat("wire", "-6"))
        found = await post.until(later, done)
    assert (found.people(Fate.CANCELLED), post.wire.times()["-6/17"]) == (1, 1)
