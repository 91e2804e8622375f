"""The statements by which the messages of broadcasts are sent, each at most once."""

from __future__ import annotations

from sqlalchemy import bindparam, case, delete, exists, func, literal, or_, select, update

from bot.broadcasts import Fate, State
from bot.store import tables as t

_b, _d, _s = t.broadcast.c, t.delivery.c, t.subscription.c
_ended = or_(_b.state == State.DONE.value, _b.state == State.CANCELLED.value)

DUE = select(_b.id).where(_b.state == State.SET.value, _b.starts_at <= bindparam("at")).order_by(_b.id)
RUNNING = select(_b.id, _b.quiet).where(_b.state == State.RUNNING.value).order_by(_b.id)

# --- one message

_campaign = func.json_extract(_b.scope, "$.campaign")
_here = exists(
    select(literal(1))
    .where(_s.platform == _d.platform, _s.chat == _d.chat, _s.campaign == _campaign)
    .correlate(t.delivery, t.broadcast)
)
_group_follows = exists(
    select(literal(1))
    .where(_s.platform == t.group.c.platform, _s.chat == t.group.c.chat, _s.campaign == _campaign)
    .correlate(t.group, t.broadcast)
)
_in_topic = exists(
    select(literal(1))
    .where(t.group.c.platform == _d.platform, t.group.c.topic == _d.chat, _group_follows)
    .correlate(t.delivery, t.broadcast)
)
_follows = case((_here, literal(1)), else_=_in_topic)
"""Groups are looked through only for what goes to no chat that follows itself."""
CLAIMABLE = (
    select(_d.id, _d.chat, _d.language, _d.tries, _d.queued_at, _follows.label("follows"))
    .join(t.broadcast, _b.id == _d.broadcast)
    .where(
        _d.broadcast == bindparam("number"),
        _d.state == Fate.READY.value,
        _d.platform == bindparam("platform"),
        _b.state == State.RUNNING.value,
    )
    .order_by(_d.id)
    .limit(bindparam("most"))
)
"""What is to be sent next of a broadcast, and whether its chat still asks for news."""

_it = _d.id == bindparam("of")
CLAIM = (
    update(t.delivery)
    .where(_it)
    .values(
        state=Fate.SENDING.value,
        tries=_d.tries + 1,
        queued_at=case((_d.tries == 0, bindparam("at")), else_=_d.queued_at),
    )
)
"""Let a message be under way; it remembers since when it may have arrived."""
_unless_forgotten = (_it, _d.chat != "")
_cancelled = _d.broadcast.in_(select(_b.id).where(_b.state == State.CANCELLED.value))
PUT_BACK = (
    update(t.delivery)
    .where(*_unless_forgotten, ~_cancelled)
    .values(state=Fate.READY.value, tries=_d.tries - bindparam("less"))
    .returning(_d.id)
)
KEEP_UNKNOWN = update(t.delivery).where(*_unless_forgotten).values(state=Fate.UNKNOWN.value).returning(_d.id)
END = delete(t.delivery).where(_it).returning(_d.id)

# --- after a crash

_interrupted = (_d.platform == bindparam("platform"), _d.state == Fate.SENDING.value)
RECOVER = (
    update(t.delivery)
    .where(*_interrupted)
    .values(state=case((_cancelled, literal(Fate.UNKNOWN.value)), else_=bindparam("to")))
)
"""Say of what was under way when the process died what is known of it; nothing that is cancelled is to be sent."""
NAMELESS = (
    delete(t.delivery)
    .where(_d.platform == bindparam("platform"), _d.broadcast.is_not(None), _d.chat == "")
    .returning(_d.broadcast, _d.language)
)
"""Messages that were under way to somebody who has been forgotten meanwhile."""

# --- somebody is forgotten, or a chat is closed to us

_to_chat = (
    _d.platform == bindparam("on"),
    _d.chat == bindparam("place"),
    _d.broadcast.is_not(None),
    or_(bindparam("only").is_(None), _d.broadcast == bindparam("only")),
)
NEWS_FOR = (
    delete(t.delivery)
    .where(*_to_chat, _d.state != Fate.SENDING.value)
    .returning(_d.broadcast, _d.language, _d.state)
)
NEWS_UNDER_WAY = update(t.delivery).where(*_to_chat, _d.state == Fate.SENDING.value).values(chat=literal(""))
NEWS_OF = (
    select(_d.broadcast, _b.scope, func.max(_d.queued_at).label("queued_at"))
    .join(t.broadcast, _b.id == _d.broadcast)
    .where(_d.platform == bindparam("on"), _d.chat == bindparam("place"))
    .group_by(_d.broadcast)
)
THERE = select(_d.id).where(
    _d.platform == bindparam("on"),
    _d.broadcast == bindparam("number"),
    or_(_d.chat == bindparam("place"), _d.chat == bindparam("topic")),
)
"""What a chat is still to get, and whether a broadcast has something for it or its topic."""
UNTOLD = (
    update(t.broadcast).where(_b.author == bindparam("owner")).values(author=literal(""), chat=literal(""))
)
"""Know no more whose a broadcast was."""

# --- the end

_open = exists(
    select(literal(1))
    .where(_d.broadcast == _b.id, or_(_d.state == Fate.READY.value, _d.state == Fate.SENDING.value))
    .correlate(t.broadcast)
)
FINISH = (
    update(t.broadcast)
    .where(_b.state == State.RUNNING.value, ~_open)
    .values(state=State.DONE.value, ended_at=bindparam("at"))
    .returning(_b.id)
)
_left = exists(select(literal(1)).where(_d.broadcast == _b.id).correlate(t.broadcast))
DROP_FILES = delete(t.attached).where(t.attached.c.broadcast.in_(select(_b.id).where(_ended, ~_left)))
"""Keep no file of a broadcast that nothing is left of."""
LONG_UNSETTLED = select(_b.id).where(_ended, _b.ended_at < bindparam("before"), _left)
