"""/privacy, /mydata and /forget - what is kept about a person, all of it, and its end."""

from __future__ import annotations

from collections.abc import Iterator

from bot.choosing import Option
from bot.dialogue import Answers, Choice, Dialogue, Done, Step
from bot.events import Button, Event, Phrase, Reply
from handlers import pledging
from handlers.world import Store, Talk, World


async def explain(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return what is kept, for how long, and who answers for it."""
    buttons = (
        Button(Phrase("Show what is kept about me"), command="mydata"),
        Button(Phrase("Erase what is kept about me"), command="forget"),
    )
    return Done((Reply("privacy/privacy", {"organisers": world.organisers}, buttons),))


async def show(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return everything that is kept about the person."""
    kept = await store.kept(event.person)
    said = {"kept": kept, "pledges": [pledging.shown(p, world) for p in kept.pledges]}
    button = Button(Phrase("Erase what is kept about me"), command="forget")
    return Done((Reply("privacy/mydata", said, (button,)),))


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the one question whether it shall really be erased."""
    options = (Option("yes", Phrase("Yes, erase it all")), Option("no", Phrase("No, keep it")))
    yield Choice("sure", Reply("privacy/sure"), options)


async def forget(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Erase everything that is kept about the person, open conversations with it."""
    if answers.text("sure") != "yes":
        return Done((Reply("privacy/kept"),))
    await store.forget(event.person)
    return Done((Reply("privacy/forgotten"),), clear=True, erased=True)


privacy: Talk = Dialogue(
    "privacy", Phrase("What is kept about you"), explain, keywords=Phrase("safe secret data anonymous")
)
mydata: Talk = Dialogue("mydata", Phrase("Show all that is kept about you"), show, keywords=Phrase("records"))
erase: Talk = Dialogue(
    "forget",
    Phrase("Erase all that is kept about you"),
    forget,
    steps,
    keywords=Phrase("delete erase remove unsubscribe"),
)
