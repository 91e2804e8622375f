"""/start and /help - the first words, and what the bot can do."""

from __future__ import annotations

from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Event, Phrase, Reply
from handlers.world import Store, Talk, World


async def greet(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return the greeting and the first things to do."""
    buttons = (
        Button(Phrase("Write your letter"), command="letter"),
        Button(Phrase("What it is about"), command="appeal"),
        Button(Phrase("What is kept about you"), command="privacy"),
        Button(Phrase("Another language"), command="language"),
    )
    return Done((Reply("start/start", {"campaigns": tuple(world.campaigns)}, buttons),))


def help_with(others: tuple[Talk, ...]) -> Talk:
    """Return /help, which lists `others`."""

    async def explain(event: Event, answers: Answers, world: World, store: Store) -> Done:
        """Return the list of commands."""
        return Done((Reply("start/help", {"commands": [(d.name, d.summary) for d in others]}),))

    return Dialogue("help", Phrase("What I can do"), explain, keywords=Phrase("commands menu how"))


start: Talk = Dialogue("start", Phrase("Begin"), greet, keywords=Phrase("hello hi hey begin"))
