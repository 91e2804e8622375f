"""Reminders: kept by the chat they go to, with nothing that joins them with a pledge."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, replace
from datetime import UTC, date, datetime

from sqlalchemy import String, bindparam, cast, delete, func, insert, literal, or_, select, update

from bot.events import Chat, Person
from bot.pledges import LetterKey, Status
from bot.reminders import Asking, Reminder
from bot.store import tables as t
from bot.store.statements import WAITS
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
    .where(t.reminder.c.platform == bindparam("platform"), t.reminder.c.due_at <= bindparam("now"))
    .order_by(t.reminder.c.due_at, t.reminder.c.id)
    .limit(_AT_ONCE)
)
_CHANGE = (
    update(t.reminder)
    .where(t.reminder.c.id == bindparam("which"))
    .values(step=bindparam("step"), due_at=bindparam("due_at"))
)
_DROP = delete(t.reminder).where(t.reminder.c.id == bindparam("which"))
_WITH_ID = select(t.reminder).where(t.reminder.c.id == bindparam("which"))
MARKED, UNDER_WAY = "reminder", "asking"
"""How messages are marked that ask something, and those of them that are being sent."""
_ASKS, _IS_ASKING = (t.delivery.c.state.startswith(mark) for mark in (MARKED, UNDER_WAY))
_MARK = update(t.delivery).where(t.delivery.c.id == bindparam("delivery")).values(state=bindparam("state"))
_TAKE_BACK = (
    delete(t.delivery)
    .where(_ASKS, t.delivery.c.queued_at <= bindparam("before"))
    .returning(t.delivery.c.id, t.delivery.c.state)
)
_STILL_ASKING = select(t.delivery.c.id, t.delivery.c.state).where(
    _IS_ASKING, t.delivery.c.platform == bindparam("platform"), t.delivery.c.queued_at <= bindparam("before")
)
_marks = [literal(f"{mark} ").concat(cast(t.reminder.c.id, String)) for mark in (MARKED, UNDER_WAY)]
_DROP_ASKING, _DROP_ALL_ASKING = (
    delete(t.delivery).where(or_(*(t.delivery.c.state.in_(select(mark).where(*which)) for mark in _marks)))
    for which in ((*_chat, *_letter), _chat)
)
"""Let nothing ask any more, not even once more."""
_LEAVES = (
    update(t.delivery)
    .where(t.delivery.c.id == bindparam("which"), or_(_ASKS, _IS_ASKING))
    .values(state=func.replace(t.delivery.c.state, MARKED, UNDER_WAY))
    .returning(t.delivery.c.id)
)
_STAYS = (
    update(t.delivery)
    .where(t.delivery.c.id == bindparam("which"))
    .values(state=func.replace(t.delivery.c.state, UNDER_WAY, MARKED))
)
_MAY_HAVE_ARRIVED = delete(t.delivery).where(
    _IS_ASKING,
    or_(t.delivery.c.platform == bindparam("platform"), t.delivery.c.queued_at <= bindparam("before")),
)
_PLAN = (
    update(t.pledge)
    .where(*(t.pledge.c[name] == bindparam(name) for name in ("owner", "campaign", "kind", "sender")), WAITS)
    .values(status=Status.PLANNED.value, day=bindparam("on"))
)


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
        for statement in (_DROP_ASKING, _DROP_LETTER):
            await self._connection.rows(statement, **where, **asdict(letter))

    async def no_reminders(self, chat: Chat) -> None:
        """Ask `chat` nothing more about any letter."""
        for statement in (_DROP_ALL_ASKING, _DROP_CHAT):
            await self._connection.rows(statement, platform=chat.platform, chat=chat.id)

    async def due_reminders(self, platform: str) -> tuple[Reminder, ...]:
        """Return what is due by now on `platform`, the earliest first; not all at once where there is very much."""
        return tuple(map(_reminder, await self._connection.rows(_DUE, platform=platform, now=self._now)))

    async def change_reminder(self, reminder: Reminder) -> None:
        """Let the reminder with this id be due when `reminder` says, and be asked or not."""
        due = int(reminder.due.timestamp())
        await self._connection.rows(_CHANGE, which=reminder.id, step=reminder.asking.value, due_at=due)

    async def asked(self, reminder: Reminder, delivery: int) -> None:
        """Note that the message with this id asks what `reminder` says; until it is sent, it can be taken back."""
        await self._connection.rows(_MARK, delivery=delivery, state=f"{MARKED} {reminder.id}")

    async def leaves(self, delivery: int) -> bool:
        """Return whether the message with this id is still to ask something; from here on it may have arrived."""
        return bool(await self._connection.rows(_LEAVES, which=delivery))

    async def stays(self, delivery: int) -> None:
        """Note that the message with this id has not left after all."""
        await self._connection.rows(_STAYS, which=delivery)

    async def may_have_arrived(self, platform: str = "", seconds: int = 0) -> None:
        """Ask nothing once more that was being asked when a process died: on `platform`, or longer than that ago."""
        before = self._now - seconds if not platform else 0
        await self._connection.rows(_MAY_HAVE_ARRIVED, platform=platform, before=before)

    async def still_asking(self, platform: str, seconds: int) -> tuple[tuple[int, Reminder], ...]:
        """Return what has not certainly arrived on `platform` for so long, each with its message's id."""
        rows = await self._connection.rows(_STILL_ASKING, platform=platform, before=self._now - seconds)
        return tuple(
            [(row["id"], one) for row in rows for one in await self._asked_by(row["state"], UNDER_WAY)]
        )

    async def take_back(self, seconds: int = 0) -> tuple[int, ...]:
        """Delete the messages of reminders that have not left for so long, and return their ids.

        What they asked is due again, unless it has been dropped since.
        """
        rows = await self._connection.rows(_TAKE_BACK, before=self._now - seconds)
        for row in rows:
            for one in await self._asked_by(row["state"], MARKED):
                again = replace(one, due=datetime.fromtimestamp(self._now, UTC))
                await self.change_reminder(replace(again, asking=again.asking.unasked))
        return tuple(row["id"] for row in rows)

    async def _asked_by(self, state: str, mark: str) -> tuple[Reminder, ...]:
        """Return what a message asks that is in this state, unless it has been dropped since."""
        rows = await self._connection.rows(_WITH_ID, which=int(state.removeprefix(mark)))
        return tuple(map(_reminder, rows))

    async def plan(self, person: Person, letter: LetterKey, day: date) -> None:
        """Let a letter that `person` has promised be planned for `day`."""
        owner = self._owners.owner(person)
        await self._connection.rows(_PLAN, owner=owner, **asdict(letter), on=day.isoformat())

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
