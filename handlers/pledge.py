"""/pledge, /pledges and /sent - promise a letter of one's own, see what one promised, and say when it has left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.choosing import Option
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Event, Phrase, Reply
from bot.pledges import Pledge, Way
from bot.reminders import Asking
from bot.steps import Choice, Question, Several, Step
from bot.zones import Moment
from handlers import pledging
from handlers.answer import Sent, of, options
from handlers.letter import SENDERS
from handlers.questions import LINE, LONGEST, Words, ask_country
from handlers.route import route
from handlers.when import known_zones
from handlers.world import Store, Talk, World, again, ask_campaign, ask_kind, chosen_campaign, chosen_kind

_LETTER = "<letter>"
"""The key of the letter of which it is asked how it has left."""
_STAYS, _DROPPED = "stays", "dropped"
"""What becomes of the ways that were promised and by which it has not left."""


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps of a pledge for a letter that was written elsewhere."""
    if not world.writable:
        return
    yield from ask_campaign(world.writable)
    campaign = chosen_campaign(answers, world.writable)
    yield from ask_kind(campaign)
    kind = chosen_kind(answers, campaign)
    whose = Reply("pledge/sender", {"route": route(Answers(), campaign, kind)})
    yield Choice("sender", whose, SENDERS, again=again("sender"))
    sender = answers.text("sender")
    yield ask_country(world.countries, sender, campaign.writes_to_embassies(kind))
    listable = ("organisation", "name") if sender == "organisation" else ("name",)
    way = route(answers, campaign, kind)
    yield from pledging.steps(answers, way, Reply("pledge/when", {"route": way}), listable, world)
    named = answers.text("consent")
    if named in listable:
        check = Words(LONGEST.get(named, LINE))
        yield Question(named, Reply("pledge/name", {"named": named}), check, verbatim=True)


async def show(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the person's pledges, and a way to say of each that it has been sent."""
    return _listed(await store.pledges(event.person), world)


def left(answers: Answers, world: World) -> Iterator[Step]:
    """Yield by which ways a letter has left, once it is known which, and whether any others will follow."""
    if _LETTER not in answers:
        return
    sent = Sent.read(answers.text(_LETTER))
    if len(sent.ways) > 1:
        ways = Reply("pledge/left", {"country": sent.country})
        promised = options(sent, world)
        yield Several("ways", ways, promised, again=again("ways"), together=True)
        rest = [one.label for one in promised if one.value not in answers.several("ways")]
        if rest:
            # Translators: after sending a letter by some of the ways that were promised: will the others follow?
            stays = Option(_STAYS, Phrase("Yes, later"), also=(Phrase("yes"),))
            dropped = Option(_DROPPED, Phrase("No, that is all"), also=(Phrase("no"),))
            yield Choice("rest", Reply("pledge/rest", {"rest": rest}), (stays, dropped), again=again("rest"))


async def mark(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Record that a pledge has been sent: the one whose number or campaign stands behind the command, or the only one.

    If that leaves several, or none, all of them are listed.
    """
    pledges = await store.pledges(event.person)
    if _LETTER in answers:
        return await _left(event, answers, pledges, world, store)
    waiting = [p for p in pledges if not p.terms.status.has_left]
    words = event.text.strip()
    named = [p for p in pledges if p.number == int(words)] if _is_number(words) else []
    of_campaign = [p for p in waiting if p.terms.campaign == words]
    found = named or of_campaign or (waiting if not words else [])
    if len(found) == 1 and not found[0].terms.status.has_left:
        return Done((), goes_on={_LETTER: of(found[0]).written()})
    if len(found) == 1:
        return _recorded(found[0], world, before=True)
    if not words or found or any(p.terms.campaign == words for p in pledges):
        return _listed(pledges, world, said=not waiting)
    return Done((Reply("pledge/no-such", {"pledges": pledges}), *_listed(pledges, world).replies))


async def _left(
    event: Event, answers: Answers, pledges: tuple[Pledge, ...], world: World, store: Store
) -> Done:
    """Record by which ways a letter has left, what stays promised, and when to ask what came back."""
    sent = Sent.read(answers.text(_LETTER))
    found = [p for p in pledges if p.terms.letter == sent.letter and not p.terms.status.has_left]
    if not found:  # it has been recorded, or forgotten, in the meantime
        return _listed(pledges, world)
    ways = [Way(*value.split(".", 1)) for value in answers.several("ways")]
    stays = answers.text("rest") == _STAYS
    done = await store.mark_sent(event.person, found[0].number, event.at.date(), ways, stays)
    await store.note_waiting(event.person, event.chat, sent.letter.campaign)
    world.cards.mark(await store.came_by(event.person))
    mine = [one for one in await store.pledges(event.person) if one.terms.letter == sent.letter]
    rest = [one for one in mine if not one.terms.status.has_left]
    known = [one for one in await store.reminders(event.chat) if one.letter == sent.letter]
    waiting = [Moment(one.due, one.zone) for one in known if rest and one.asking == Asking.SEND]
    if waiting:  # it asks for the rest, and only then is there anything to be answered
        return _recorded(done or found[0], world, rest=rest, reminding=waiting[0])
    asking = await _ask_later(event, sent, [one.zone for one in known], world, store)
    return _recorded(done or found[0], world, rest=rest, asking=asking)


def _recorded(
    pledge: Pledge,
    world: World,
    *,
    before: bool = False,
    rest: Iterable[Pledge] = (),
    reminding: Moment | None = None,
    asking: Moment | None = None,
) -> Done:
    """Return that a letter is recorded as sent, what stays promised of it, and what will be asked about it when."""
    said = {
        "pledge": pledging.shown(pledge, world),
        "before": before,
        "reminding": reminding,
        "asking": asking,
    }
    return Done((Reply("pledge/sent", {**said, "rest": [pledging.shown(one, world) for one in rest]}),))


async def _ask_later(event: Event, sent: Sent, known: list[str], world: World, store: Store) -> Moment | None:
    """Let somebody be asked once whether their letter was answered, where it is known what time it is for them."""
    await store.no_reminder(event.chat, sent.letter)
    campaign = next((c for c in world.campaigns if c.slug == sent.letter.campaign), None)
    if campaign is None or sent.country == campaign.country:  # nobody is written to there
        return None
    zones = known[:1] or list(known_zones(sent.country, world))
    return await pledging.ask_for_answer(event, sent.letter, zones[0], store) if len(zones) == 1 else None


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 6


def _listed(pledges: tuple[Pledge, ...], world: World, said: bool = False) -> Done:
    """Return the list of `pledges`; `said`: whoever says that a letter has left has said so of all."""
    buttons = tuple(
        Button(Phrase("I have sent no. {number}", {"number": p.number}), command=f"sent {p.number}")
        for p in pledges
        if not p.terms.status.has_left
    )
    shown = [pledging.shown(p, world) for p in pledges]
    return Done((Reply("pledge/list", {"pledges": shown, "said": said}, buttons),))


pledge: Talk = Dialogue(
    "pledge",
    Phrase("Pledge a letter you wrote yourself"),
    pledging.finish,
    steps,
    argument="campaign",
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("promise commit own"),
    private=True,
)
pledges: Talk = Dialogue(
    "pledges",
    Phrase("See what you have pledged"),
    show,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("promised mine status"),
    private=True,
)
sent: Talk = Dialogue(
    "sent",
    Phrase("Say that a pledged letter has left"),
    mark,
    left,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("posted mailed done"),
    private=True,
)
