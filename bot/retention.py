"""What has done its work goes: pledges of campaigns long closed, old logs, and the list of the erased."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.campaigns import Campaign
from bot.config import Settings
from bot.logs import drop_logs
from bot.store.erasures import Erasures
from bot.store.errors import StoreError
from bot.store.store import Store

log = logging.getLogger(__name__)


async def let_go(store: Store, campaigns: Iterable[Campaign], settings: Settings, now: datetime) -> None:
    """Delete what is kept no longer; done at each start and every hour, so that nothing waits for a certain moment.

    What cannot be deleted now is tried again next time.
    """
    try:
        for campaign in campaigns:
            if _is_over(campaign, settings.retention.pledges, now):
                async with store.work() as work:
                    await work.wipe_pledges(campaign.slug)
        if settings.log.file:
            drop_logs(settings.log.file, (now - timedelta(days=settings.retention.logs)).date())
        oldest = now - timedelta(days=settings.backups.days)
        Erasures.of(store.path).prune(int(oldest.timestamp()))
    except (StoreError, OSError) as error:
        log.error("what is kept too long could not be deleted: %s", error)


def _is_over(campaign: Campaign, days: int, now: datetime) -> bool:
    closed = campaign.closed_on
    return closed is not None and now.date() > closed.last_day + timedelta(days=days)
