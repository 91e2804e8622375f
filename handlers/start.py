"""/start and /help - the first words, and what the bot can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.campaigns import Campaign
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Event, Phrase, Reply
from bot.groups import Group
from handlers.world import Store, Talk, World

_LETTER = Button(Phrase("Write your letter"), command="letter")
_APPEAL = Button(Phrase("What it is about"), command="appeal")
FIRST_THINGS = (_LETTER, _APPEAL)
"""What is offered to whoever has just come."""


async def greet(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the greeting and the first things to do; behind a link to one campaign, those of that campaign."""
    if event.public:
        return Done((introduction(world, await store.group(event.chat)),))
    group = await store.group_called(event.text.strip().casefold()) if event.text.strip() else None
    if group is not None:
        return await _welcome(event, group, world, store)
    return _greeting(world, _linked(event.text, world.campaigns))


async def _welcome(event: Event, group: Group, world: World, store: Store) -> Done:
    """Greet somebody who comes through the link of `group`, and note that they do."""
    await store.came(event.person, group)
    followed = tuple(c for c in world.campaigns if c.slug in group.campaigns)
    return _greeting(world, followed[0] if len(followed) == 1 else None, followed)


def _greeting(world: World, campaign: Campaign | None, about: tuple[Campaign, ...] = ()) -> Done:
    """Return the first words; those behind a link to one `campaign` lead to it, others are `about` some."""
    named = f" {campaign.slug}" if campaign else ""
    buttons = (
        *(replace(button, command=f"{button.command}{named}") for button in FIRST_THINGS),
        Button(Phrase("What is kept about you"), command="privacy"),
        Button(Phrase("Another language"), command="language"),
    )
    campaigns = (campaign,) if campaign else about or tuple(world.campaigns)
    return Done((Reply("start/start", {"campaigns": campaigns}, buttons),))


def _linked(source: str, campaigns: Iterable[Campaign]) -> Campaign | None:
    """Return the campaign of a link such as "zhanaozen-2011-leaflet", or "zhanaozen" if no other begins like that."""
    words = source.strip().casefold()
    found = [c for c in campaigns if f"{words}-".startswith(f"{c.slug}-")]
    begun = [c for c in campaigns if words and c.slug.startswith(words)]
    only = begun[0] if len(begun) == 1 else None
    return max(found, key=lambda campaign: len(campaign.slug), default=only)


def introduction(world: World, group: Group | None) -> Reply:
    """Return who the bot is, in a group: short, and with the way into the private chat."""
    followed = tuple(c for c in world.campaigns if group and c.slug in group.campaigns)
    about = f" {followed[0].slug}" if len(followed) == 1 else ""
    letter = replace(_LETTER, private=True)
    buttons = (
        replace(letter, command=f"start {group.code}") if group else letter,
        replace(_APPEAL, command=f"appeal{about}"),
    )
    return Reply("start/group", {"campaigns": followed or tuple(world.campaigns)}, buttons)


def help_with(others: tuple[Talk, ...], organising: tuple[Talk, ...] = ()) -> Talk:
    """Return /help, which lists `others`, and for organisers what is for `organising`."""

    async def explain(event: Event, answers: Answers, world: World, store: Store) -> Done:
        """Return the list of commands."""
        if event.public:
            return Done((introduction(world, await store.group(event.chat)),))
        listed = (*others, *organising) if world.organisers.include(event.person) else others
        return Done((Reply("start/help", {"commands": [(d.name, d.summary) for d in listed]}),))

    # Translators: words by which people may ask for this; any number, in any order
    keywords = Phrase("commands menu how")
    return Dialogue("help", Phrase("What I can do"), explain, keywords=keywords)


# Translators: words of greeting, each of which begins by itself; any number, in any order
_GREETINGS = Phrase("hello hi hey begin")
start: Talk = Dialogue("start", Phrase("Begin"), greet, called=_GREETINGS, keywords=_GREETINGS)
