"""/privacy, /mydata and /forget - what is kept about a person, all of it, and its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.choosing import Option
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Event, Phrase, Reply
from bot.frames import parse
from bot.mydata import as_file, news_on_the_way
from bot.reminders import Reminder
from bot.steps import Choice, Step
from bot.zones import Moment
from handlers import pledging
from handlers.answered import Line, lines
from handlers.groups import UNNAMED
from handlers.world import Store, Talk, World, again

_FILE = "file"
"""What somebody adds who wants all of it."""


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
        """Return everything that is kept about the person, in short; or as a file, if they ask for that."""
        held = await store.held(event.person, event.chat)
        if event.text.strip() == _FILE:
            return Done((Reply("privacy/file", document=as_file(held, event.at)),))
        kept = await store.kept(event.person)
        news = await store.subscriptions(event.chat)
        brought_into = await store.groups_of(event.person)
        titles = {campaign.slug: campaign.title for campaign in world.campaigns}
        reminders = await store.reminders(event.chat)
        on_the_way = news_on_the_way(held)
        said = {
            "kept": kept,
            "answered": [line for text in kept.conversations for line in _answered(text, known, world)],
            "pledges": [pledging.shown(p, world) for p in kept.pledges],
            "through": await store.came_by(event.person) is not None,
            "groups": [group.title or UNNAMED for group in brought_into],
            "reminders": [
                (titles.get(one.letter.campaign, one.letter.campaign), *_due(one)) for one in reminders
            ],
            "on_the_way": on_the_way,
            "news": [(titles.get(one.campaign, one.campaign), one) for one in news],
        }
        others = news or brought_into or said["through"] or reminders or on_the_way
        something = kept.pledges or kept.language or kept.conversations or others
        buttons = (
            Button(Phrase("Send me all of it as a file"), command=f"mydata {_FILE}"),
            Button(Phrase("Erase what is kept about me"), command="forget"),
        )
        return Done((Reply("privacy/mydata", said, buttons if something else ()),))

    summary = Phrase("Show all that is kept about you")
    # Translators: words by which people may ask for this; any number, in any order
    keywords = Phrase("records")
    return Dialogue("mydata", summary, show, keywords=keywords, private=True)


def _due(reminder: Reminder) -> tuple[Moment, bool]:
    """Return when a reminder comes, and that it is still to come; or until when it is kept for the answer."""
    return Moment(reminder.due, reminder.zone), reminder.asking.waits


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
    world.returned.know(await store.returned())
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
