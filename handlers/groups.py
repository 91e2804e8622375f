"""Groups: what the bot says when it is brought into one, and what it takes in of what becomes of them."""

from __future__ import annotations

from bot.dialogue import Done
from bot.events import Chat, Event, Happening
from handlers.start import introduction
from handlers.world import Store, World


async def happens(event: Event, world: World, store: Store) -> Done:
    """Take in what became of us in a chat, or of a group; who brings us into one is greeted there.

    In a channel nobody could be asked whether that is wanted.
    """
    match event.happened:
        case Happening("added", title, silent=silent):
            group = await store.add_group(event.chat, title, event.person)
            return Done(() if silent else (introduction(world, group),))
        case Happening("removed"):
            await (store.close_group if event.public else store.unsubscribe)(event.chat)
        case Happening("renamed", title):
            await store.rename_group(event.chat, title)
        case Happening("moved", to=to):
            await store.moved(event.chat, Chat(event.chat.platform, to))
    return Done(())
