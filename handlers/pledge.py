"""/pledge, /pledges and /sent - promise a letter of one's own, see what one promised, and say when it has left."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue import Answers, Choice, Dialogue, Done, Question, Step
from bot.events import Button, Event, Phrase, Reply
from bot.pledges import Pledge
from handlers import pledging
from handlers.letter import SENDERS
from handlers.questions import LINE, Words, ask_country
from handlers.route import route
from handlers.world import Store, Talk, World, again, ask_campaign, ask_kind, chosen_campaign, chosen_kind


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
    yield ask_country(world.countries, sender)
    listable = ("organisation", "name") if sender == "organisation" else ("name",)
    way = route(answers, campaign, kind)
    yield from pledging.steps(answers, way, Reply("pledge/when", {"route": way}), listable)
    named = answers.text("consent")
    if named in listable:
        yield Question(named, Reply("pledge/name", {"named": named}), Words(LINE))


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Record the pledge."""
    if not world.writable:
        return Done((Reply("campaign/none"),))
    campaign = chosen_campaign(answers, world.writable)
    way = route(answers, campaign, chosen_kind(answers, campaign))
    return await pledging.finish(event, answers, way, world, store)


async def show(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the person's pledges, and a way to say of each that it has been sent."""
    return _listed(await store.pledges(event.person), world)


async def mark(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Record that the pledge whose number stands behind the command has been sent; without one, list them."""
    pledges = await store.pledges(event.person)
    waiting = [str(p.number) for p in pledges if not p.terms.status.has_left]
    number = event.text.strip() or (waiting[0] if len(waiting) == 1 else "")
    if not number:
        return _listed(pledges, world, said=not waiting)
    found = await store.mark_sent(event.person, int(number), event.at.date()) if _is_number(number) else None
    if found is None:
        return Done((Reply("pledge/no-such", {"pledges": pledges}), *_listed(pledges, world).replies))
    await store.note_waiting(event.person, event.chat, found.terms.campaign)
    world.cards.mark(await store.came_by(event.person))
    said = {"pledge": pledging.shown(found, world), "before": str(int(number)) not in waiting}
    return Done((Reply("pledge/sent", said),))


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
    finish,
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
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("posted mailed done"),
    private=True,
)
