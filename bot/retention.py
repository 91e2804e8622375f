"""What has done its work goes: pledges of campaigns long closed, old logs, and the list of the erased."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.campaigns import Campaign
from bot.config import Settings
from bot.logs import drop_logs
from bot.store.erasures import Erasures
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.work import Work

log = logging.getLogger(__name__)


async def let_go(store: Store, campaigns: Iterable[Campaign], settings: Settings, now: datetime) -> None:
    """Delete what is kept no longer; done at each start and every hour, so that nothing waits for a certain moment.

    What cannot be deleted now is tried again next time.
    """
    try:
        known = {campaign.slug: campaign for campaign in campaigns}
        for slug in await store.campaigns():
            async with store.work() as work:
                closed = await _closed(slug, known.get(slug), now.date(), work)
                if closed and now.date() > closed + timedelta(days=settings.retention.pledges):
                    await work.wipe_pledges(slug)
        if settings.log.file:
            drop_logs(settings.log.file, (now - timedelta(days=settings.retention.logs)).date())
        oldest = now - timedelta(days=settings.backups.days)
        Erasures.of(store.path).prune(int(oldest.timestamp()))
    except (StoreError, OSError) as error:
        log.error("what is kept too long could not be deleted: %s", error)


async def _closed(slug: str, campaign: Campaign | None, today: date, work: Work) -> date | None:
    """Return the day on which a campaign was closed; None if it was not.

    It is remembered for a campaign whose pack is taken away. One that was not closed then is so from that day on.
    """
    fact = f"closed {slug}"
    before = await work.fact(fact)
    if campaign is None:
        now = before or today.isoformat()
    else:
        now = campaign.closed_on.last_day.isoformat() if campaign.closed_on else ""
    if now != (before or ""):
        await work.set_fact(fact, now)
    return date.fromisoformat(now) if now else None
