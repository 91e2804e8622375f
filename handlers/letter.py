"""/letter - personalise one campaign's letter, say where to send it, and pledge to."""

from __future__ import annotations

from collections.abc import Iterator

from bot.campaigns import Addressee, Campaign
from bot.choosing import Option
from bot.dialogue import Answers, Choice, Dialogue, Done, Review, Step
from bot.events import Event, Phrase, Reply
from bot.letters import Letter
from handlers import pledging
from handlers.questions import question
from handlers.world import Store, Talk, World, ask_campaign, ask_kind, chosen_campaign, chosen_kind

SENDERS = (
    Option("person", Phrase("As myself")),
    Option("organisation", Phrase("For my union or organisation")),
)
_VERSIONS = (
    Option("open", Phrase("A letter of today, with what is still open")),
    Option("published", Phrase("The letter as it was published")),
)
_CHANGES = {
    "campaign": Phrase("Change the campaign"),
    "kind": Phrase("Change the kind of letter"),
    "version": Phrase("Change which demands it makes"),
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
    kind = chosen_kind(answers, campaign)
    addressees = campaign.addressees(kind, answers.text("country") or None)
    letters = tuple(_letter(answers, campaign, one) for one in addressees)
    changes = tuple(Option(key, _CHANGES.get(key, Phrase("Change another answer"))) for key in asked)
    said = {"campaign": campaign, "addressees": addressees, "letter": letters[0]}
    at_home = answers.text("country") == campaign.country
    yield Review(
        "review", Reply("letter/review", {**said, "at_home": at_home}), Phrase("The letter is right"), changes
    )
    yield from pledging.steps(
        answers,
        addressees,
        Reply("letter/send", said),
        looks=tuple(_look(one, letter) for one, letter in zip(addressees[1:], letters[1:], strict=True)),
        listable=tuple(key for key in ("organisation", "name") if answers.text(key)),
    )


def _interview(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps before the review: each answer to them can be changed there."""
    yield from ask_campaign(world.writable)
    campaign = chosen_campaign(answers, world.writable)
    yield from ask_kind(campaign)
    kind = chosen_kind(answers, campaign)
    if campaign.has_met_demands and campaign.makes_demands(kind):
        since = Option(
            "since", Phrase("What has happened since"), Reply("appeal/since", {"campaign": campaign})
        )
        yield Choice("version", Reply("letter/version", {"campaign": campaign}), (*_VERSIONS, since))
    yield Choice("sender", Reply("letter/sender"), SENDERS)
    for asked in campaign.questions_for(kind, answers.text("sender")):
        yield question(asked, world.countries)


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Record the pledge, if there is one, and say goodbye."""
    if not world.writable:
        return Done((Reply("campaign/none"),))
    campaign = chosen_campaign(answers, world.writable)
    return await pledging.finish(event, answers, campaign, chosen_kind(answers, campaign), store)


def letter_kind(answers: Answers, campaign: Campaign) -> str:
    """Return the key of the chosen kind of letter, or of the only one."""
    return answers.text("kind") or campaign.kinds[0].kind


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
        Phrase("Show the letter to: {title}", {"title": addressee.title}),
        shown,
    )


letter: Talk = Dialogue(
    "letter",
    Phrase("Write your letter"),
    finish,
    steps,
    argument="campaign",
    keywords=Phrase("letter write protest solidarity sign help them"),
)
