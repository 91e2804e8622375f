"""The user's door: what a person types or taps goes in, what they would read comes out."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bot.assembly import furnish
from bot.config import Settings
from bot.conversation import Conversations
from bot.dispatcher import Dispatcher
from bot.events import Chat, Event, Message, Person, ShownButton
from bot.frames import Draw
from bot.messages import Messages
from bot.outbox import Outbox, Sender
from bot.platforms.base import parse_command, plain_text
from bot.store.store import Store
from handlers import HANDLERS
from handlers.following import ReturnedSoFar
from handlers.world import LettersSoFar, World

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = "a key for tests only, of more than 32 characters"
LANGUAGES = ("en", "ru")
"""The languages on offer behind the door: what is said there does not change where a further one is begun."""


def same_words(event: Event) -> str:
    """Return the mark of every letter behind the door: in whichever chat it is written, it has the same words."""
    return "5eed1e77"


@dataclass
class Wire:
    """A platform that keeps what it is given to send."""

    name: str = "wire"
    sent: list[tuple[Chat, Message]] = field(default_factory=list)

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Keep the message."""
        self.sent.append((chat, message))


@dataclass
class Door:
    """One person's private chat with the bot."""

    dispatcher: Dispatcher[World]
    wire: Wire
    store: Store
    person: Person = field(default_factory=lambda: Person("wire", "4815162342", "en"))
    chat: Chat = field(default_factory=lambda: Chat("wire", "4815162342"))
    at: datetime = NOW
    _ids: itertools.count[int] = field(default_factory=itertools.count)
    last: list[Message] = field(default_factory=list)

    async def say(self, words: str) -> str:
        """Type `words`, and return everything the bot says to that, as plain text with the buttons below."""
        command, text = parse_command(words, ("/",))
        return await self.do(Event(self.next_id(), self.person, self.chat, self.at, text, command))

    async def tap(self, label: str) -> str:
        """Tap the button that begins with `label` in what was said last."""
        return await self.press(self.button(label))

    async def press(self, button: ShownButton) -> str:
        """Tap `button`, wherever it comes from."""
        if button.press is None:
            return await self.say(f"/{button.command}")
        event = Event(self.next_id(), self.person, self.chat, self.at, press=button.press)
        return await self.do(event)

    async def do(self, event: Event) -> str:
        """Let `event` happen, and return what the bot says to it."""
        before = len(self.wire.sent)
        await self.dispatcher.handle(event)
        self.last = [message for _, message in self.wire.sent[before:]]
        return "\n\n".join(as_text(message) for message in self.last)

    def button(self, label: str) -> ShownButton:
        """Return the button that begins with `label` in what was said last."""
        shown = [button for message in self.last for button in message.buttons]
        return next(button for button in shown if button.label.startswith(label))

    def next_id(self) -> str:
        """Return an event id that was not used before."""
        return f"event-{next(self._ids)}"


def as_text(message: Message) -> str:
    """Return a message as somebody reads it, with what can be typed in front of each button; a file is its name."""
    lines = [plain_text(message.html)]
    for button in message.buttons:
        if (
            button.copy is not None or button.place
        ):  # what they hold stands in the text, or can only be tapped
            continue
        typed = str(button.number) if button.number else f"/{button.command}" if button.command else ""
        lines.append(f"  {typed}{' ✓' if button.ticked else ''}  {button.label}".replace("    ", "  "))
    if message.document:
        lines.append(f"[{message.document.name}]")
    return "\n".join(lines)


def furnished() -> tuple[World, Messages]:
    """Return the campaigns and words that the bot is shipped with; no letter is written yet, and time stands still."""
    return furnished_in("en")


def furnished_in(language: str) -> tuple[World, Messages]:
    """Return the same for a bot that speaks `language` with whoever has not chosen another."""
    world, messages = _read(language)
    return replace(world, letters=LettersSoFar(), returned=ReturnedSoFar()), messages


@cache
def _read(language: str) -> tuple[World, Messages]:
    return _furnished(Settings(language=language))


def _furnished(settings: Settings) -> tuple[World, Messages]:
    world, messages = furnish(settings)
    return replace(world, languages=LANGUAGES, clock=lambda: NOW), messages


@asynccontextmanager
async def open_door(folder: Path, language: str = "en", **settings: object) -> AsyncIterator[Door]:
    """Enter the whole bot on a database in `folder`, as one person meets it."""
    chosen = Settings.model_validate({"data_dir": folder, **settings})
    world, messages = _furnished(chosen) if settings else furnished()
    store = await Store.open(chosen.database, KEY, NOW.timestamp)
    try:
        yield door_to(store, world, messages, language)
    finally:
        await store.close()


def door_to(
    store: Store,
    world: World,
    messages: Messages,
    language: str = "en",
    platform: Sender | None = None,
    chance: Draw = same_words,
) -> Door:
    """Return a door to a bot on `store`; what it says goes to `platform` if there is one."""
    wire = Wire()
    outbox = Outbox(store, {wire.name: platform or wire})
    dispatcher = Dispatcher(Conversations(HANDLERS, world, chance), messages, store, outbox)
    return Door(dispatcher, wire, store, Person("wire", "4815162342", language))
