"""What has done its work goes in time, also where the bot was off when it was due."""

import logging
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.campaigns import Campaign
from bot.campaigns.parts import PartialDate
from bot.config import Settings
from bot.events import Chat, Message
from bot.logs import Daily, drop_logs, keep_log
from bot.retention import let_go
from bot.store.erasures import Erasures
from tests.bot.store.people import ANNA, BORIS, Clock, database, event, looking, opened, pledge
from tests.door import furnished

CLOSED = date(2026, 11, 1)


@pytest.fixture
def campaigns() -> list[Campaign]:
    """A campaign that was closed on a day, and one that was not."""
    first, second = furnished()[0].campaigns
    return [replace(first, closed_on=PartialDate(CLOSED.isoformat())), replace(second, closed_on=None)]


def at(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "passed", "kept"),
    [(90, 90, 2), (90, 91, 1), (90, 1000, 1), (0, 0, 2), (0, 1, 1), (3650, 3650, 2)],
)
async def test_pledges_of_a_closed_campaign_go(
    tmp_path: Path, campaigns: list[Campaign], days: int, passed: int, kept: int
) -> None:
    """They stay for as many days as are set, and go with all that belongs to them; other campaigns' pledges stay."""
    settings = Settings.model_validate({"data_dir": tmp_path, "retention": {"pledges": days}})
    async with opened(tmp_path) as store:
        for campaign in campaigns:
            async with store.work() as work:
                await work.add_pledge(ANNA, pledge(campaign.slug))
        await let_go(store, campaigns, settings, at(CLOSED + timedelta(days=passed), 23))
        async with store.work() as work:
            assert len(await work.pledges(ANNA)) == kept
        with looking(store.path) as look:
            assert look.execute("SELECT count(*) FROM pledge_way").fetchone() == (2 * kept,)


@pytest.mark.parametrize(("closed", "last"), [(CLOSED, 90), (None, 100)])
async def test_pledges_of_a_campaign_that_is_no_longer_there_go(
    tmp_path: Path, campaigns: list[Campaign], closed: date | None, last: int
) -> None:
    """Its pack is taken away ten days later: the day of its closing counts all the same, or else that on which it went.

    Where the pack comes back in time, and is not closed, its pledges stay.
    """
    settings = Settings.model_validate({"data_dir": tmp_path})
    first, second = campaigns
    first = replace(first, closed_on=PartialDate(closed.isoformat()) if closed else None)
    async with opened(tmp_path) as store:
        for person in (ANNA, BORIS):
            async with store.work() as work:
                await work.add_pledge(person, pledge((first if person == ANNA else second).slug))

        async def kept(day: int, *known: Campaign) -> tuple[int, ...]:
            await let_go(store, known, settings, at(CLOSED + timedelta(days=day)))
            async with store.work() as work:
                return tuple([len(await work.pledges(person)) for person in (ANNA, BORIS)])

        assert await kept(1, first, second) == (1, 1)
        assert await kept(10, second) == (1, 1)
        assert await kept(50) == (1, 1)
        assert await kept(last, second) == (1, 1)
        assert await kept(last + 1, second) == (0, 1)
        assert await kept(200, second) == (0, 1)


async def test_drafts_and_marks_go_at_a_late_start_too(tmp_path: Path) -> None:
    """A bot that was off for a month wipes at its start what was due meanwhile: answers, and marks of events."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store, store.work() as work:
        await work.arrive(event(ANNA, 1))
        await work.leave(event(ANNA, 1), "frames")
    for hours, drafts, marks in ((23, 1, 1), (2, 0, 1), (13 * 24, 0, 0)):
        clock.pass_hours(hours)
        async with opened(tmp_path, clock=clock) as store:
            with looking(store.path) as look:
                assert look.execute("SELECT count(*) FROM conversation").fetchone() == (drafts,)
                assert look.execute("SELECT count(*) FROM seen").fetchone() == (marks,)


async def test_what_was_sent_is_kept_no_longer(tmp_path: Path) -> None:
    """The body of a message goes at once when it was sent."""
    async with opened(tmp_path) as store:
        async with store.work() as work:
            [one] = await work.queue(Chat("wire", BORIS.id), [Message("hello")])
        async with store.work() as work:
            await work.sent([one.id])
        with looking(store.path) as look:
            assert look.execute("SELECT count(*) FROM delivery").fetchone() == (0,)


async def test_the_list_of_the_erased_goes_with_the_last_backup(
    tmp_path: Path, campaigns: list[Campaign]
) -> None:
    """It is kept as long as a backup may be used, and no day longer."""
    clock = Clock()
    settings = Settings.model_validate({"data_dir": tmp_path, "backups": {"days": 5}})
    async with opened(tmp_path, clock=clock) as store:
        async with store.work() as work:
            await work.forget(ANNA)
        for days, lines in ((5, 1), (6, 0)):
            now = datetime.fromtimestamp(clock.now, UTC) + timedelta(days=days)
            await let_go(store, campaigns, settings, now)
            assert len(Erasures.of(database(tmp_path)).file.read_text().splitlines()) == lines


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """A log file, let go of afterwards."""
    yield tmp_path / "bot.log"
    for handler in list(logging.getLogger().handlers):
        if isinstance(handler, Daily):
            logging.getLogger().removeHandler(handler)
            handler.close()


def test_logs_are_kept_by_the_day(log: Path) -> None:
    """Each day has its file, for its owner alone; after two weeks it goes, and nothing else beside it does."""
    keep_log("warning", log, ())
    [handler] = [one for one in logging.getLogger().handlers if isinstance(one, Daily)]
    logging.getLogger("bot").warning("the first day")
    handler.rolloverAt = 0  # a day is over
    logging.getLogger("bot").warning("the second day")
    [first] = log.parent.glob("bot.log.*")
    assert "the first day" in first.read_text()
    assert "first" not in log.read_text()
    assert {stat.S_IMODE(one.stat().st_mode) for one in (first, log)} == {0o600}
    first.rename(log.with_name("bot.log.2026-11-09"))
    for name in ("bot.log.2026-11-10", "bot.log.notes", "solidarity.db.2026-11-01"):
        log.with_name(name).touch()
    drop_logs(log, date(2026, 11, 10))
    left = {one.name for one in log.parent.iterdir()}
    assert left == {"bot.log", "bot.log.2026-11-10", "bot.log.notes", "solidarity.db.2026-11-01"}


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("retention", "pledges", -1), ("retention", "logs", 0), ("backups", "keep", 0)],
)
def test_days_that_cannot_be_are_refused(section: str, key: str, value: int) -> None:
    """A setting that would delete everything at once by mistake is refused."""
    with pytest.raises(ValueError, match=key):
        Settings.model_validate({section: {key: value}})
