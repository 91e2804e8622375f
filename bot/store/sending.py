"""The messages of broadcasts on their way: claimed, and what became of each recorded; none is sent twice."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.broadcasts import Fate, Quiet, Scope
from bot.events import Chat, Person
from bot.store import sending_statements as statements
from bot.store.broadcast_statements import WITHIN
from bot.store.broadcasts import BroadcastWork, filters
from bot.store.statements import LANGUAGE
from bot.store.subscriptions import SubscriptionWork

UNDECIDED = 7 * 24 * 3600
"""Seconds after which nobody is asked any more what to do about messages that may not have arrived."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message of a broadcast that is to be sent now; `again` says that it may have arrived already."""

    id: int
    broadcast: int
    chat: Chat
    language: str
    again: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message; one that is READY is to be tried later, and `untouched` if none of it was sent."""

    of: Claimed
    fate: Fate
    untouched: bool = False


class SendingWork(BroadcastWork, SubscriptionWork):
    """What can be done about the messages of broadcasts in one transaction."""

    async def recover(self, platform: str, *, repeatable: bool) -> None:
        """Say of what was under way when a process died: it is sent again where that is `repeatable`, or unknown."""
        to = Fate.READY if repeatable else Fate.UNKNOWN
        await self._connection.rows(statements.RECOVER, platform=platform, to=to.value)
        for row in await self._connection.rows(statements.NAMELESS, platform=platform):
            await self._count(row["broadcast"], {(platform, row["language"], Fate.UNKNOWN): 1})

    async def begin_due(self) -> None:
        """Begin what has been set for a time that has come."""
        for row in await self._connection.rows(statements.DUE, at=self._now):
            await self.begin(row["id"])

    async def running(self) -> Mapping[int, Quiet | None]:
        """Return the broadcasts that are running, the oldest first, and their quiet hours."""
        rows = await self._connection.rows(statements.RUNNING)
        return {row["id"]: Quiet(**json.loads(row["quiet"])) if row["quiet"] else None for row in rows}

    async def claim(
        self,
        number: int,
        platform: str,
        most: int,
        held: Callable[[str], bool] = lambda chat: False,
        past: int = 0,
        repeatable: float = math.inf,
    ) -> tuple[Claimed, ...]:
        """Return up to `most` messages of a broadcast to send now, each of which is under way from here on.

        Chats that are `held` are passed over, up to `past` of them. Who does not follow the campaign any more gets
        nothing; what may have arrived longer ago than the platform knows it again (`repeatable` seconds) is unknown.
        """
        rows = await self._connection.rows(
            statements.CLAIMABLE, number=number, platform=platform, most=most + past
        )
        claimed: list[Claimed] = []
        for row in rows:
            one = Claimed(row["id"], number, Chat(platform, row["chat"]), row["language"], row["tries"] > 0)
            if not row["follows"]:
                await self.record([Outcome(one, Fate.CANCELLED)])
            elif one.again and self._now - row["queued_at"] > repeatable:
                await self.record([Outcome(one, Fate.UNKNOWN)])
            elif len(claimed) < most and not held(row["chat"]):
                claimed.append(one)
        await self._connection.each(statements.CLAIM, [{"of": one.id, "at": self._now} for one in claimed])
        return tuple(claimed)

    async def record(self, outcomes: Iterable[Outcome]) -> None:
        """Record what became of messages; of those that have had their end, the chats are forgotten."""
        ended: dict[int, Counter[tuple[str, str, Fate]]] = {}
        for outcome in outcomes:
            if fate := await self._recorded(outcome):
                one = outcome.of
                ended.setdefault(one.broadcast, Counter())[one.chat.platform, one.language, fate] += 1
        for number, counts in ended.items():
            await self._count(number, counts)

    async def _recorded(self, outcome: Outcome) -> Fate | None:
        """Return the fate to count a message under; None if it is not at its end, or was counted before."""
        of, fate = outcome.of, outcome.fate
        if fate == Fate.READY:
            less = int(outcome.untouched)
            if await self._connection.rows(statements.PUT_BACK, of=of.id, less=less):
                return None
            # Meanwhile somebody has been forgotten, or the broadcast was cancelled.
            fate = Fate.CANCELLED if outcome.untouched else Fate.UNKNOWN
        if fate == Fate.UNKNOWN and await self._connection.rows(statements.KEEP_UNKNOWN, of=of.id):
            return None
        if fate == Fate.GONE:
            await self.gone(of.chat)
        return fate if await self._connection.rows(statements.END, of=of.id) else None

    async def finish(self) -> tuple[int, ...]:
        """Let every broadcast end of which nothing is left to be sent, and return which did."""
        rows = await self._connection.rows(statements.FINISH, at=self._now)
        await self._connection.rows(statements.DROP_FILES)
        return tuple(row["id"] for row in rows)

    async def leave_unsettled(self) -> None:
        """Forget the chats of messages that nobody has decided on for a week."""
        for row in await self._connection.rows(statements.LONG_UNSETTLED, before=self._now - UNDECIDED):
            await self.settle(row["id"], again=False)
        await self._connection.rows(statements.DROP_FILES)

    async def language_of_author(self, owner: str) -> str | None:
        """Return the language that somebody chose, by the hash that stands for them."""
        rows = await self._connection.rows(LANGUAGE, owner=owner)
        return str(rows[0]["language"]) if rows else None

    async def unsubscribe(self, chat: Chat) -> None:
        """Send a chat nothing any more that it did not ask for just now, and nothing of what is going out."""
        await super().unsubscribe(chat)
        await self._leave_out(chat)

    async def moved(self, chat: Chat, to: Chat) -> None:
        """Let everything go `to` the new id of a chat; what both ids were to get of a broadcast comes once."""
        for row in await self._connection.rows(statements.NEWS_OF, on=chat.platform, place=chat.whole.id):
            if chat != to and await self._is_for(row, to):
                await self._leave_out(chat.whole, row["broadcast"])
        await super().moved(chat, to)

    async def _is_for(self, row: sqlite3.Row, chat: Chat) -> bool:
        """Return whether `chat` is to get a broadcast, or has got it: it asked for news before that was begun."""
        group = await self.group(chat)
        place = {"on": chat.platform, "place": chat.whole.id}
        topic = (group and group.topic) or chat.whole.id
        if await self._connection.rows(statements.THERE, number=row["broadcast"], topic=topic, **place):
            return True
        scope = Scope(**json.loads(row["scope"]))
        rows = await self._connection.rows(WITHIN, by=row["queued_at"], **place, **filters(scope))
        return bool(rows)

    async def _leave_out(self, chat: Chat, only: int | None = None) -> None:
        """Let no broadcast, or one `only`, hold `chat` any more: what is under way there ends without a name."""
        place = {"on": chat.platform, "place": chat.id, "only": only}
        for row in await self._connection.rows(statements.NEWS_FOR, **place):
            fate = Fate.UNKNOWN if row["state"] == Fate.UNKNOWN else Fate.CANCELLED
            await self._count(row["broadcast"], {(chat.platform, row["language"], fate): 1})
        await self._connection.rows(statements.NEWS_UNDER_WAY, **place)

    async def _forget_author(self, person: Person) -> None:
        """Know no more whose broadcasts those of `person` were."""
        await self._connection.rows(statements.UNTOLD, owner=self._owners.owner(person))
