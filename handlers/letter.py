"""/letter - personalise one campaign's letter, say where to send it, and pledge to."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

from bot.campaigns import Addressee, Campaign, Version
from bot.chance import Chance
from bot.choosing import Option
from bot.dialogue import CHANCE, Answers, Dialogue, Done
from bot.events import Event, Phrase, Reply
from bot.letters import Letter
from bot.messages import LanguageName, language_name
from bot.similarity import Own
from bot.steps import Choice, Renewal, Review, Step
from handlers import pledging, sending
from handlers.questions import question
from handlers.route import doubted, route
from handlers.sending import Written
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
    "struck": Phrase("Change the fact I chose"),
    "work": Phrase("Change the work I named"),
    "reason": Phrase("Change my own words"),
}
WRITTEN_IN = "<written-in>"
"""The key of the language that the letter is written in, where the supporter chose it."""
_FIRST = {
    "struck": Phrase("Choose what struck me"),
    "work": Phrase("Say what my work is"),
    "reason": Phrase("Add words of my own"),
}
"""What is said instead where there is no answer yet."""


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps from the choice of a campaign over the letter and what it takes to send it to the pledge."""
    if not world.writable:
        return
    written = yield from _writing(answers, world)
    if written.route.ways:
        yield sending.choice("kit", written, Phrase("I have what I need"), world)
    listable = tuple(key for key in ("organisation", "name") if answers.text(key))
    yield from pledging.steps(
        answers, written.route, Reply("letter/when", {"at_home": written.route.at_home}), listable, world
    )


def more(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps of the letter, and once more what it takes to send it."""
    if not world.writable:
        return
    written = yield from _writing(answers, world)
    if written.route.ways:
        yield sending.choice("more", written, Phrase("I have what I need"), world)


def _writing(answers: Answers, world: World) -> Generator[Step, None, Written]:
    """Yield the steps up to the letter that is agreed to, and return it."""
    asked: list[str] = []
    for step in _interview(answers, world):
        asked.append(step.key)
        yield step
    campaign = chosen_campaign(answers, world.writable)
    way = route(answers, campaign, chosen_kind(answers, campaign))
    way = replace(way, addressees=doubted(way.addressees, campaign, way.country, world.returned))
    letters = tuple(_letter(answers, campaign, one) for one in way.addressees)
    said = {"campaign": campaign, "route": way, "letter": letters[0]}
    yield _review(answers, said, letters[0], tuple(asked))
    return Written(way, letters)


def _review(answers: Answers, said: dict[str, object], letter: Letter, asked: tuple[str, ...]) -> Review:
    """Return the step that shows the letter: how much of it is the supporter's own, and what can be changed."""
    labels = _CHANGES | {key: label for key, label in _FIRST.items() if not answers.text(key)}
    changes = tuple(Option(key, labels.get(key, Phrase("Change another answer"))) for key in asked)
    other = str(Chance.parse(answers.text(CHANCE)).another())
    # Translators: the button that says the same letter in other words
    words = (Renewal(Phrase("Other words"), CHANCE, other),) if letter.has_other_words else ()
    others = tuple(_written_in(code) for code in letter.languages if code != letter.written_in)
    renewals = (*words, *(others if len(letter.languages) > 1 else ()))
    shown = Reply("letter/review", {**said, "own": Own(letter), "invited": "reason" in asked})
    right = Phrase("The letter is right")
    return Review("review", shown, right, changes, again=again("review"), renewals=renewals)


def _written_in(code: str) -> Renewal:
    """Return how to have the letter written in a language, which may be typed as it calls itself."""
    # Translators: a button that has the letter written in {language}, which is named in yours: Russian
    label = Phrase("Write it in: {language}", {"language": LanguageName(code)})
    return Renewal(label, WRITTEN_IN, code, also=(language_name(code),))


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
    embassy = campaign.writes_to_embassies(kind)
    questions = campaign.questions_for(kind, sender, _version(answers))
    for number, asked in enumerate(questions, 1):
        enough = asked.optional and any(later.optional for later in questions[number:])
        yield question(asked, world.countries, sender, embassy, warned, enough)
        warned = asked.type == "country" and answers.text(asked.key) == campaign.country


async def farewell(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return what is left to do, once somebody has what they need."""
    if not world.writable:
        return Done((Reply("campaign/none"),))
    campaign = chosen_campaign(answers, world.writable)
    way = route(answers, campaign, chosen_kind(answers, campaign))
    return Done((Reply("kit/ready") if way.ways else Reply("pledge/no-way", {"route": way}),))


def _letter(answers: Answers, campaign: Campaign, addressee: Addressee) -> Letter:
    return Letter(
        campaign=campaign,
        kind=addressee.kind,
        version=_version(answers),
        sender="organisation" if answers.text("sender") == "organisation" else "person",
        answers={key: answers.text(key) for key in answers},
        recipient=addressee.recipient.key,
        written_in=answers.text(WRITTEN_IN),
        chance=Chance.parse(answers.text(CHANCE)),
    )


def _version(answers: Answers) -> Version:
    return "published" if answers.text("version") == "published" else "open"


letter: Talk = Dialogue(
    "letter",
    Phrase("Write your letter"),
    pledging.finish,
    steps,
    argument="campaign",
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("letter write protest solidarity sign help them"),
    private=True,
    chance=True,
)
kit: Talk = Dialogue(
    "kit",
    Phrase("What it takes to send your letter"),
    farewell,
    more,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("pdf print file envelope mail send"),
    private=True,
    continues="letter",
)
