"""Chats that asked for news, and broadcasts to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.broadcasts import Attached, Content, NewBroadcast, Quiet, Scope, State
from bot.events import Chat
from bot.store.store import Store
from bot.store.tables import group, subscription
from tests.bot.store.people import NOW, inside

ORGANISER = Chat("wire", "4815162342")
TEXTS = {"en": "They were <b>reinstated</b>.", "ru": "Их <b>восстановили</b>."}


async def follow(
    store: Store,
    *chats: str,
    platform: str = "wire",
    campaign: str = "iran",
    language: str | None = "en",
    country: str | None = None,
    via: str | None = None,
    waiting: bool = False,
    private: bool = True,
) -> None:
    """Let `chats` have asked for news of a campaign."""
    same = {"platform": platform, "campaign": campaign, "language": language, "country": country, "via": via}
    rows = [
        {"chat": chat, "waiting": int(waiting), "private": int(private), "asked_at": n, **same}
        for n, chat in enumerate(chats)
    ]
    async with store.work():
        await inside(store).each(subscription.insert(), rows)


async def bring_into(store: Store, chat: str, code: str, topic: str | None = None) -> None:
    """Let the bot have been brought into a group, with a topic for its news."""
    row = {c.name: None for c in group.c} | {
        "code": code,
        "platform": "wire",
        "chat": chat,
        "title": "A union",
        "topic": topic,
        "who": "all",
        "opened": 0,
        "added_at": 0,
    }
    async with store.work():
        await inside(store).each(group.insert(), [row])


def update(
    scope: Scope = Scope("iran"),  # noqa: B008
    at: datetime = NOW,
    state: State = State.SET,
    file: Attached | None = None,
    quiet: Quiet | None = None,
    told: Chat = ORGANISER,
) -> NewBroadcast:
    """Return a broadcast that has been confirmed."""
    return NewBroadcast(scope, Content(TEXTS, "en", file), at, told, quiet, state)


def numbered(prefix: str, numbers: Iterable[int]) -> list[str]:
    """Return ids of chats."""
    return [f"{prefix}{n}" for n in numbers]
