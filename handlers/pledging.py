"""The end of a letter: will it be sent, to whom by which channel, by when, and what may be kept of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.campaigns import Addressee, Campaign
from bot.choosing import Option
from bot.dialogue import Answers, Choice, Done, Several, Step
from bot.events import Event, Localised, Phrase, Reply
from bot.pledges import Consent, NewPledge, Pledge, Status, Way
from handlers.world import Store, World

CONSENT_VERSION = "2026-11"
"""The wording of the consent question; it changes whenever that wording does."""

_SENT, _NOT_NOW, _NOTHING = "sent", "not-now", "no-record"
_DAYS = {_SENT: 0, "today": 0, "week": 7, "month": 30}
"""Days from now by which the letter shall leave."""

_WHEN = (
    Option(_SENT, Phrase("I have sent it")),
    Option("today", Phrase("I will send it today")),
    Option("week", Phrase("I will send it within a week")),
    Option("month", Phrase("I will send it within a month")),
    Option(_NOT_NOW, Phrase("I would rather not say")),
)
_LISTED = {
    "nothing": Phrase("Count it without any name"),
    "organisation": Phrase("Count it, and you may name my organisation"),
    "name": Phrase("Count it, and you may name me"),
    _NOTHING: Phrase("Record nothing"),
}
CHANNELS = {
    "post": Phrase("by post"),
    "fax": Phrase("by fax"),
    "email": Phrase("by e-mail"),
    "phone": Phrase("by telephone"),
    "visit": Phrase("in person"),
}


def steps(
    answers: Answers,
    addressees: Sequence[Addressee],
    prompt: Reply,
    listable: tuple[str, ...],
    looks: tuple[Option, ...] = (),
) -> Iterator[Step]:
    """Yield the pledge's steps; `prompt` opens them, and `listable` says what there is to be listed."""
    yield Choice("when", prompt, (*_WHEN, *looks))
    if answers.text("when") == _NOT_NOW:
        return
    ways = _ways(addressees)
    yield Several("ways", Reply("pledge/ways", {"sent": answers.text("when") == _SENT}), ways)
    listed = ("nothing", *listable, _NOTHING)
    yield Choice("consent", Reply("pledge/consent"), tuple(Option(key, _LISTED[key]) for key in listed))


async def finish(event: Event, answers: Answers, campaign: Campaign, kind: str, store: Store) -> Done:
    """Record the pledge that the answers make, and say what was recorded."""
    when, consent = answers.text("when"), answers.text("consent")
    if when == _NOT_NOW or consent == _NOTHING:
        return Done((Reply("pledge/none", {"campaign": campaign}),))
    listed = {key: answers.text(key) or None for key in ("name", "organisation") if key == consent}
    pledge = NewPledge(
        campaign=campaign.slug,
        kind=kind,
        sender=answers.text("sender"),
        country=answers.text("country") or None,
        ways=tuple(Way(*value.split(".", 1)) for value in answers.several("ways")),
        status=Status.SENT if when == _SENT else Status.PLEDGED,
        day=_day(event, when),
        consent=Consent(consent, CONSENT_VERSION, event.at),
        name=listed.get("name"),
        organisation=listed.get("organisation"),
    )
    new = await store.add_pledge(event.person, pledge)
    return Done((Reply("pledge/recorded", {"pledge": pledge, "campaign": campaign, "new": new}),))


def _day(event: Event, when: str) -> date:
    return event.at.date() + timedelta(days=_DAYS[when])


def _ways(addressees: Sequence[Addressee]) -> tuple[Option, ...]:
    """Return each recipient by each of its channels."""
    return tuple(
        Option(
            f"{one.recipient.key}.{channel}",
            Phrase("{title}, {channel}", {"title": one.title, "channel": CHANNELS[channel]}),
        )
        for one in addressees
        for channel in _channels(one)
    )


def _channels(addressee: Addressee) -> list[str]:
    """Return the kinds of channel to choose from; an embassy's address can be looked up if it is not known."""
    known = addressee.usable or tuple(c for c in addressee.channels if c.verification != "outdated")
    looked_up = ["post"] if addressee.recipient.nearest_mission else []
    return list(dict.fromkeys([*looked_up, *(channel.type for channel in known)]))


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
