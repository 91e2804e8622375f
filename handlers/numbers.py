"""/stats - how many people sent and promised letters: rounded for everybody, in full for the organisers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.charts import pictures
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Event, Phrase, Reply
from bot.figures import Figures, in_full, in_public
from bot.published import FEWEST
from handlers.world import Store, Talk, World

FOR_ORGANISERS = Phrase("All the numbers, in full")
"""What the command is for an organiser."""


async def show(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the numbers of every campaign for which there are any; for an organiser who names one, as pictures."""
    if event.public or not world.organisers.include(event.person):
        published = await store.published()
        return _said((in_public(campaign, published) for campaign in world.campaigns), full=False)
    now = await store.counted()
    counted = [in_full(campaign, now.tally, now.people, now.days) for campaign in world.campaigns]
    named = [one for one in counted if one.campaign.slug == event.text.strip() and one.all.any]
    return Done(tuple(_pictured(named[0], world))) if named else _said(counted, full=True)


def _said(counted: Iterable[Figures], full: bool) -> Done:
    shown = [one for one in counted if one.all.any]
    buttons = tuple(_button(one, len(shown) > 1) for one in shown) if full else ()
    values = {"campaigns": shown, "full": full, "fewest": FEWEST}
    return Done((Reply("numbers/stats", values, buttons),))


def _button(figures: Figures, several: bool) -> Button:
    named = Phrase("As pictures: {campaign}", {"campaign": figures.campaign.button})
    return Button(named if several else Phrase("As pictures"), command=f"stats {figures.campaign.slug}")


def _pictured(figures: Figures, world: World) -> Iterator[Reply]:
    for picture in pictures(figures, world.countries, world.clock().date()):
        values = {"picture": picture, "full": True}
        yield Reply("numbers/picture", values, document=picture)


stats: Talk = Dialogue(
    "stats",
    Phrase("How many letters there are"),
    show,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("numbers statistics count many"),
)
