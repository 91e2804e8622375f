"""One transaction's worth of reading and writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby

from bot.events import Chat, Event, Message, Person
from bot.pledges import (
    Answer,
    CameBack,
    Consent,
    Kept,
    NewPledge,
    Pledge,
    Recorded,
    Status,
    Way,
)
from bot.store import statements
from bot.store.answers import Answering
from bot.store.erasures import Erasures
from bot.store.exporting import Exporting
from bot.store.group_statements import LET_GO
from bot.store.mydata import MyData
from bot.store.numbers import Numbers
from bot.store.reminders import MARKED, UNDER_WAY, Reminding
from bot.store.sending import SendingWork
from bot.store.waits import Waits
from bot.store.wording import dump, parse

SILENCE = 24 * 3600
"""Seconds after which an open conversation is wiped."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known when an event arrives; nothing, if it is not `new` and has had its effect already."""

    new: bool
    frames: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that waits to be sent; its `id` is never given to another."""

    id: int
    chat: Chat
    message: Message
    at: int
    """When it was recorded, in seconds since 1970."""
    asks: bool = False
    """Whether it is a reminder's question that has not left yet."""


class Work(Answering, Reminding, SendingWork, Waits, Numbers, Exporting, MyData):
    """What can be done in one transaction."""

    async def arrive(self, event: Event) -> Arrival:
        """Mark `event` as having had its effect, and return what is open and known for its person."""
        mark = self._owners.event(event)
        if not await self._connection.rows(statements.MARK_SEEN, event=mark, at=self._now):
            return Arrival(new=False)
        known = await self._known(event)
        if not event.public:
            return Arrival(True, known["frames"], known["language"])
        spoken = await self.language_in(event.chat)
        if known["frames"] is None and await self.followed(event):
            known = await self._known(event)
        return Arrival(True, known["frames"], spoken or known["language"])

    async def _known(self, event: Event) -> sqlite3.Row:
        [known] = await self._connection.rows(
            statements.KNOWN,
            key=self._owners.conversation(event),
            since=self._now - SILENCE,
            owner=self._owners.owner(event.person),
        )
        return known

    async def leave(self, event: Event, frames: str | None) -> None:
        """Keep what is open now in this conversation; None wipes it."""
        key = self._owners.conversation(event)
        if frames is None:
            await self._connection.rows(statements.CLOSE, key=key)
            return
        owner = self._owners.owner(event.person)
        await self._connection.rows(
            statements.KEEP_OPEN, key=key, owner=owner, frames=frames, updated_at=self._now
        )

    async def queue(self, chat: Chat, messages: Sequence[Message]) -> tuple[Unsent, ...]:
        """Record `messages` as still to be sent to `chat`, and return them with their ids, in order."""
        queued = []
        for message in messages:
            [row] = await self._connection.rows(
                statements.QUEUE,
                platform=chat.platform,
                chat=chat.id,
                message=dump(message),
                queued_at=self._now,
            )
            queued.append(Unsent(row["id"], chat, message, self._now))
        return tuple(queued)

    async def unsent(self, platform: str) -> tuple[Unsent, ...]:
        """Return what is still to be sent on `platform`, oldest first."""
        rows = await self._connection.rows(statements.UNSENT, platform=platform)
        return tuple(_unsent(row) for row in rows)

    async def leave_to_bot(self, chat: Chat, message: Message) -> None:
        """Record `message` as still to be sent by the bot that runs beside us, or else by the next one."""
        row = {"platform": chat.platform, "chat": chat.id, "message": dump(message)}
        await self._connection.rows(statements.LEAVE, queued_at=self._now, **row)

    async def collect(self) -> tuple[Unsent, ...]:
        """Take over what others have left to this bot, oldest first."""
        return tuple(
            sorted(map(_unsent, await self._connection.rows(statements.COLLECT)), key=lambda one: one.id)
        )

    async def sent(self, ids: Sequence[int]) -> None:
        """Delete the messages that have been sent."""
        await self._connection.each(statements.SENT, [{"id": one} for one in ids])

    async def drop(self, chat: Chat) -> tuple[int, ...]:
        """Delete everything that is still to be sent to `chat`, now or later; return the ids of what was on its way."""
        self._note(chat.platform, chat.id)
        for statement in statements.UNSUBSCRIBE:
            await self._connection.rows(statement, platform=chat.platform, chat=chat.id)
        await self._leave_out(chat)
        rows = await self._connection.rows(statements.DROP, platform=chat.platform, chat=chat.id)
        return tuple(row["id"] for row in rows)

    async def card(self, name: str) -> str | None:
        """Return the message that shows a card, by its id on the platform; None if none does yet."""
        rows = await self._connection.rows(statements.CARD, name=name)
        return str(rows[0]["message"]) if rows else None

    async def set_card(self, name: str, message: str) -> None:
        """Remember which message shows a card."""
        await self._connection.rows(statements.SET_CARD, name=name, message=message)

    async def fact(self, name: str) -> str | None:
        """Return what is remembered under `name` of the bot itself; None if nothing is."""
        rows = await self._connection.rows(statements.KEPT_FACT, name=name)
        return str(rows[0]["value"]) if rows else None

    async def set_fact(self, name: str, value: str) -> None:
        """Remember something of the bot itself, never of a person."""
        await self._connection.rows(statements.KEEP_FACT, name=name, value=value)

    async def set_language(self, person: Person, language: str) -> None:
        """Remember the language that `person` chose."""
        owner = self._owners.owner(person)
        await self._connection.rows(statements.SET_LANGUAGE, owner=owner, language=language)

    async def spoken(self, person: Person) -> str | None:
        """Return the language that `person` chose, or else what their app says, if it says anything."""
        rows = await self._connection.rows(statements.LANGUAGE, owner=self._owners.owner(person))
        return str(rows[0]["language"]) if rows else person.language

    async def add_pledge(self, person: Person, pledge: NewPledge) -> Recorded:
        """Record `pledge`, and return what became of it.

        It takes the place of what this person had promised for the same letter. What has been sent adds up: with
        the ways of before, what came back by them, and the newest day. A letter that was sent stays recorded when
        another is promised.
        """
        owner = self._owners.owner(person)
        columns = _columns(pledge)
        same = {name: columns[name] for name in ("campaign", "kind", "sender")}
        left = int(pledge.status.has_left)
        old = await self._connection.rows(statements.SAME_LETTER, owner=owner, left=left, **same)
        if any(row["status"] == Status.ANSWERED for row in old):
            columns["status"] = Status.ANSWERED.value
        [new] = await self._connection.rows(
            statements.ADD_PLEDGE, owner=owner, created_at=self._now, **columns
        )
        ways = {*pledge.ways, *_ways(row for row in old if Status(row["status"]).has_left)}
        await self._add_ways(new["id"], ways)
        await self._letter_came(owner, new["id"])
        for one in {row["id"] for row in old}:
            for statement in (statements.KEEP_ANSWERS, statements.KEEP_VIA):
                await self._connection.rows(statement, old=one, new=new["id"])
            await self._connection.rows(statements.REPLACE_PLEDGE, old=one)
        return _recorded({Status(row["status"]) for row in old})

    async def _add_ways(self, pledge: int, ways: Iterable[Way]) -> None:
        rows = [{"pledge": pledge, "recipient": w.recipient, "channel": w.channel} for w in sorted(ways)]
        await self._connection.each(statements.ADD_WAY, rows)

    async def pledges(self, person: Person) -> tuple[Pledge, ...]:
        """Return the pledges of `person`, oldest first, numbered from 1."""
        rows = await self._connection.rows(statements.PLEDGES, owner=self._owners.owner(person))
        grouped = groupby(rows, key=lambda row: row["id"])
        rows_of = (list(group) for _, group in grouped)
        return tuple(Pledge(n, _pledge(rows), _answers(rows)) for n, rows in enumerate(rows_of, 1))

    async def mark_sent(
        self, person: Person, number: int, day: date, ways: Sequence[Way] = (), rest: bool = False
    ) -> Pledge | None:
        """Record that the pledge with this number was sent on `day`, and return it; None if there is no such pledge.

        It was sent by these `ways`, or by all that were promised; the `rest` of them stays promised, or is dropped. One
        that is recorded as sent already keeps its day.
        """
        mine = await self.pledges(person)
        if not 0 < number <= len(mine):
            return None
        pledge = mine[number - 1]
        if pledge.terms.status.has_left:
            return pledge
        sent = replace(pledge.terms, status=Status.SENT, day=day, ways=tuple(ways) or pledge.terms.ways)
        if any(one.terms.letter == sent.letter and one.terms.status.has_left for one in mine):
            await self.add_pledge(person, sent)
        else:
            ids = await self._connection.rows(statements.PLEDGE_IDS, owner=self._owners.owner(person))
            await self._mark_sent(ids[number - 1]["id"], sent)
        others = tuple(way for way in pledge.terms.ways if way not in sent.ways)
        if rest and others:
            await self.add_pledge(person, replace(pledge.terms, ways=others))
        of_letter = [one for one in await self.pledges(person) if one.terms.letter == sent.letter]
        return next(one for one in of_letter if one.terms.status.has_left)

    async def _mark_sent(self, pledge: int, sent: NewPledge) -> None:
        await self._connection.rows(statements.MARK_SENT, pledge=pledge, sent_on=sent.day.isoformat())
        await self._connection.rows(statements.DROP_WAYS, of=pledge)
        await self._add_ways(pledge, sent.ways)

    async def letters_to(self) -> dict[tuple[str, str], int]:
        """Return how many letters everybody has pledged or sent, by campaign and recipient."""
        rows = await self._connection.rows(statements.COUNT_TO)
        return {(row["campaign"], row["recipient"]): row["letters"] for row in rows}

    async def kept(self, person: Person) -> Kept:
        """Return everything that is kept about `person`."""
        owner = self._owners.owner(person)
        language = await self._connection.rows(statements.LANGUAGE, owner=owner)
        rows = await self._connection.rows(statements.OPEN_CONVERSATIONS, owner=owner)
        conversations = tuple(row["frames"] for row in rows)
        return Kept(await self.pledges(person), language[0]["language"] if language else None, conversations)

    async def forget(self, person: Person) -> None:
        """Delete everything that is kept about `person`; the bytes are gone once the store is purged."""
        owner = self._owners.owner(person)
        self._note(owner)
        for statement in (*statements.FORGET, LET_GO):
            await self._connection.rows(statement, owner=owner)
        await self._forget_author(person)

    async def wipe_pledges(self, campaign: str) -> None:
        """Delete everybody's pledges for a campaign."""
        await self._connection.rows(statements.WIPE_PLEDGES, campaign=campaign)

    def _note(self, *erased: str) -> None:
        """Note beside the database that somebody was erased, so that no backup brings them back; raises OSError."""
        Erasures.of(self._connection.path).add(self._owners.erased(*erased), self._now)


def _unsent(row: sqlite3.Row) -> Unsent:
    chat = Chat(row["platform"], row["chat"])
    return Unsent(
        row["id"], chat, parse(row["message"]), row["queued_at"], row["state"].startswith((MARKED, UNDER_WAY))
    )


def _recorded(replaced: set[Status]) -> Recorded:
    """Return what became of a pledge that took the place of pledges with these statuses."""
    if any(status.has_left for status in replaced):
        return Recorded.ADDED
    return Recorded.REPLACED if replaced else Recorded.NEW


def _ways(rows: Iterable[sqlite3.Row]) -> Iterator[Way]:
    """Yield the ways in `rows`; a pledge without any has a row with none."""
    return (Way(row["recipient"], row["channel"]) for row in rows if row["recipient"] is not None)


def _answers(rows: Iterable[sqlite3.Row]) -> tuple[Answer, ...]:
    """Return what came back, by each of the ways in `rows` by which something did."""
    return tuple(
        Answer(
            Way(row["recipient"], row["channel"]),
            CameBack(row["came_back"]),
            date.fromisoformat(row["answered_on"]),
        )
        for row in rows
        if row["came_back"] is not None
    )


def _columns(pledge: NewPledge) -> dict[str, object]:
    return {
        "campaign": pledge.campaign,
        "kind": pledge.kind,
        "sender": pledge.sender,
        "country": pledge.country,
        "status": pledge.status.value,
        "day": pledge.day.isoformat(),
        "name": pledge.name,
        "organisation": pledge.organisation,
        "consent": pledge.consent.listed,
        "consent_version": pledge.consent.version,
        "consent_at": int(pledge.consent.at.timestamp()),
    }


def _pledge(rows: Sequence[sqlite3.Row]) -> NewPledge:
    """Return the pledge that `rows` hold, a row for each way."""
    row = rows[0]
    return NewPledge(
        campaign=row["campaign"],
        kind=row["kind"],
        sender=row["sender"],
        country=row["country"],
        ways=tuple(_ways(rows)),
        status=Status(row["status"]),
        day=date.fromisoformat(row["day"]),
        consent=Consent(
            row["consent"], row["consent_version"], datetime.fromtimestamp(row["consent_at"], UTC)
        ),
        name=row["name"],
        organisation=row["organisation"],
    )
