"""The one place where everything is put together: the campaigns, the words, the store, the conversations."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from bot import config
from bot.campaigns import Campaigns
from bot.conversation import Conversations
from bot.countries import Countries
from bot.dispatcher import Dispatcher
from bot.exporting import Exports
from bot.fetching import Files
from bot.frames import Draw, token_of
from bot.logs import keep_log
from bot.mailing import Mailing
from bot.messages import Messages
from bot.outbox import Outbox, Sender
from bot.pace import Pace
from bot.pacing import Pacing
from bot.platforms.base import Platform
from bot.reminding import Reminders, start
from bot.resources import templates
from bot.retention import let_go
from bot.roles import Reader, Roles
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.telling import Telling
from handlers import HANDLERS, reminder
from handlers.group_card import renewed
from handlers.groups import happens
from handlers.world import Organisers, World

SWEEP = 3600.0
"""Seconds between two looks for conversations that have fallen silent."""
CARDS = 30.0
"""Seconds between two looks whether a group's card shows the truth: at most so often is one edited."""
COLLECT = 5.0
"""Seconds between two looks for messages that a command of the terminal has left to the bot."""
LAST_MESSAGES = 2.0
"""Seconds in which messages under way may still be sent at the end."""


def furnish(settings: config.Settings, thorough: bool = True) -> tuple[World, Messages]:
    """Return what the conversations are told, and the words in which they are held; how `thorough`, says Campaigns."""
    countries = Countries()
    folders = (templates() / "campaigns", *settings.campaign_dirs)
    messages = Messages(templates() / "messages", countries, default=settings.language)
    campaigns = Campaigns.load(folders, only=settings.campaigns, thorough=thorough)
    world = World(campaigns, countries, messages.languages, organisers(settings))
    return replace(world, pace={**world.pace, "telegram": settings.limits.per_second}), messages


def accounts(settings: config.Settings) -> tuple[str, ...]:
    """Return the platforms on which there is an account."""
    known = {
        "telegram": settings.telegram.token is not None,
        "matrix": (settings.matrix_folder / "account.json").exists(),
    }
    return tuple(name for name, account in known.items() if account)


def organisers(settings: config.Settings) -> Organisers:
    """Return who answers for the bot."""
    given = settings.organisers
    accounts = frozenset(given.accounts)
    return Organisers(given.name, given.contact, given.fax, accounts, sealed=bool(given.recipients))


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot at work: what handles events, and what sends messages."""

    dispatcher: Dispatcher[World]
    outbox: Outbox
    store: Store
    roles: Roles
    files: Files
    mailing: Mailing

    async def connect(
        self, platform: str, sender: Sender, pacing: Pacing, repeatable: float | None = None
    ) -> None:
        """Send to a platform from now on, answers as well as broadcasts.

        `repeatable` is for how many seconds it knows a message again that was sent before, if it does at all.
        """
        known = math.inf if repeatable is None else repeatable
        await self.outbox.connect(platform, sender, known, pacing)
        await self.mailing.connect(platform, sender, pacing, repeatable)


@contextlib.asynccontextmanager
async def running(
    settings: config.Settings,
    world: World,
    messages: Messages,
    *platforms: Platform,
    pace: Pace | None = None,
    chance: Draw = token_of,
) -> AsyncIterator[Bot]:
    """Enter the bot at work; what falls silent is wiped, and what was left unsent waits for the outbox to resume."""
    store = await opened(settings)
    async with store.work() as work:
        await work.note_platforms((*accounts(settings), *(platform.name for platform in platforms)))
        world.letters.know(await work.letters_to())
        world.cards.mark(*(group.code for group in await work.groups()))
        world.returned.know(await work.returned())
    led, recipients = world.organisers.accounts, settings.organisers.recipients
    exports = Exports(store, world.campaigns, world.countries, messages, led, recipients, clock=world.clock)
    outbox = Outbox(store, {platform.name: platform for platform in platforms}, finish=exports.finished)
    mailing = Mailing(store, Telling(store, outbox, messages, world.pace))
    roles = _roles(platforms)
    keeping = partial(let_go, store, world.campaigns, settings)
    await keeping(datetime.now(UTC))
    reminders = Reminders(store, outbox, messages, partial(reminder.question, world=world))
    await reminders.begin()
    looking_after = [asyncio.create_task(_sweep(store, keeping)), start(reminders)]
    looking_after.append(asyncio.create_task(_collect(outbox)))
    try:
        _keep_log(settings)  # not before the data folder is there: the log may lie in it
        conversations = Conversations(HANDLERS, world, chance, happens)
        files = Files()
        dispatcher = Dispatcher(conversations, messages, store, outbox, pace, roles, files)
        showing = asyncio.create_task(_show(dispatcher, world))
        try:
            yield Bot(dispatcher, outbox, store, roles, files, mailing)
        finally:
            showing.cancel()
    finally:
        for task in looking_after:
            task.cancel()
        await mailing.stop()
        await outbox.drain(LAST_MESSAGES)
        await store.close()


def _roles(platforms: Iterable[Platform]) -> Roles:
    """Return what people are in chats, read from those platforms that know it."""
    roles = Roles()
    for platform in platforms:
        if isinstance(platform, Reader):
            roles.connect(platform.name, platform)
    return roles


async def opened(settings: config.Settings) -> Store:
    """Return the open database of these settings."""
    return await Store.open(settings.database, settings.secret)


async def beside(settings: config.Settings) -> Store:
    """Return the database of these settings for short pieces of work beside the bot that uses it."""
    return await Store.beside(settings.database, settings.secret)


async def _sweep(store: Store, keeping: Callable[[datetime], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(SWEEP)
        await keeping(datetime.now(UTC))
        with contextlib.suppress(StoreError):  # it is tried again in an hour, and whoever writes is told
            await store.sweep()


async def _show(dispatcher: Dispatcher[World], world: World) -> None:
    while True:
        await asyncio.sleep(CARDS)
        await renew_cards(dispatcher, world)


async def renew_cards(dispatcher: Dispatcher[World], world: World) -> None:
    """Let the cards of groups show what has changed since they were renewed last."""
    for code in world.cards.take():
        try:
            await dispatcher.tell(partial(renewed, code, world))
        except StoreError:  # it is tried again with the next
            world.cards.mark(code)


async def _collect(outbox: Outbox) -> None:
    while True:
        await asyncio.sleep(COLLECT)
        with contextlib.suppress(StoreError):
            await outbox.collect()


def _keep_log(settings: config.Settings) -> None:
    secrets = [
        one.get_secret_value()
        for one in (settings.owner_key, settings.telegram.token, settings.matrix.password)
        if one
    ]
    try:
        keep_log(settings.log.level, settings.log.file, secrets)
    except OSError as error:
        reason = f"the log cannot be written there ({error.strerror})"
        raise config.ConfigError([f"log.file: {settings.log.file}: {reason}"]) from None
