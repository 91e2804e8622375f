"""What came back for letters that were sent, and to whom letters cannot be delivered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from sqlalchemy import bindparam, case, distinct, exists, func, null, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.events import Person
from bot.pledges import CameBack, LetterKey, Returned, Status, Way
from bot.store import tables as t
from bot.store.statements import HAS_LEFT, one_of
from bot.store.transaction import Transaction

_SENT = select(t.pledge.c.id).where(
    *(t.pledge.c[name] == bindparam(name) for name in ("owner", "campaign", "kind", "sender")),
    HAS_LEFT,
)
"""The letter that somebody has sent."""

_KEYS = ("pledge", "recipient", "channel")
_answer = insert(t.answer).from_select(
    list(t.answer.c.keys()),
    select(*(bindparam(column.name, type_=column.type) for column in t.answer.c)).where(
        exists().where(*(t.way.c[name] == bindparam(name) for name in _KEYS))
    ),
)
_RECORD = _answer.on_conflict_do_update(
    index_elements=_KEYS, set_={"kind": _answer.excluded.kind, "day": _answer.excluded.day}
)
"""Record what came back by a way that the letter was sent by, in place of what was said of it before."""

_answers = one_of(t.answer.c.kind, (kind.value for kind in CameBack if kind.is_answer))
_any = exists().where(t.answer.c.pledge == t.pledge.c.id, _answers)
_SETTLE = (
    update(t.pledge)
    .where(t.pledge.c.id == bindparam("settled"))
    .values(status=case((_any, Status.ANSWERED.value), else_=Status.SENT.value))
)
"""Let a letter that was sent be answered, or not."""

_to = (t.pledge.c.campaign, t.answer.c.recipient, t.answer.c.channel)
_people = func.count(distinct(t.pledge.c.owner)).label("people")
_back = t.answer.c.kind == CameBack.RETURNED.value
_country = func.coalesce(t.pledge.c.country, "")
_RETURNED = (
    select(*_to, null().label("country"), _people)
    .select_from(t.answer.join(t.pledge))
    .where(_back)
    .group_by(*_to)
    .order_by(*_to),
    select(*_to, _country.label("country"), _people)
    .select_from(t.answer.join(t.pledge))
    .where(_back)
    .group_by(*_to, _country)
    .order_by(*_to, _country),
)
"""How many different people had a letter returned: from everywhere, and from each country."""


class Answering(Transaction):
    """What can be recorded of a letter once it was sent."""

    async def record_answer(
        self, person: Person, letter: LetterKey, ways: Iterable[Way], kind: CameBack, day: date
    ) -> bool:
        """Record what came back by these `ways` for a letter that `person` has sent; return whether there is one.

        What was said before of the same way is replaced; a way by which the letter was not sent is left out.
        """
        found = await self._connection.rows(_SENT, owner=self._owners.owner(person), **asdict(letter))
        for row in found:
            said = {"pledge": row["id"], "kind": kind.value, "day": day.isoformat()}
            await self._connection.each(_RECORD, [{**said, **asdict(way)} for way in ways])
            await self._connection.rows(_SETTLE, settled=row["id"])
        return bool(found)

    async def returned(self) -> tuple[Returned, ...]:
        """Return to whom letters were returned, and to how many people: from everywhere, and from each country."""
        rows = [row for statement in _RETURNED for row in await self._connection.rows(statement)]
        return tuple(
            Returned(row["campaign"], Way(row["recipient"], row["channel"]), row["country"], row["people"])
            for row in rows
        )
