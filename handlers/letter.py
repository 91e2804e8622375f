"""/letter - personalise one campaign's letter, say where to send it, and pledge to."""

from __future__ import annotations

from collections.abc import Iterator

from bot.campaigns import Addressee, Campaign
from bot.choosing import Option
from bot.dialogue import Answers, Choice, Dialogue, Done, Review, Step
from bot.events import Event, Phrase, Reply
from bot.letters import Letter
from handlers import pledging
from handlers.copying import copies
from handlers.questions import question
from handlers.route import route
from handlers.world import Store, Talk, World, again, ask_campaign, ask_kind, chosen_campaign, chosen_kind

SENDERS = (
    Option("person", Phrase("As myself")),
    Option("organisation", Phrase("For my union or organisation")),
)
_CHANGES = {
    "campaign": Phrase("Change the campaign"),
    "kind": Phrase("Change the kind of letter"),
    "version": Phrase("Take the other letter"),
    "sender": Phrase("Change who it is from"),
    "name": Phrase("Change the name"),
    "organisation": Phrase("Change the organisation"),
    "members": Phrase("Change the number of members"),
    "town": Phrase("Change the town"),
    "country": Phrase("Change the country"),
    "reason": Phrase("Change my own words"),
}


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps from the choice of a campaign to the pledge."""
    if not world.writable:
        return
    asked: list[str] = []
    for step in _interview(answers, world):
        asked.append(step.key)
        yield step
    campaign = chosen_campaign(answers, world.writable)
    way = route(answers, campaign, chosen_kind(answers, campaign))
    letters = tuple(_letter(answers, campaign, one) for one in way.addressees)
    changes = tuple(Option(key, _CHANGES.get(key, Phrase("Change another answer"))) for key in asked)
    said = {"campaign": campaign, "route": way, "letter": letters[0]}
    right = Phrase("The letter is right")
    yield Review("review", Reply("letter/review", said), right, changes, again=again("review"))
    yield from pledging.steps(
        answers,
        way,
        Reply("letter/send", said, copies(way.reachable, letters[0].subject)),
        looks=tuple(_look(one, letter) for one, letter in zip(way.addressees, letters, strict=True)),
        listable=tuple(key for key in ("organisation", "name") if answers.text(key)),
    )


def _interview(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps before the review: each answer to them can be changed there."""
    yield from ask_campaign(world.writable)
    campaign = chosen_campaign(answers, world.writable)
    yield from ask_kind(campaign)
    kind = chosen_kind(answers, campaign)
    if campaign.has_versions(kind):
        which = Reply("letter/version", {"campaign": campaign})
        yield Choice("version", which, _versions(campaign), again=again("version"))
    notice = not campaign.has_versions(kind)
    said = {"campaign": campaign, "route": route(Answers(), campaign, kind), "notice": notice}
    yield Choice("sender", Reply("letter/sender", said), SENDERS, again=again("sender"))
    yield from _questions(answers, campaign, kind, world)


def _versions(campaign: Campaign) -> tuple[Option, ...]:
    of_then = Phrase("The letter of {date}", {"date": campaign.written})
    since = Reply("letter/since", {"campaign": campaign})
    return (
        Option("open", Phrase("A letter of today")),
        Option("published", of_then, also=(Phrase("a document of its time"),)),
        Option("since", Phrase("What has happened since"), since),
    )


def _questions(answers: Answers, campaign: Campaign, kind: str, world: World) -> Iterator[Step]:
    """Yield the campaign's own questions; who lives in the country concerned is warned right after saying so."""
    warned = False
    sender = answers.text("sender")
    for asked in campaign.questions_for(kind, sender):
        yield question(asked, world.countries, sender, warned)
        warned = asked.type == "country" and answers.text(asked.key) == campaign.country


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Record the pledge, if there is one, and say goodbye."""
    if not world.writable:
        return Done((Reply("campaign/none"),))
    campaign = chosen_campaign(answers, world.writable)
    way = route(answers, campaign, chosen_kind(answers, campaign))
    return await pledging.finish(event, answers, way, store)


def _letter(answers: Answers, campaign: Campaign, addressee: Addressee) -> Letter:
    return Letter(
        campaign=campaign,
        kind=addressee.kind,
        version="published" if answers.text("version") == "published" else "open",
        sender="organisation" if answers.text("sender") == "organisation" else "person",
        answers={key: answers.text(key) for key in answers},
        recipient=addressee.recipient.key,
    )


def _look(addressee: Addressee, letter: Letter) -> Option:
    shown = Reply("letter/other", {"addressee": addressee, "letter": letter})
    return Option(
        f"letter-{addressee.recipient.key}",
        # Translators: a button that shows the letter to {office}, a short name. A phone shows about 30 characters
        Phrase("Letter to: {office}", {"office": addressee.short}),
        shown,
    )


letter: Talk = Dialogue(
    "letter",
    Phrase("Write your letter"),
    finish,
    steps,
    argument="campaign",
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("letter write protest solidarity sign help them"),
    private=True,
)
