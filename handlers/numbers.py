"""/stats - how many people sent and promised letters: rounded for everybody, in full for the organisers."""

from __future__ import annotations

from bot.dialogue import Answers, Dialogue, Done
from bot.events import Event, Phrase, Reply
from bot.figures import in_full, in_public
from bot.published import FEWEST
from handlers.world import Store, Talk, World

FOR_ORGANISERS = Phrase("All the numbers, in full")
"""What the command is for an organiser."""


async def show(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the numbers of every campaign for which there are any."""
    full = not event.public and world.organisers.include(event.person)
    if full:
        tally, people = await store.tally(), await store.people()
        counted = [in_full(campaign, tally, people) for campaign in world.campaigns]
    else:
        published = await store.published()
        counted = [in_public(campaign, published) for campaign in world.campaigns]
    shown = [one for one in counted if one.all.any]
    return Done((Reply("numbers/stats", {"campaigns": shown, "full": full, "fewest": FEWEST}),))


stats: Talk = Dialogue(
    "stats",
    Phrase("How many letters there are"),
    show,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("numbers statistics count many"),
)
