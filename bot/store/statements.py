"""Every statement of the bot, each built once; what changes from use to use is a named parameter."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Table,
    and_,
    bindparam,
    delete,
    distinct,
    func,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from bot.pledges import Status
from bot.store import tables as t
from bot.store.sealing import Sealed


def one_of(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Return whether `column` is one of `values`, written out: a list of any length has no named parameters."""
    return or_(*(column == value for value in values))


def has_left(pledge: FromClause) -> ColumnElement[bool]:
    """Return whether a letter was sent."""
    return one_of(pledge.c.status, (status.value for status in Status if status.has_left))


HAS_LEFT = has_left(t.pledge)
WAITS = one_of(t.pledge.c.status, (status.value for status in Status if not status.has_left))
"""Whether a letter was sent, or is only promised."""


def _every_column(table: Table) -> dict[str, BindParameter[object]]:
    """Return a parameter for each column of `table` but its id, which the database gives."""
    return _parameters(*(c.name for c in table.c if c.name != "id"))


def _parameters(*names: str) -> dict[str, BindParameter[object]]:
    return {name: bindparam(name) for name in names}


# --- the key that owners are hashed with

FACT = select(t.fact.c.value).where(t.fact.c.name == bindparam("name"))
"""A fact about the database itself, or about how far a platform was read."""

_everybody = (select(table.c.owner) for table in (t.person, t.pledge, t.conversation, t.came))
ANYBODY = union_all(*_everybody).limit(1)
"""Somebody who was hashed with that key, if there is anybody."""

_fact = insert(t.fact)
SET_FACT = _fact.on_conflict_do_update(index_elements=["name"], set_={"value": _fact.excluded.value})

_OF_PLATFORMS = ("since ", "gaps ", "prefix")
_kept = Sealed("fact.value")
KEPT_FACT = select(type_coerce(t.fact.c.value, _kept).label("value")).where(
    t.fact.c.name == bindparam("name")
)
_kept_fact = insert(t.fact).values(name=bindparam("name"), value=bindparam("value", type_=_kept))
KEEP_FACT = _kept_fact.on_conflict_do_update(
    index_elements=["name"], set_={"value": _kept_fact.excluded.value}
)
"""A fact that may name a chat."""
SEAL_FACTS = (
    update(t.fact)
    .where(func.typeof(t.fact.c.value) == "text", or_(*map(t.fact.c.name.startswith, _OF_PLATFORMS)))
    .values(value=func.sealed(_kept.place, t.fact.c.value))
)

# --- one event

MARK_SEEN = insert(t.seen).on_conflict_do_nothing().returning(t.seen.c.at)
"""Mark `event` as seen `at` a moment; a row comes back if it had not been."""

_open_frames = select(t.conversation.c.frames).where(
    t.conversation.c.key == bindparam("key"), t.conversation.c.updated_at >= bindparam("since")
)
_language = select(t.person.c.language).where(t.person.c.owner == bindparam("owner"))
KNOWN = select(_open_frames.scalar_subquery().label("frames"), _language.scalar_subquery().label("language"))
"""What is open under `key` and was touched `since` a moment, and the language of `owner`."""

_conversation = insert(t.conversation)
KEEP_OPEN = _conversation.on_conflict_do_update(
    index_elements=["key"],
    set_={"frames": _conversation.excluded.frames, "updated_at": _conversation.excluded.updated_at},
)
CLOSE = delete(t.conversation).where(t.conversation.c.key == bindparam("key"))

# --- messages

QUEUE = (
    insert(t.delivery)
    .values(**_parameters("platform", "chat", "message", "queued_at"), state="ready", tries=0)
    .returning(t.delivery.c.id)
)
_left = _parameters("platform", "chat", "message", "queued_at")
LEAVE = insert(t.delivery).values(**_left, state="left", tries=0)
COLLECT = (
    update(t.delivery).where(t.delivery.c.state == "left").values(state="ready").returning(*t.delivery.c)
)
"""Leave a message to the bot that runs beside us; and take over what was left."""
UNSENT = (
    select(t.delivery)
    .where(t.delivery.c.platform == bindparam("platform"), t.delivery.c.broadcast.is_(None))
    .order_by(t.delivery.c.id)
)
SENT = delete(t.delivery).where(t.delivery.c.id == bindparam("id"))
DROP = (
    delete(t.delivery)
    .where(t.delivery.c.platform == bindparam("platform"), t.delivery.c.chat == bindparam("chat"))
    .returning(t.delivery.c.id)
)
UNSUBSCRIBE = tuple(
    delete(table).where(table.c.platform == bindparam("platform"), table.c.chat == bindparam("chat"))
    for table in (t.subscription, t.reminder)
)
"""Send a chat nothing any more that it once asked for."""
_card = insert(t.card)
SET_CARD = _card.on_conflict_do_update(index_elements=["name"], set_={"message": _card.excluded.message})
CARD = select(t.card.c.message).where(t.card.c.name == bindparam("name"))

# --- people

_person = insert(t.person)
SET_LANGUAGE = _person.on_conflict_do_update(
    index_elements=["owner"], set_={"language": _person.excluded.language}
)
LANGUAGE = _language
OPEN_CONVERSATIONS = (
    select(t.conversation.c.frames)
    .where(t.conversation.c.owner == bindparam("owner"))
    .order_by(t.conversation.c.updated_at, t.conversation.c.key)
)
FORGET = tuple(
    delete(table).where(table.c.owner == bindparam("owner"))
    for table in (t.pledge, t.conversation, t.person, t.came)
)

# --- pledges

_same_letter = (
    *(t.pledge.c[name] == bindparam(name) for name in ("owner", "campaign", "kind", "sender")),
    or_(WAITS, bindparam("left", type_=Integer) == 1),
)
SAME_LETTER = (
    select(t.pledge.c.id, t.pledge.c.status, t.way.c.recipient, t.way.c.channel)
    .select_from(t.pledge.outerjoin(t.way))
    .where(*_same_letter)
)
"""What was promised for the same letter, and if it has `left`, what was sent of it before; a row for each way."""
KEEP_ANSWERS = update(t.answer).where(t.answer.c.pledge == bindparam("old")).values(pledge=bindparam("new"))
KEEP_VIA = (
    update(t.pledge_via)
    .where(t.pledge_via.c.pledge == bindparam("old"))
    .values(pledge=bindparam("new"))
    .prefix_with("OR IGNORE")
)
REPLACE_PLEDGE = delete(t.pledge).where(t.pledge.c.id == bindparam("old"))
"""Let a pledge take the place of an old one: with what came back, and with the link that led to it."""

ADD_PLEDGE = insert(t.pledge).values(_every_column(t.pledge)).returning(t.pledge.c.id)
ADD_WAY = insert(t.way)
DROP_WAYS = delete(t.way).where(t.way.c.pledge == bindparam("of"))
_answered = and_(*(t.answer.c[name] == t.way.c[name] for name in ("pledge", "recipient", "channel")))
PLEDGES = (
    select(
        t.pledge,
        t.way.c.recipient,
        t.way.c.channel,
        t.answer.c.kind.label("came_back"),
        t.answer.c.day.label("answered_on"),
    )
    .select_from(t.pledge.outerjoin(t.way).outerjoin(t.answer, _answered))
    .where(t.pledge.c.owner == bindparam("owner"))
    .order_by(t.pledge.c.id, t.way.c.recipient, t.way.c.channel)
)
"""The pledges of `owner`, oldest first, a row for each way, with what came back by it."""

_letters = (t.pledge.c.campaign, t.pledge.c.kind, t.pledge.c.sender, t.pledge.c.country, t.pledge.c.status)
COUNT_LETTERS = select(*_letters, func.count().label("letters")).group_by(*_letters).order_by(*_letters)
_ways = (t.pledge.c.campaign, t.way.c.channel, t.pledge.c.status)
COUNT_WAYS = (
    select(*_ways, func.count(distinct(t.pledge.c.id)).label("letters"))
    .select_from(t.pledge.join(t.way))
    .group_by(*_ways)
    .order_by(*_ways)
)
"""How many letters were pledged or sent: of each kind from each country, and by each channel."""
COUNT_TO = (
    select(t.pledge.c.campaign, t.way.c.recipient, func.count(distinct(t.pledge.c.id)).label("letters"))
    .select_from(t.pledge.join(t.way))
    .group_by(t.pledge.c.campaign, t.way.c.recipient)
)
"""How many letters were pledged or sent to each recipient."""

PLEDGED_FOR = select(t.pledge.c.campaign).distinct()

PLEDGE_IDS = select(t.pledge.c.id).where(t.pledge.c.owner == bindparam("owner")).order_by(t.pledge.c.id)
MARK_SENT = (
    update(t.pledge)
    .where(t.pledge.c.id == bindparam("pledge"), WAITS)
    .values(status=Status.SENT.value, day=bindparam("sent_on"))
)

# --- what has had its time

WIPE_SILENT = delete(t.conversation).where(t.conversation.c.updated_at < bindparam("before"))
WIPE_PLEDGES = delete(t.pledge).where(t.pledge.c.campaign == bindparam("campaign"))
WIPE_SEEN = delete(t.seen).where(t.seen.c.at < bindparam("before"))
