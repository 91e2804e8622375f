"""/start and /help - the first words, and what the bot can do."""

from __future__ import annotations

from collections.abc import Iterable

from bot.campaigns import Campaign
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Event, Phrase, Reply
from handlers.world import Store, Talk, World


async def greet(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the greeting and the first things to do; behind a link to one campaign, those of that campaign."""
    if event.public:
        return _introduction(world)
    campaign = _linked(event.text, world.campaigns)
    named = f" {campaign.slug}" if campaign else ""
    buttons = (
        Button(Phrase("Write your letter"), command=f"letter{named}"),
        Button(Phrase("What it is about"), command=f"appeal{named}"),
        Button(Phrase("What is kept about you"), command="privacy"),
        Button(Phrase("Another language"), command="language"),
    )
    campaigns = (campaign,) if campaign else tuple(world.campaigns)
    return Done((Reply("start/start", {"campaigns": campaigns}, buttons),))


def _linked(source: str, campaigns: Iterable[Campaign]) -> Campaign | None:
    """Return the campaign of a link such as "zhanaozen-2011-leaflet", or "zhanaozen" if no other begins like that."""
    words = source.strip().casefold()
    found = [c for c in campaigns if f"{words}-".startswith(f"{c.slug}-")]
    begun = [c for c in campaigns if words and c.slug.startswith(words)]
    only = begun[0] if len(begun) == 1 else None
    return max(found, key=lambda campaign: len(campaign.slug), default=only)


def _introduction(world: World) -> Done:
    """Return who the bot is, in a group: short, and with the way into the private chat."""
    buttons = (
        Button(Phrase("Write your letter"), command="letter"),
        Button(Phrase("What it is about"), command="appeal"),
    )
    return Done((Reply("start/group", {"campaigns": tuple(world.campaigns)}, buttons),))


def help_with(others: tuple[Talk, ...]) -> Talk:
    """Return /help, which lists `others`."""

    async def explain(event: Event, answers: Answers, world: World, store: Store) -> Done:
        """Return the list of commands."""
        if event.public:
            return _introduction(world)
        return Done((Reply("start/help", {"commands": [(d.name, d.summary) for d in others]}),))

    # Translators: words by which people may ask for this; any number, in any order
    keywords = Phrase("commands menu how")
    return Dialogue("help", Phrase("What I can do"), explain, keywords=keywords)


# Translators: words of greeting, each of which begins by itself; any number, in any order
_GREETINGS = Phrase("hello hi hey begin")
start: Talk = Dialogue("start", Phrase("Begin"), greet, called=_GREETINGS, keywords=_GREETINGS)
