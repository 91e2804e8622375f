"""One transaction's worth of reading and writing: every statement of the bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import Chat, Event, Person
from bot.pledges import Consent, Kept, NewPledge, Pledge, Status, Way
from bot.store import tables as t
from bot.store.owners import Owners

_SILENCE = 24 * 3600


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known when an event arrives; `new` is False if it has had its effect already."""

    new: bool
    frames: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that waits to be sent."""

    id: int
    chat: Chat
    message: str


class Work:
    """The statements of one transaction, at one moment (`now`, seconds since 1970)."""

    def __init__(self, connection: AsyncConnection, owners: Owners, now: int) -> None:
        self._connection = connection
        self._owners = owners
        self._now = now

    async def arrive(self, event: Event) -> Arrival:
        """Mark `event` as having had its effect, and return what is open and known for its person."""
        mark = insert(t.seen).values(event=self._owners.event(event), at=self._now).on_conflict_do_nothing()
        new = (await self._connection.execute(mark)).rowcount == 1
        open_now = (
            select(t.conversation.c.frames)
            .where(t.conversation.c.key == self._owners.conversation(event))
            .where(t.conversation.c.updated_at >= self._now - _SILENCE)
        )
        language = select(t.person.c.language).where(t.person.c.owner == self._owners.owner(event.person))
        row = await self._connection.execute(select(open_now.scalar_subquery(), language.scalar_subquery()))
        return Arrival(new, *row.one())

    async def leave(self, event: Event, frames: str | None) -> None:
        """Keep what is open now in this conversation; None wipes it."""
        key = self._owners.conversation(event)
        if frames is None:
            await self._connection.execute(delete(t.conversation).where(t.conversation.c.key == key))
            return
        row = {"frames": frames, "updated_at": self._now}
        kept = insert(t.conversation).values(key=key, owner=self._owners.owner(event.person), **row)
        await self._connection.execute(kept.on_conflict_do_update(index_elements=["key"], set_=row))

    async def queue(self, chat: Chat, messages: Sequence[str]) -> tuple[Unsent, ...]:
        """Record `messages` as still to be sent to `chat`, and return them with their ids, in order."""
        queued = []
        for message in messages:
            row = insert(t.delivery).values(platform=chat.platform, chat=chat.id, message=message)
            key = (await self._connection.execute(row)).inserted_primary_key
            queued.append(Unsent(key[0] if key else 0, chat, message))
        return tuple(queued)

    async def unsent(self, platform: str) -> tuple[Unsent, ...]:
        """Return what is still to be sent on `platform`, oldest first."""
        rows = await self._connection.execute(
            select(t.delivery).where(t.delivery.c.platform == platform).order_by(t.delivery.c.id)
        )
        return tuple(Unsent(row.id, Chat(row.platform, row.chat), row.message) for row in rows)

    async def sent(self, ids: Sequence[int]) -> None:
        """Delete the messages that have been sent."""
        await self._connection.execute(delete(t.delivery).where(t.delivery.c.id.in_(ids)))

    async def set_language(self, person: Person, language: str) -> None:
        """Remember the language that `person` chose."""
        row = insert(t.person).values(owner=self._owners.owner(person), language=language)
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=["owner"], set_={"language": language})
        )

    async def add_pledge(self, person: Person, pledge: NewPledge) -> bool:
        """Record `pledge`; return False if it took the place of one this person had made for the same letter.

        A letter that was sent stays recorded when another is promised.
        """
        owner = self._owners.owner(person)
        old = await self._connection.execute(
            delete(t.pledge)
            .where(t.pledge.c.owner == owner, t.pledge.c.campaign == pledge.campaign)
            .where(t.pledge.c.kind == pledge.kind, t.pledge.c.sender == pledge.sender)
            .where(t.pledge.c.status.in_([Status.PLEDGED, pledge.status]))
        )
        row = insert(t.pledge).values(owner=owner, created_at=self._now, **_columns(pledge))
        key = (await self._connection.execute(row)).inserted_primary_key
        ways = [
            {"pledge": key[0] if key else 0, "recipient": w.recipient, "channel": w.channel}
            for w in pledge.ways
        ]
        await self._connection.execute(insert(t.way), ways)
        return old.rowcount == 0

    async def pledges(self, person: Person) -> tuple[Pledge, ...]:
        """Return the pledges of `person`, oldest first, numbered from 1."""
        rows = await self._connection.execute(
            select(t.pledge, t.way.c.recipient, t.way.c.channel)
            .join(t.way)
            .where(t.pledge.c.owner == self._owners.owner(person))
            .order_by(t.pledge.c.id, t.way.c.recipient, t.way.c.channel)
        )
        grouped: dict[int, list[Row[tuple[object, ...]]]] = {}
        for row in rows:
            grouped.setdefault(row.id, []).append(row)
        return tuple(Pledge(number, _pledge(group)) for number, group in enumerate(grouped.values(), 1))

    async def mark_sent(self, person: Person, number: int, day: date) -> Pledge | None:
        """Record that the pledge with this number was sent on `day`; return it, or None if there is no such pledge."""
        mine = select(t.pledge.c.id).where(t.pledge.c.owner == self._owners.owner(person))
        nth = mine.order_by(t.pledge.c.id).offset(number - 1).limit(1)
        await self._connection.execute(
            update(t.pledge)
            .where(t.pledge.c.id == nth.scalar_subquery(), t.pledge.c.status == Status.PLEDGED)
            .values(status=Status.SENT, day=day)
        )
        found = await self.pledges(person)
        return found[number - 1] if 0 < number <= len(found) else None

    async def kept(self, person: Person) -> Kept:
        """Return everything that is kept about `person`."""
        owner = self._owners.owner(person)
        language = await self._connection.scalar(select(t.person.c.language).where(t.person.c.owner == owner))
        count = select(func.count()).where(t.conversation.c.owner == owner)
        return Kept(await self.pledges(person), language, await self._connection.scalar(count) or 0)

    async def forget(self, person: Person) -> None:
        """Delete everything that is kept about `person`; the bytes are gone once the store is purged."""
        owner = self._owners.owner(person)
        for table in (t.pledge, t.conversation, t.person):
            await self._connection.execute(delete(table).where(table.c.owner == owner))


def _columns(pledge: NewPledge) -> dict[str, object]:
    return {
        "campaign": pledge.campaign,
        "kind": pledge.kind,
        "sender": pledge.sender,
        "country": pledge.country,
        "status": pledge.status,
        "day": pledge.day,
        "name": pledge.name,
        "organisation": pledge.organisation,
        "consent": pledge.consent.listed,
        "consent_version": pledge.consent.version,
        "consent_at": int(pledge.consent.at.timestamp()),
    }


def _pledge(rows: Sequence[Row[tuple[object, ...]]]) -> NewPledge:
    row = rows[0]
    return NewPledge(
        campaign=row.campaign,
        kind=row.kind,
        sender=row.sender,
        country=row.country,
        ways=tuple(Way(r.recipient, r.channel) for r in rows),
        status=Status(row.status),
        day=row.day,
        consent=Consent(row.consent, row.consent_version, datetime.fromtimestamp(row.consent_at, UTC)),
        name=row.name,
        organisation=row.organisation,
    )
