"""Reminders: kept by the chat they go to, with nothing that joins them with a pledge."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, insert, select, update

from bot.events import Chat
from bot.pledges import LetterKey
from bot.reminders import Asking, Reminder
from bot.store import tables as t
from bot.store.transaction import Transaction

_AT_ONCE = 200
"""Reminders that are looked at in one piece of work."""

_chat = (t.reminder.c.platform == bindparam("platform"), t.reminder.c.chat == bindparam("chat"))
_letter = tuple(t.reminder.c[name] == bindparam(name) for name in ("campaign", "kind", "sender"))
_ADD = insert(t.reminder).values({c.name: bindparam(c.name) for c in t.reminder.c if c.name != "id"})
_OF_CHAT = select(t.reminder).where(*_chat).order_by(t.reminder.c.due_at, t.reminder.c.id)
_DROP_LETTER = delete(t.reminder).where(*_chat, *_letter)
_DROP_CHAT = delete(t.reminder).where(*_chat)
_DUE = (
    select(t.reminder)
    .where(t.reminder.c.due_at <= bindparam("now"))
    .order_by(t.reminder.c.due_at, t.reminder.c.id)
    .limit(_AT_ONCE)
)
_CHANGE = (
    update(t.reminder)
    .where(t.reminder.c.id == bindparam("which"))
    .values(step=bindparam("step"), due_at=bindparam("due_at"))
)
_DROP = delete(t.reminder).where(t.reminder.c.id == bindparam("which"))


class Reminding(Transaction):
    """What can be done with reminders."""

    async def remind(self, reminder: Reminder) -> None:
        """Keep `reminder`, in place of any other to the same chat about the same letter."""
        await self.no_reminder(reminder.chat, reminder.letter)
        await self._connection.rows(
            _ADD,
            platform=reminder.chat.platform,
            chat=reminder.chat.id,
            **asdict(reminder.letter),
            step=reminder.asking.value,
            language=reminder.language,
            zone=reminder.zone,
            due_at=int(reminder.due.timestamp()),
        )

    async def reminders(self, chat: Chat) -> tuple[Reminder, ...]:
        """Return what `chat` is to be asked, or was asked and has not answered, the earliest first."""
        rows = await self._connection.rows(_OF_CHAT, platform=chat.platform, chat=chat.id)
        return tuple(map(_reminder, rows))

    async def no_reminder(self, chat: Chat, letter: LetterKey) -> None:
        """Ask `chat` nothing more about `letter`."""
        where = {"platform": chat.platform, "chat": chat.id}
        await self._connection.rows(_DROP_LETTER, **where, **asdict(letter))

    async def no_reminders(self, chat: Chat) -> None:
        """Ask `chat` nothing more about any letter."""
        await self._connection.rows(_DROP_CHAT, platform=chat.platform, chat=chat.id)

    async def due_reminders(self) -> tuple[Reminder, ...]:
        """Return what is due by now, the earliest first; not all at once where there is very much."""
        return tuple(map(_reminder, await self._connection.rows(_DUE, now=self._now)))

    async def change_reminder(self, reminder: Reminder) -> None:
        """Let the reminder with this id be due when `reminder` says, and be asked or not."""
        due = int(reminder.due.timestamp())
        await self._connection.rows(_CHANGE, which=reminder.id, step=reminder.asking.value, due_at=due)

    async def drop_reminder(self, reminder: Reminder) -> None:
        """Keep `reminder` no longer."""
        await self._connection.rows(_DROP, which=reminder.id)


def _reminder(row: sqlite3.Row) -> Reminder:
    return Reminder(
        Chat(row["platform"], row["chat"]),
        LetterKey(row["campaign"], row["kind"], row["sender"]),
        Asking(row["step"]),
        row["zone"],
        datetime.fromtimestamp(row["due_at"], UTC),
        row["language"],
        row["id"],
    )
