"""The numbers of one campaign: letters for the organisers in full, people for everybody; sent and promised apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from bot.campaigns import Campaign
from bot.choosing import Label
from bot.events import Phrase
from bot.pledges import By, DayCount, LetterCount, PeopleCount, Status, Tally, WayCount

CHANNELS = {
    "post": Phrase("by post"),
    "fax": Phrase("by fax"),
    "email": Phrase("by e-mail"),
    "phone": Phrase("by telephone"),
    "visit": Phrase("in person"),
}

MOST_KINDS = 4
"""Kinds of letter that everybody may read the numbers of; of five, "20 in all, fewer than 5 of each" tells each."""

Counted = TypeVar("Counted", LetterCount, WayCount)


@dataclass(frozen=True, slots=True)
class Count:
    """Those of one sort that were sent, and those that are promised and not sent yet."""

    label: Label
    sent: int
    promised: int
    key: str = ""
    """Which sort that is: the kind of letter, the country, the channel."""

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.sent or self.promised)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one campaign; `countries` are codes, "" where none was given.

    `people` took part, each counted once. All else counts letters, or people too where everybody may read it.
    """

    campaign: Campaign
    people: Count
    all: Count
    kinds: tuple[Count, ...]
    organisations: Count
    countries: tuple[Count, ...]
    channels: tuple[Count, ...] = ()
    days: tuple[DayCount, ...] = ()
    """On which days letters left, the earliest first."""
    answered: int = 0
    """How many of the letters that were sent somebody has replied to, acknowledged or forwarded."""
    public: bool = False
    """Whether everybody may read them."""


def in_full(
    campaign: Campaign, tally: Tally, people: Iterable[PeopleCount], days: Iterable[DayCount] = ()
) -> Figures:
    """Return the numbers of `campaign` as its organisers see them: of letters, and how many people wrote those."""
    letters = [one for one in tally.letters if one.campaign == campaign.slug]
    ways = [one for one in tally.ways if one.campaign == campaign.slug]
    senders = _sums(letters, lambda one: one.sender)
    countries = _sums(letters, lambda one: one.country or "")
    return Figures(
        campaign,
        people=_found(people, campaign, "all", ""),
        all=_count("", _sums(letters, lambda _: ""), ""),
        kinds=_kinds(campaign, _sums(letters, lambda one: one.kind)),
        organisations=_count("", senders, "organisation"),
        countries=_present(_count(code, countries, code) for code in sorted({code for code, _ in countries})),
        channels=_channels(_sums(ways, lambda one: one.channel)),
        days=tuple(one for one in days if one.campaign == campaign.slug),
        answered=sum(one.letters for one in letters if one.status == Status.ANSWERED),
    )


def in_public(campaign: Campaign, published: Iterable[PeopleCount]) -> Figures:
    """Return the numbers of `campaign` as everybody reads them: of people, as they were `published`."""
    counts = [one for one in published if one.campaign == campaign.slug]
    everybody = _found(counts, campaign, "all", "")
    told = campaign.kinds if len(campaign.kinds) <= MOST_KINDS else ()
    kinds = ((kind.title, _found(counts, campaign, "kind", kind.kind)) for kind in told)
    countries = (one for one in counts if one.by == "country")
    return Figures(
        campaign,
        people=everybody,
        all=everybody,
        kinds=_present(Count(title, found.sent, found.promised, found.key) for title, found in kinds),
        organisations=_found(counts, campaign, "sender", "organisation"),
        countries=_present(Count(one.value, one.sent, one.promised, one.value) for one in countries),
        public=True,
    )


def _found(counts: Iterable[PeopleCount], campaign: Campaign, by: By, value: str) -> Count:
    wanted = (campaign.slug, by, value)
    found = (one for one in counts if (one.campaign, one.by, one.value) == wanted)
    return next((Count("", one.sent, one.promised, value) for one in found), Count("", 0, 0))


def _kinds(campaign: Campaign, sums: Counter[tuple[str, bool]]) -> tuple[Count, ...]:
    return _present(_count(kind.title, sums, kind.kind) for kind in campaign.kinds)


def _channels(sums: Counter[tuple[str, bool]]) -> tuple[Count, ...]:
    return _present(_count(word, sums, key) for key, word in CHANNELS.items())


def _sums(counted: Iterable[Counted], of: Callable[[Counted], str]) -> Counter[tuple[str, bool]]:
    """Return how many letters there are of each sort: promised (False) and sent (True)."""
    sums: Counter[tuple[str, bool]] = Counter()
    for one in counted:
        sums[of(one), one.status.has_left] += one.letters
    return sums


def _count(label: Label, sums: Counter[tuple[str, bool]], sort: str) -> Count:
    return Count(label, sums[sort, True], sums[sort, False], sort)


def _present(counts: Iterable[Count]) -> tuple[Count, ...]:
    """Return those `counts` that are not nothing, those with the most that were sent first."""
    return tuple(sorted((one for one in counts if one.any), key=lambda one: (-one.sent, -one.promised)))
