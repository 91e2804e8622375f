"""Dates: what has expired, what has not happened yet, and who held an office when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from bot.campaigns import PartialDate, Recipient
from bot.campaigns.loading import MAIN_FILE
from bot.check.finding import Finding
from bot.check.pack import Pack

OLD_FACTS = timedelta(days=365)


def expiry(pack: Pack) -> Iterator[Finding]:
    """Yield an open campaign's `expires` if it lacks or has passed, and its facts once they are a year old."""
    campaign = pack.campaign
    if campaign.status == "closed" and campaign.closed_on is None:
        what = (
            "is missing: what was pledged is deleted some time after the day on which a campaign was closed"
        )
        yield Finding(MAIN_FILE, "closed_on", what, "no-closing-day")
    if campaign.status != "open":
        return
    if campaign.closed_on:
        what = "stands in a campaign that is open; set another status, or take it out"
        yield Finding(MAIN_FILE, "closed_on", what, "closed-and-open")
    if campaign.expires is None:
        what = "is missing: an open campaign needs the day from which somebody must look at it again"
        yield Finding(MAIN_FILE, "expires", what, "no-expiry")
    if campaign.expires and campaign.expires.first_day <= pack.today:
        what = (
            f"{campaign.expires} has come; look at the campaign again, and set a later day or another status"
        )
        yield Finding(MAIN_FILE, "expires", what, "expired")
    if campaign.facts_as_of.last_day < pack.today - OLD_FACTS:
        what = f"{campaign.facts_as_of} is more than a year ago; look the facts of an open campaign up again"
        yield Finding(MAIN_FILE, "facts_as_of", what, "old-facts")


def future(pack: Pack) -> Iterator[Finding]:
    """Yield each date of something past that lies in the future."""
    for place, words in pack.strings:
        is_past = place.rpartition(".")[2] in {
            "written",
            "facts_as_of",
            "date",
            "as_of",
            "since",
            "closed_on",
        }
        if is_past and PartialDate(words).first_day > pack.today:
            yield Finding(MAIN_FILE, place, f"{words} is in the future", "future-date")


def holders(pack: Pack) -> Iterator[Finding]:
    """Yield what cannot be about who held an office from when to when."""
    for recipient in pack.campaign.recipients:
        yield from (
            Finding(MAIN_FILE, f"recipient.{recipient.key}.holder.{number}", what, "holders")
            for number, what in _impossible_terms(recipient)
        )


def _impossible_terms(recipient: Recipient) -> Iterator[tuple[int, str]]:
    for number, holder in enumerate(recipient.holders, 1):
        if _before(holder.until, holder.since):
            yield number, f"until {holder.until} is before since {holder.since}"
    for number, (one, successor) in enumerate(pairwise(recipient.holders), 2):
        if _before(successor.since, one.since):
            yield number, f"since {successor.since}, but the one above since {one.since}; put them in order"
        elif _before(successor.since, one.until):
            yield (
                number,
                f"since {successor.since}, but the one above until {one.until}; two cannot hold it at once",
            )


def _before(one: PartialDate | None, other: PartialDate | None) -> bool:
    return bool(one and other and one.last_day < other.first_day)


def demands(pack: Pack) -> Iterator[Finding]:
    """Yield the demands that are called open without anybody who says so."""
    for demand in pack.campaign.demands:
        if demand.state == "open" and not demand.source:
            what = "is called open, so it needs a source; if nobody has found out, its state is unknown"
            yield Finding(MAIN_FILE, f"demand.{demand.key}", what, "demand-source")
