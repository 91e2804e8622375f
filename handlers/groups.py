"""/group - set the bot up in a group, by its admins alone; and what the bot takes in of what becomes of its groups."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.choosing import fold
from bot.dialogue import Answers, Dialogue, Done, Needs, Told
from bot.events import Button, Chat, Event, Happening, Phrase, Reply
from handlers.group_card import card
from handlers.group_setup import Setup
from handlers.start import introduction
from handlers.world import Store, Talk, World, spoken

_CHAT = re.compile(r"(-[0-9]{1,20}|![^\s]{1,255})(?:\s|\Z)", re.ASCII)
"""A group as it is named in private: by its number, or by its room."""
_MOST = 60
"""Bytes of a command below which it has room on a button everywhere."""
UNNAMED = Phrase("A group without a name")


async def happens(event: Event, world: World, store: Store) -> Done:
    """Take in what became of us in a chat, or of a group; who brings us into one is greeted there.

    In a channel nobody could be asked whether that is wanted: whoever has brought us there is told in private. A group
    that has moved tells anew that we are in it, and knows us already.
    """
    match event.happened:
        case Happening("added", title, silent=silent):
            language, known = spoken(event.person, world), await store.group(event.chat)
            group = await store.add_group(event.chat, title, event.person, language)
            if known:
                return Done(())
            if silent:
                return Done((), told=_told_in_private(event, title, language))
            hello = introduction(world, group)
            set_up = Button(Phrase("Set me up here"), command="group")
            return Done((replace(hello, buttons=(*hello.buttons, set_up)),), language=group.language)
        case Happening("removed"):
            await (store.close_group if event.public else store.unsubscribe)(event.chat)
        case Happening("renamed", title):
            await store.rename_group(event.chat, title)
        case Happening("moved", to=to):
            await store.moved(event.chat, Chat(event.chat.platform, to))
    return Done(())


def _told_in_private(event: Event, title: str, language: str | None) -> tuple[Told, ...]:
    """Return what is said to whoever has brought us into a channel, where they can set it up."""
    if not event.person.id:
        return ()
    button = Button(Phrase("Set me up there"), command=f"group {event.chat.id}")
    reply = Reply("group/channel", {"title": title}, (button,))
    return (Told(Chat(event.person.platform, event.person.id), reply, language),)


def of_admins(event: Event, answers: Answers, world: World, ends: bool) -> Needs | Reply | None:
    """Let only admins of a group go on: those of the one that it is said in, or that is named in private."""
    chat = meant(event)
    if chat is None:
        return None
    if not event.person.id:
        button = Button(Phrase("Set me up here"), command=f"group {chat.id}", private=True)
        return Reply("group/nobody", buttons=(button,))
    match event.roles.get(chat):
        case None:
            return Needs(chat, fresh=True)
        case "admin":
            return None
        case "unknown":
            return Reply("group/unknown-role")
    letter = Button(Phrase("Write your letter"), command="letter", private=event.public)
    return Reply("group/admins-only", buttons=(letter,))


def meant(event: Event) -> Chat | None:
    """Return which group `event` is about: that it is said in, or in private the one that is named first."""
    if event.public:
        return event.chat.whole
    named = _CHAT.match(event.text.strip())
    return Chat(event.chat.platform, named[1]) if named else None


async def set_up(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Set what is named behind the command, and say what is set; in private, first ask in which group."""
    chat, words = meant(event), event.text.split()
    if chat is None:
        return Done((await _which(event, store),))
    group = await store.group(chat)
    if group is None:
        group = await store.add_group(chat, "", event.person, spoken(event.person, world))
    wanted = words if event.public else words[1:]
    reply = await Setup(event, group, world, store).answer(wanted)
    told = await card(group, world, store) if [fold(word) for word in wanted[:1]] == ["card"] else ()
    now = await store.group(chat)
    chosen = now.language if event.public and now and now.language != group.language else None
    return Done((reply,), instead=True, language=chosen, told=told)


async def _which(event: Event, store: Store) -> Reply:
    """Return the groups into which somebody has brought the bot, or how to bring it into one.

    What stands behind the command is set in the one that is chosen, if it has room on a button.
    """
    buttons = (
        Button(group.title or UNNAMED, command=_with(f"group {group.chat.id}", event.text))
        for group in await store.groups_of(event.person)
        if group.chat.platform == event.chat.platform
    )
    shown = tuple(buttons)
    return Reply("group/which", {"some": bool(shown)}, shown)


def _with(command: str, words: str) -> str:
    whole = f"{command} {words}".strip()
    return whole if len(whole.encode()) <= _MOST else command


group: Talk = Dialogue(
    "group",
    Phrase("Set me up in a group (for its admins)"),
    set_up,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("groups channel room admin"),
    guard=of_admins,
)
