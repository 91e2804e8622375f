"""What everybody may read of the numbers: of people, in fives, and renewed only once five of them have done something.

Whoever reads the numbers again and again, or adds and subtracts them, finds out about no single person: whatever
changes, changes for five at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.pledges import PeopleCount

FEWEST = 5
"""People below which nothing is shown: a number that small may point at one of them."""


@dataclass(frozen=True, slots=True)
class Published:
    """The numbers of one campaign as everybody reads them, until they are renewed.

    `sent` and `promised` are what there was in all when that was last done: what comes is measured by it.
    """

    sent: int
    promised: int
    counts: tuple[PeopleCount, ...]


def renewed(published: Mapping[str, Published], counts: Iterable[PeopleCount]) -> dict[str, Published]:
    """Return what is published of each campaign from now on: the same as before where fewer than five have come."""
    exact: dict[str, list[PeopleCount]] = {campaign: [] for campaign in published}
    for one in counts:
        exact.setdefault(one.campaign, []).append(one)
    known = {campaign: published.get(campaign, Published(0, 0, ())) for campaign in exact}
    return {
        campaign: _published(found) if _due(known[campaign], found) else known[campaign]
        for campaign, found in exact.items()
    }


def rounded(counts: Sequence[PeopleCount]) -> tuple[PeopleCount, ...]:
    """Return one campaign's `counts` as everybody may see them: in fives, rounded down, and nothing below five.

    A country that nobody named is none that is shown.
    """
    lower = (_fives(one) for one in counts if one.by == "all" or one.value)
    return tuple(one for one in lower if one.sent or one.promised)


def _published(counts: Sequence[PeopleCount]) -> Published:
    sent, promised = _in_all(counts)
    return Published(sent, promised, rounded(counts))


def _in_all(counts: Iterable[PeopleCount]) -> tuple[int, int]:
    return next(((one.sent, one.promised) for one in counts if one.by == "all"), (0, 0))


def _due(known: Published, counts: Sequence[PeopleCount]) -> bool:
    """Return whether five people at least have done something since: nobody moves a number by more than one."""
    sent, promised = _in_all(counts)
    if abs(sent - known.sent) >= FEWEST or abs(promised - known.promised) >= FEWEST:
        return True
    now = {(one.by, one.value): one for one in counts if one.by != "all" and one.value}
    shown = {(one.by, one.value): one for one in known.counts if one.by != "all"}
    none = PeopleCount("", "all", "", 0, 0)
    pairs = ((now.get(part, none), shown.get(part, none)) for part in now | shown)
    return any(_far(a.sent, b.sent) or _far(a.promised, b.promised) for a, b in pairs)


def _far(now: int, shown: int) -> bool:
    """Return whether `now` is five away at least from every number that `shown` may stand for."""
    return now >= shown + 2 * FEWEST - 1 or now <= shown - FEWEST


def _fives(count: PeopleCount) -> PeopleCount:
    return replace(
        count, sent=count.sent - count.sent % FEWEST, promised=count.promised - count.promised % FEWEST
    )
