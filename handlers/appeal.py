"""/appeal, /demands, /background, /since and /addresses - what a campaign is about, and whom it writes to."""

from __future__ import annotations

from collections.abc import Iterator

from bot.campaigns import Campaign
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Event, Phrase, Reply
from bot.steps import Step
from handlers.copying import copies
from handlers.questions import ask_country
from handlers.route import doubted
from handlers.world import Store, Talk, World, ask_campaign, chosen_campaign

_PARTS = {
    "appeal": Phrase("What it is about"),
    "demands": Phrase("What it demands"),
    "background": Phrase("How it came about"),
    "since": Phrase("What became of it"),
    "addresses": Phrase("Who is written to, and where"),
}


def which(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the choice of a campaign, if there are several."""
    yield from ask_campaign(tuple(world.campaigns))


def which_and_where(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the choice of a campaign, then the country whose embassy is wanted, if any letter goes to one."""
    yield from which(answers, world)
    campaign = chosen_campaign(answers, tuple(world.campaigns))
    if any(campaign.writes_to_embassies(letter.kind) for letter in campaign.kinds):
        yield ask_country(world.countries)


async def tell(event: Event, answers: Answers, world: World, store: Store, part: str) -> Done:
    """Return one part of the appeal, and the ways to the others."""
    campaign = chosen_campaign(answers, tuple(world.campaigns))
    return Done((Reply(f"appeal/{part}", {"campaign": campaign}, _onwards(campaign, part)),))


async def addresses(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return every recipient of every kind of letter, with what is known of each address."""
    campaign = chosen_campaign(answers, tuple(world.campaigns))
    country = answers.text("country") or None
    kinds = [
        (kind, doubted(campaign.addressees(kind.kind, country), campaign, country, world.returned))
        for kind in campaign.kinds
    ]
    said = {"campaign": campaign, "kinds": kinds, "public": event.public}
    buttons = (*copies([one for _, several in kinds for one in several]), *_onwards(campaign, "addresses"))
    return Done((Reply("appeal/addresses", said, buttons),))


def _onwards(campaign: Campaign, present: str) -> tuple[Button, ...]:
    letter = (Button(Phrase("Write your letter"), command=f"letter {campaign.slug}"),)
    others = tuple(
        Button(label, command=f"{part} {campaign.slug}") for part, label in _PARTS.items() if part != present
    )
    return others if campaign.status == "closed" else (*letter, *others)


def _part(name: str, keywords: Phrase) -> Talk:
    async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
        return await tell(event, answers, world, store, name)

    return Dialogue(name, _PARTS[name], finish, which, argument="campaign", keywords=keywords)


# Translators: words by which people may ask for this; any number, in any order
appeal = _part("appeal", Phrase("about story strike why info"))
# Translators: words by which people may ask for this; any number, in any order
demands = _part("demands", Phrase("want claims"))
# Translators: words by which people may ask for this; any number, in any order
background = _part("background", Phrase("history how began"))
# Translators: words by which people may ask for this; any number, in any order
since = _part("since", Phrase("happened outcome result today now"))
where: Talk = Dialogue(
    "addresses",
    _PARTS["addresses"],
    addresses,
    which_and_where,
    argument="campaign",
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("address where email e-mail fax phone post embassy"),
)
