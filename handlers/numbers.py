"""/stats - how many letters were pledged and sent: rounded for everybody, in full for the organisers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.campaigns import Campaign
from bot.choosing import Label
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Event, Phrase, Reply
from bot.pledges import LetterCount, Status, Tally, WayCount
from handlers.route import CHANNELS
from handlers.world import Store, Talk, World

FEWEST = 5
"""Letters below which nothing is shown to everybody: a number that small may point at a person."""
FOR_ORGANISERS = Phrase("All the numbers, in full")
"""What the command is for an organiser."""

Counted = TypeVar("Counted", LetterCount, WayCount)


@dataclass(frozen=True, slots=True)
class Count:
    """Letters of one sort: those that were sent, and those that are pledged and not sent yet."""

    label: Label
    sent: int
    pledged: int

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.sent or self.pledged)


@dataclass(frozen=True, slots=True)
class Figures:
    """The letters of one campaign; `countries` are codes, "" where none was given."""

    campaign: Campaign
    all: Count
    kinds: tuple[Count, ...]
    organisations: Count
    countries: tuple[Count, ...]
    channels: tuple[Count, ...]


async def show(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the numbers of every campaign for which there are letters."""
    full = not event.public and world.organisers.include(event.person)
    tally = await store.tally()
    counted = [_figures(campaign, tally) for campaign in world.campaigns]
    shown = [one for one in (counted if full else map(_rounded, counted)) if one.all.any]
    return Done((Reply("numbers/stats", {"campaigns": shown, "full": full, "fewest": FEWEST}),))


def _figures(campaign: Campaign, tally: Tally) -> Figures:
    letters = [one for one in tally.letters if one.campaign == campaign.slug]
    ways = [one for one in tally.ways if one.campaign == campaign.slug]
    whole = _sums(letters, lambda _: "")
    kinds = _sums(letters, lambda one: one.kind)
    senders = _sums(letters, lambda one: one.sender)
    countries = _sums(letters, lambda one: one.country or "")
    channels = _sums(ways, lambda one: one.channel)
    return Figures(
        campaign,
        _count("", whole, ""),
        _present(_count(kind.title, kinds, kind.kind) for kind in campaign.kinds),
        _count("", senders, "organisation"),
        _present(_count(code, countries, code) for code in sorted({code for code, _ in countries})),
        _present(_count(word, channels, key) for key, word in CHANNELS.items()),
    )


def _sums(counted: Iterable[Counted], of: Callable[[Counted], str]) -> Counter[tuple[str, bool]]:
    """Return how many letters there are of each sort: pledged (False) and sent (True)."""
    sums: Counter[tuple[str, bool]] = Counter()
    for one in counted:
        sums[of(one), one.status != Status.PLEDGED] += one.letters
    return sums


def _count(label: Label, sums: Counter[tuple[str, bool]], sort: str) -> Count:
    return Count(label, sums[sort, True], sums[sort, False])


def _present(counts: Iterable[Count]) -> tuple[Count, ...]:
    """Return those `counts` that are not nothing, the most letters first."""
    return tuple(sorted((one for one in counts if one.any), key=lambda one: (-one.sent, -one.pledged)))


def _rounded(figures: Figures) -> Figures:
    """Return `figures` as everybody may see them: rounded down, so that two readings do not tell of one person."""
    return replace(
        figures,
        all=_fives(figures.all),
        kinds=_present(map(_fives, figures.kinds)),
        organisations=_fives(figures.organisations),
        countries=_present(_fives(one) for one in figures.countries if one.label),
        channels=(),
    )


def _fives(count: Count) -> Count:
    return replace(
        count, sent=count.sent - count.sent % FEWEST, pledged=count.pledged - count.pledged % FEWEST
    )


stats: Talk = Dialogue(
    "stats",
    Phrase("How many letters there are"),
    show,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("numbers statistics count many"),
)
