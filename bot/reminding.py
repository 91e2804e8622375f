"""Reminders that are due: each is asked once, and never at night where it goes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.events import Reply
from bot.messages import Messages
from bot.outbox import Outbox
from bot.reminders import Reminder
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.work import Unsent, Work
from bot.zones import decent

PAUSE = 20.0
"""Seconds between two looks at what is due."""
PATIENCE = 600
"""Seconds after which a question that could not be sent is taken back: it might arrive at night."""
TOO_LATE = timedelta(days=7)
"""After this a question that could not be asked in time is of no use, and one that was asked is not answered."""

Ask = Callable[[Reminder], Reply | None]
"""Returns the question of a reminder; None if it is of no use any more."""


class Reminders:
    """Looks after the reminders of every platform that is served."""

    def __init__(self, store: Store, outbox: Outbox, messages: Messages, ask: Ask) -> None:
        self._store = store
        self._outbox = outbox
        self._messages = messages
        self._ask = ask

    async def run(self, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]) -> None:
        """Look at what is due, again and again."""
        while True:
            with contextlib.suppress(StoreError):  # it is looked at again in a moment
                await self.look(clock())
            await sleep(PAUSE)

    async def begin(self) -> None:
        """Take back what an earlier process could not send: when it is asked depends on the hour."""
        async with self._store.work() as work:
            await work.may_have_arrived(seconds=PATIENCE)
            await work.take_back()

    async def look(self, now: datetime) -> None:
        """Ask what is due `now`, and take back what could not be sent for a while."""
        async with self._store.work() as work:
            for platform in filter(self._outbox.knows, self._outbox.platforms):
                for message, reminder in await work.still_asking(platform, PATIENCE):
                    if decent(now, reminder.zone) != now:  # by day it is tried on, and known again
                        await work.stays(message)
            late = await work.take_back(PATIENCE)
        self._outbox.give_up(late)
        for platform in self._outbox.platforms:
            async with self._store.work() as work:
                due = await work.due_reminders(platform)
                asked = [one for reminder in due for one in await self._settled(reminder, now, work)]
            for one in asked:
                self._outbox.post(one.chat, partial(self._outbox.send, (one,)))

    async def _settled(self, reminder: Reminder, now: datetime, work: Work) -> tuple[Unsent, ...]:
        """Ask what is due, put it off to the morning, or let it go; return what is to be sent."""
        good = decent(now, reminder.zone)
        reply = self._ask(reminder) if reminder.asking.waits and now - reminder.due <= TOO_LATE else None
        if reply is None:
            await work.drop_reminder(reminder)
            return ()
        if good != now:
            await work.change_reminder(replace(reminder, due=good))
            return ()
        message = self._messages.render(reply, self._messages.language(reminder.language))
        queued = await work.queue(reminder.chat, [message])
        for one in queued:
            await work.asked(reminder, one.id)
        await work.change_reminder(replace(reminder, asking=reminder.asking.asked, due=now + TOO_LATE))
        return tuple(replace(one, asks=True) for one in queued)


def present() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def start(reminders: Reminders) -> asyncio.Task[None]:
    """Return the task that asks what is due, as long as the bot runs."""
    return asyncio.create_task(reminders.run(present, asyncio.sleep))
