"""The end of a letter: will it be sent, to whom by which channel, by when, and what may be kept of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.choosing import Option
from bot.dialogue import Answers, Choice, Done, Several, Step
from bot.events import Button, Event, Localised, Phrase, Reply
from bot.pledges import Consent, NewPledge, Pledge, Recorded, Status, Way
from handlers.route import CHANNELS, Route
from handlers.updates import offer
from handlers.world import Store, World, again

CONSENT_VERSION = "2026-11"
"""The wording of the consent question; it changes whenever that wording does."""

_SENT, _NOT_NOW = "sent", "not-now"
_NAMELESS, _NOTHING = "nameless", "no-record"
_DAYS = {_SENT: 0, "today": 0, "week": 7, "month": 30}
"""Days from now by which the letter shall leave."""

_WHEN = (
    Option(_SENT, Phrase("I have sent it")),
    Option("today", Phrase("I will send it today"), also=(Phrase("now"),)),
    Option("week", Phrase("I will send it within a week")),
    Option("month", Phrase("I will send it within a month")),
    Option(_NOT_NOW, Phrase("I would rather not say"), also=(Phrase("no"), Phrase("not now"))),
)
_LISTED = {
    _NAMELESS: Phrase("Count it without any name"),
    "organisation": Phrase("Count it, name my organisation"),
    "name": Phrase("Count it, and name me"),
    _NOTHING: Phrase("Record nothing"),
}


def steps(
    answers: Answers,
    way: Route,
    prompt: Reply,
    listable: tuple[str, ...],
) -> Iterator[Step]:
    """Yield the pledge's steps; `prompt` opens them, and `listable` says what there is to be listed."""
    if not way.ways:
        return
    yield Choice("when", prompt, _WHEN, optional=True, again=again("when"))
    when = answers.text("when")
    if not _says(when):
        return
    if len(way.ways) > 1:
        which = Reply("pledge/ways", {"sent": when == _SENT, "route": way})
        yield Several("ways", which, way.ways, again=again("ways"))
    listed = (_NAMELESS, *(() if way.at_home else listable), _NOTHING)
    options = tuple(Option(key, _LISTED[key]) for key in listed)
    may_count = Reply("pledge/consent", {"at_home": way.at_home})
    yield Choice("consent", may_count, options, careful=True, again=again("consent"))


async def finish(event: Event, answers: Answers, way: Route, world: World, store: Store) -> Done:
    """Record the pledge that the answers make, and say what was recorded."""
    if not way.ways:
        return Done((Reply("pledge/no-way", {"route": way}),))
    if not _says(answers.text("when")) or answers.text("consent") == _NOTHING:
        return Done((Reply("pledge/none"),))
    pledge = _pledge(event, answers, way)
    recorded = await store.add_pledge(event.person, pledge)
    await store.note_waiting(event.person, event.chat, pledge.campaign)
    world.cards.mark(await store.came_by(event.person))
    world.letters.add(pledge.campaign, (one.recipient for one in pledge.ways))
    offered = await _offered(event, way, recorded, store)
    return Done((Reply("pledge/recorded", {"pledge": pledge, "recorded": recorded}, offered),))


async def _offered(event: Event, way: Route, recorded: Recorded, store: Store) -> tuple[Button, ...]:
    """Return the offer to send news, once, to somebody who does not get them yet."""
    news = {one.campaign for one in await store.subscriptions(event.chat)}
    return (offer(way.campaign),) if recorded == Recorded.NEW and way.campaign.slug not in news else ()


def _says(when: str) -> bool:
    """Return whether somebody says when the letter goes; they need not."""
    return when not in ("", _NOT_NOW)


def _pledge(event: Event, answers: Answers, way: Route) -> NewPledge:
    when, consent = answers.text("when"), answers.text("consent")
    listed = {key: answers.text(key) or None for key in ("name", "organisation") if key == consent}
    ways = answers.several("ways") or [option.value for option in way.ways]  # the only one is not asked for
    return NewPledge(
        campaign=way.campaign.slug,
        kind=way.kind,
        sender=answers.text("sender"),
        country=way.country,
        ways=tuple(Way(*value.split(".", 1)) for value in ways),
        status=Status.SENT if when == _SENT else Status.PLEDGED,
        day=_day(event, when),
        consent=Consent(consent if listed else "nothing", CONSENT_VERSION, event.at),
        name=listed.get("name"),
        organisation=listed.get("organisation"),
    )


def _day(event: Event, when: str) -> date:
    return event.at.date() + timedelta(days=_DAYS[when])


@dataclass(frozen=True, slots=True)
class Shown:
    """A pledge as its owner reads it; what its campaign no longer knows goes by its key."""

    number: int
    terms: NewPledge
    campaign: str | Localised
    kind: Localised | None
    ways: tuple[tuple[str | Localised, Phrase], ...]


def shown(pledge: Pledge, world: World) -> Shown:
    """Return `pledge` as its owner reads it."""
    terms = pledge.terms
    campaign = next((c for c in world.campaigns if c.slug == terms.campaign), None)
    offices = {r.key: r.office for r in campaign.recipients} if campaign else {}
    kinds = {letter.kind: letter.title for letter in campaign.letters} if campaign else {}
    return Shown(
        pledge.number,
        terms,
        campaign.title if campaign else terms.campaign,
        kinds.get(terms.kind),
        tuple((offices.get(way.recipient, way.recipient), CHANNELS[way.channel]) for way in terms.ways),
    )
