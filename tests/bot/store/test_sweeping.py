"""What has had its time: answers after a day of silence, marks of events after a fortnight."""

from pathlib import Path

from bot.store.store import Store
from tests.bot.store.people import ANNA, BORIS, Clock, event, opened


async def test_silence_wipes_a_conversation_after_a_day(tmp_path: Path) -> None:
    """Answers are there for 24 hours after the last word, and gone from the database after that."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store:
        async with store.work() as work:
            await work.leave(event(ANNA, 1), "answers")
        clock.pass_hours(1)
        async with store.work() as work:
            await work.leave(event(BORIS, 2), "answers")
        clock.pass_hours(23)
        await store.sweep()
        assert await open_conversations(store) == (1, 1)
        clock.pass_hours(0.01)
        await store.sweep()
        assert await open_conversations(store) == (0, 1)
        clock.pass_hours(1)
    async with opened(tmp_path, clock=clock) as store:
        assert await open_conversations(store) == (0, 0)


async def test_a_word_ends_the_silence(tmp_path: Path) -> None:
    """Each answer starts the 24 hours anew."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store:
        for _ in range(3):
            async with store.work() as work:
                await work.leave(event(ANNA, 1), "answers")
            clock.pass_hours(23)
            await store.sweep()
        assert await open_conversations(store) == (1, 0)


async def test_old_answers_are_not_used_even_before_they_are_wiped(tmp_path: Path) -> None:
    """Whoever comes back after more than a day starts afresh, whenever the bot last swept."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store:
        async with store.work() as work:
            await work.leave(event(ANNA, 1), "answers")
        clock.pass_hours(24)
        async with store.work() as work:
            assert (await work.arrive(event(ANNA, 2))).frames == "answers"
        clock.pass_hours(0.01)
        async with store.work() as work:
            assert (await work.arrive(event(ANNA, 3))).frames is None


async def test_events_are_remembered_for_a_fortnight(tmp_path: Path) -> None:
    """A repetition is recognised for 14 days; the marks of older events are wiped."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store:
        async with store.work() as work:
            assert (await work.arrive(event(ANNA, 1))).new
        clock.pass_hours(14 * 24)
        await store.sweep()
        async with store.work() as work:
            assert not (await work.arrive(event(ANNA, 1))).new
        clock.pass_hours(0.01)
        await store.sweep()
        async with store.work() as work:
            assert (await work.arrive(event(ANNA, 1))).new


async def open_conversations(store: Store) -> tuple[int, int]:
    """Return how many conversations of Anna and of Boris are kept."""
    async with store.work() as work:
        anna, boris = await work.kept(ANNA), await work.kept(BORIS)
        return len(anna.conversations), len(boris.conversations)
