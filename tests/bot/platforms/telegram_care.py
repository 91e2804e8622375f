"""What every test of the Telegram platform takes care of, and what people do there, in one line each."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_words import typed, vocabulary, words
from tests.botapi import BotApi, Chat, Message, User
from tests.botapi.calls import Call

_YEAR = re.compile("20[0-9]{2}")


@asynccontextmanager
async def careful() -> AsyncIterator[BotApi]:
    """Enter a server; a careful bot leaves no violation there, and says no person's words in a group."""
    async with BotApi() as server:
        yield server
    assert server.violations == []
    assert overheard(server) == set()


def overheard(server: BotApi) -> set[str]:
    """Return the words of people that the bot has said in groups; words of its own and a goal's year do not count."""
    said = {word for call in server.calls if (call.chat_id or 0) < 0 for word in _shown(call)}
    return {
        word for word in said & typed(server) - vocabulary() - _links(server) if not _YEAR.fullmatch(word)
    }


def _links(server: BotApi) -> set[str]:
    """Return what links of the bot carry, which people who follow them do not say: a group's number, or its code."""
    numbers = {word for chat in server.world.chats.values() if chat.id < 0 for word in words(str(chat.id))}
    return numbers | {word for word in typed(server) if re.fullmatch("g[0-9a-f]{12}", word)}


def _shown(call: Call) -> Iterator[str]:
    """Yield the words of a message that is sent, its buttons and where they lead included."""
    for name in ("text", "caption"):
        yield from words(call.text(name))
    markup = call["reply_markup"]
    shown = markup if isinstance(markup, str) else json.dumps(markup, ensure_ascii=False)
    yield from words(shown)


async def say(
    bot: Running, user: User, text: str, in_: Chat | None = None, *, thread: int | None = None
) -> list[Message]:
    """Let `user` type `text`, and return everything the bot says to that."""
    said = user.says(text, in_, thread=thread)
    await bot.settled()
    return following(said)


async def tap(bot: Running, user: User, label: str, on: Message | None = None) -> list[Message]:
    """Let `user` tap the button called `label`, on the latest message that has it, and return what the bot says."""
    shown = on or _with_button(user.private, label)
    last = shown.chat.messages[-1]
    found = [text for text in shown.labels if _called(text, label)]
    assert found, f"no button {label!r} below {shown}"
    press = user.presses(shown, found[0])
    await press.answered()
    await bot.settled()
    return following(last)


def following(message: Message) -> list[Message]:
    """Return what the bot has said since `message`."""
    return [m for m in message.chat.messages if m.id > message.id and m.from_bot]


def _with_button(chat: Chat, label: str) -> Message:
    found = (m for m in reversed(chat.messages) if any(_called(text, label) for text in m.labels))
    message = next(found, None)
    assert message is not None, f"no button {label!r} in {chat.messages}"
    return message


def _called(shown: str, label: str) -> bool:
    """Return whether a button that shows `shown` is meant by `label`, wherever its number or tick ends."""
    return label in shown


READY = "I have what I need"


async def go_on(bot: Running, user: User, until: str, most: int = 20) -> Message:
    """Answer whatever is asked, as shortly as possible, until there is a button called `until`; return its message."""
    for _ in range(most):
        shown = next(m for m in reversed(user.private.messages) if m.buttons)
        if any(_called(text, until) for text in shown.labels):
            return shown
        ways = [label for label in shown.labels if label == "Skip" or READY in label]
        await tap(bot, user, ways[0] if ways else "1 · ", shown)
    raise AssertionError(f"never asked: {until}")


def stored(folder: Path) -> bytes:
    """Return every byte that lies in `folder`."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def asked_where(bot: Running, user: User) -> Message:
    """Return the question for the country."""
    await say(bot, user, "/addresses zhanaozen-2011")
    return user.private.last
