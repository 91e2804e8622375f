"""The end of a letter: will it be sent, to whom by which channel, by when, and what may be kept of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.choosing import Option
from bot.dialogue import Answers, Done
from bot.events import Button, Event, Localised, Phrase, Reply
from bot.pledges import Consent, LetterKey, NewPledge, Pledge, Recorded, Status, Way
from bot.reminders import Asking, Reminder
from bot.steps import Choice, Several, Step
from bot.zones import Moment, decent, zone_of
from handlers.reminder import CAME
from handlers.route import CHANNELS, Route, route
from handlers.updates import offer
from handlers.when import ask_when, ask_zone, day, moment, zone_from
from handlers.world import Store, World, again, chosen_campaign, chosen_kind

CONSENT_VERSION = "2026-12"
"""The wording of the consent question; it changes whenever that wording does."""

_SENT, _SOME_DAY, _NOT_NOW = "sent", "some-day", "not-now"
_NAMELESS, _NOTHING = "nameless", "no-record"
ANSWER_AFTER = timedelta(days=21)
"""After how long somebody is asked whether their letter was answered."""

_I_HAVE = Option(_SENT, Phrase("I have sent it"))
_LATER = (
    Option(_SOME_DAY, Phrase("I will, but not now"), also=(Phrase("yes"),)),
    Option(_NOT_NOW, Phrase("I would rather not say"), also=(Phrase("no"), Phrase("not now"))),
)
_LISTED = {
    _NAMELESS: Phrase("Count it without any name"),
    "organisation": Phrase("Count it, name my organisation"),
    "name": Phrase("Count it, and name me"),
    _NOTHING: Phrase("Record nothing"),
}
_ALSO = {_NAMELESS: (Phrase("yes"),), _NOTHING: (Phrase("no"),)}
"""What people answer who do not read on: no more is agreed to than was asked."""


def steps(
    answers: Answers,
    way: Route,
    prompt: Reply,
    listable: tuple[str, ...],
    world: World,
) -> Iterator[Step]:
    """Yield the pledge's steps; `prompt` opens them, and `listable` says what there is to be listed."""
    if not way.ways:
        return
    yield _asked_when(way, prompt, world)
    when = answers.text("when")
    if not _says(when):
        return
    if len(way.ways) > 1:
        which = Reply("pledge/ways", {"sent": when == _SENT, "route": way})
        yield Several("ways", which, way.ways, again=again("ways"), together=True)
    listed = (_NAMELESS, *(() if way.at_home else listable), _NOTHING)
    options = tuple(Option(key, _LISTED[key], also=_ALSO.get(key, ())) for key in listed)
    asking = when != _SOME_DAY and not way.at_home
    said = {"at_home": way.at_home, "asking": asking, "version": CONSENT_VERSION}
    may_count = Reply("pledge/consent", said)
    yield Choice("consent", may_count, options, careful=True, again=again("consent"))
    if asking and answers.text("consent") != _NOTHING:
        yield from ask_zone(answers, way.country, world)


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Record the pledge that the answers make, if they make one, and say what was recorded."""
    if not world.writable:
        return Done((Reply("campaign/none"),))
    campaign = chosen_campaign(answers, world.writable)
    way = route(answers, campaign, chosen_kind(answers, campaign))
    if not way.ways:
        return Done((Reply("pledge/no-way", {"route": way}),))
    if not _says(answers.text("when")) or answers.text("consent") == _NOTHING:
        return Done((Reply("pledge/none"),), wiped=way.at_home)
    zone = None if way.at_home else zone_from(answers, way.country, world)
    pledge = _pledge(event, answers, way, zone)
    recorded = await store.add_pledge(event.person, pledge)
    await store.note_waiting(event.person, event.chat, pledge.campaign)
    world.cards.mark(await store.came_by(event.person))
    world.letters.add(pledge.campaign, (one.recipient for one in pledge.ways))
    asking = await _remind(event, answers.text("when"), pledge, zone, store)
    said = {"pledge": pledge, "recorded": recorded, "asking": asking, "at_home": way.at_home}
    offered = await _offered(event, way, recorded, store)
    return Done((Reply("pledge/recorded", said, offered),), wiped=way.at_home)


async def _offered(event: Event, way: Route, recorded: Recorded, store: Store) -> tuple[Button, ...]:
    """Return the offer to send news, once, to somebody who does not get them yet; not where it would endanger them."""
    news = {one.campaign for one in await store.subscriptions(event.chat)}
    wanted = recorded == Recorded.NEW and not way.at_home and way.campaign.slug not in news
    return (offer(way.campaign),) if wanted else ()


def _asked_when(way: Route, prompt: Reply, world: World) -> Step:
    """Return the question when the letter goes; at home the day is of no use, as no reminder is kept there."""
    if not way.at_home:
        return ask_when(prompt, (_I_HAVE,), _LATER, world)
    return Choice("when", prompt, (_I_HAVE, *_LATER), optional=True, again=again("when"))


def _says(when: str) -> bool:
    """Return whether somebody says when the letter goes; they need not."""
    return when not in ("", _NOT_NOW)


async def _remind(
    event: Event, when: str, pledge: NewPledge, zone: str | None, store: Store
) -> Moment | None:
    """Keep when to remind of a letter, in place of any reminder of before, and return that; None if it is never."""
    if zone is None or when == _SOME_DAY:
        await store.no_reminder(event.chat, pledge.letter)
        return None
    if when == _SENT:
        return await ask_for_answer(event, pledge.letter, zone, store)
    due = moment(when, event, zone)
    await _keep(event, pledge.letter, Asking.SEND, zone, due, store)
    return Moment(due, zone)


async def ask_for_answer(event: Event, letter: LetterKey, zone: str, store: Store) -> Moment:
    """Let somebody be asked, once it may have been answered, whether it was; return when."""
    due = decent(event.at + ANSWER_AFTER, zone)
    await _keep(event, letter, Asking.ANSWER, zone, due, store)
    return Moment(due, zone)


async def _keep(
    event: Event, letter: LetterKey, asking: Asking, zone: str, due: datetime, store: Store
) -> None:
    language = await store.spoken(event.person)
    await store.remind(Reminder(event.chat, letter, asking, zone, due, language))


def _pledge(event: Event, answers: Answers, way: Route, zone: str | None) -> NewPledge:
    when, consent = answers.text("when"), answers.text("consent")
    listed = {key: answers.text(key) or None for key in ("name", "organisation") if key == consent}
    ways = answers.several("ways") or [option.value for option in way.ways]  # the only one is not asked for
    status, on = _planned(event, when, zone)
    return NewPledge(
        campaign=way.campaign.slug,
        kind=way.kind,
        sender=answers.text("sender"),
        country=way.country,
        ways=tuple(Way(*value.split(".", 1)) for value in ways),
        status=status,
        day=on,
        consent=Consent(consent if listed else "nothing", CONSENT_VERSION, event.at),
        name=listed.get("name"),
        organisation=listed.get("organisation"),
    )


def _planned(event: Event, when: str, zone: str | None) -> tuple[Status, date]:
    """Return how far a letter has come that goes then, and the day."""
    today = event.at.astimezone(zone_of(zone or "UTC")).date()
    if when in (_SENT, _SOME_DAY):
        return (Status.SENT if when == _SENT else Status.PLEDGED), today
    return Status.PLANNED, day(when, event, zone)


@dataclass(frozen=True, slots=True)
class Shown:
    """A pledge as its owner reads it; what its campaign no longer knows goes by its key."""

    number: int
    terms: NewPledge
    campaign: str | Localised
    kind: Localised | None
    ways: tuple[tuple[str | Localised, Phrase], ...]
    answers: tuple[tuple[str | Localised, Phrase, Phrase], ...]
    """From whom what came back, by which channel the letter had gone."""


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
        tuple(
            (offices.get(one.way.recipient, one.way.recipient), CHANNELS[one.way.channel], CAME[one.kind])
            for one in pledge.answers
        ),
    )
