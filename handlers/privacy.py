"""/privacy, /mydata and /forget - what is kept about a person, all of it, and its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.choosing import Option
from bot.dialogue import Answers, Choice, Dialogue, Done, Step
from bot.events import Button, Event, Phrase, Reply
from bot.frames import parse
from handlers import pledging
from handlers.answered import Line, lines
from handlers.groups import UNNAMED
from handlers.world import Store, Talk, World, again


async def explain(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return what is kept, for how long, and who answers for it."""
    buttons = (
        Button(Phrase("Show what is kept about me"), command="mydata"),
        Button(Phrase("Erase what is kept about me"), command="forget"),
    )
    return Done((Reply("privacy/privacy", {"organisers": world.organisers}, buttons),))


def mydata_of(dialogues: tuple[Talk, ...]) -> Talk:
    """Return /mydata, which knows the questions of these `dialogues`."""
    known = {dialogue.name: dialogue for dialogue in dialogues}

    async def show(event: Event, answers: Answers, world: World, store: Store) -> Done:
        """Return everything that is kept about the person."""
        kept = await store.kept(event.person)
        news = await store.subscriptions(event.chat)
        brought_into = await store.groups_of(event.person)
        titles = {campaign.slug: campaign.title for campaign in world.campaigns}
        said = {
            "kept": kept,
            "answered": [line for text in kept.conversations for line in _answered(text, known, world)],
            "pledges": [pledging.shown(p, world) for p in kept.pledges],
            "through": await store.came_by(event.person) is not None,
            "groups": [group.title or UNNAMED for group in brought_into],
            "news": [(titles.get(one.campaign, one.campaign), one) for one in news],
        }
        others = news or brought_into or said["through"]
        something = kept.pledges or kept.language or kept.conversations or others
        button = Button(Phrase("Erase what is kept about me"), command="forget")
        return Done((Reply("privacy/mydata", said, (button,) if something else ()),))

    summary = Phrase("Show all that is kept about you")
    # Translators: words by which people may ask for this; any number, in any order
    keywords = Phrase("records")
    return Dialogue("mydata", summary, show, keywords=keywords, private=True)


def _answered(conversation: str, known: Mapping[str, Talk], world: World) -> Iterator[Line]:
    """Yield the answers in an open conversation; one that is about to change is still kept."""
    for frame in parse(conversation, tuple(known)):
        answers = frame.answers.plus(*frame.changing) if frame.changing else frame.answers
        yield from lines(known[frame.dialogue], answers, world)


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the one question whether it shall really be erased."""
    options = (Option("yes", Phrase("Yes, erase it all")), Option("no", Phrase("No, keep it")))
    yield Choice("sure", Reply("privacy/sure"), options, careful=True, again=again("sure"))


async def forget(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Erase everything that is kept about the person, open conversations with it."""
    if answers.text("sure") != "yes":
        return Done((Reply("privacy/kept"),))
    world.cards.mark(await store.came_by(event.person))
    await store.forget(event.person)
    return Done((Reply("privacy/forgotten"),), clear=True, erased=True)


privacy: Talk = Dialogue(
    "privacy",
    Phrase("What is kept about you"),
    explain,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("safe secret data anonymous"),
    private=True,
)
erase: Talk = Dialogue(
    "forget",
    Phrase("Erase all that is kept about you"),
    forget,
    steps,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("delete erase remove"),
    private=True,
)
