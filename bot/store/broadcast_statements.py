"""The statements of broadcasts; what changes from use to use is a named parameter."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy import delete as remove
from sqlalchemy.dialects.sqlite import insert

from bot.broadcasts import Fate, State
from bot.store import tables as t

_b, _d, _f, _s = t.broadcast.c, t.delivery.c, t.fate.c, t.subscription.c

# --- whom it is for


def _within() -> list[ColumnElement[bool]]:
    """Return what a subscription must be to lie within a scope; a part of the scope that is None leaves all in."""
    named = {"platform": _s.platform, "language": _s.language, "country": _s.country}
    parts = [or_(bindparam(name).is_(None), column == bindparam(name)) for name, column in named.items()]
    place = select(t.group.c.platform, t.group.c.chat).where(t.group.c.code == bindparam("group"))
    itself = tuple_(_s.platform, _s.chat).in_(place)
    through = or_(bindparam("group").is_(None), _s.via == bindparam("group"), itself)
    return [_s.campaign == bindparam("campaign"), *parts, through, _s.waiting >= bindparam("waiting")]


_language = func.coalesce(_s.language, "")
AUDIENCE = (
    select(_s.platform, _language.label("language"), func.count().label("people"))
    .where(*_within())
    .group_by(_s.platform, _language)
    .order_by(_s.platform, _language)
)
"""How many chats are within a scope: no chat follows a campaign twice."""

WITHIN = select(_s.campaign).where(
    *_within(), _s.platform == bindparam("on"), _s.chat == bindparam("place"), _s.asked_at <= bindparam("by")
)
"""Whether a chat is within a scope, and was by some time."""

_place = and_(_s.platform == t.group.c.platform, _s.chat == t.group.c.chat, _s.private == literal(0))
_addressed = (
    select(
        _s.platform,
        func.coalesce(t.group.c.topic, _s.chat),
        literal("").label("message"),
        bindparam("at"),
        bindparam("number"),
        _language,
        literal(Fate.READY.value),
        literal(0),
    )
    .select_from(t.subscription.outerjoin(t.group, _place))
    .where(*_within())
)
_among = or_(
    bindparam("among").is_(None), func.instr(bindparam("among"), "[" + _s.platform + "]") > literal(0)
)
ADDRESS = insert(t.delivery).from_select(
    ["platform", "chat", "message", "queued_at", "broadcast", "language", "state", "tries"],
    _addressed.where(_among).order_by(_s.asked_at, _s.platform, _s.chat),
)
"""A message of a broadcast for each chat within its scope; a group gets it in its topic for news, if it has one.

Where `among` names platforms, as in "[telegram][matrix]", it goes to these alone.
"""

# --- the broadcast itself

ADD = (
    insert(t.broadcast)
    .values({c.name: bindparam(c.name) for c in t.broadcast.c if c.name not in ("id", "ended_at")})
    .returning(_b.id)
)
ATTACH = insert(t.attached)
FILE = select(t.attached).where(t.attached.c.broadcast == bindparam("number"))
LATEST = select(t.broadcast).order_by(_b.id.desc()).limit(bindparam("most"))
ONE = select(t.broadcast).where(_b.id == bindparam("number"))

_this = _b.id == bindparam("number")
AGREE = (
    update(t.broadcast)
    .where(_this, _b.state == State.ASKED.value, _b.author != bindparam("owner"))
    .values(state=State.SET.value)
    .returning(_b.id)
)
_nobody_has_it = and_(
    _b.state == State.CANCELLED.value,
    ~exists().where(_f.broadcast == _b.id, _f.state != Fate.CANCELLED.value),
    ~exists().where(_d.broadcast == _b.id),
)
LAST = select(func.max(_b.created_at).label("at")).where(
    _b.author == bindparam("owner"),
    ~_nobody_has_it,
    or_(bindparam("group").is_(None), func.json_extract(_b.scope, "$.group") == bindparam("group")),
)
SET_STATE = update(t.broadcast).where(_this).values(state=bindparam("to"), ended_at=bindparam("ended"))

# --- what became of its messages

_of = _d.broadcast == bindparam("number")
_left = (
    select(_d.platform, _d.language, _d.state, func.count().label("people"))
    .where(_of)
    .group_by(_d.platform, _d.language, _d.state)
)
_ended = select(_f.platform, _f.language, _f.state, _f.people).where(_f.broadcast == bindparam("number"))
COUNTS = union_all(_ended, _left)
"""How many messages had which fate, of those that have ended and of those that have not."""
UNSETTLED = (
    select(func.count().label("people")).select_from(t.delivery).where(_of, _d.state == Fate.UNKNOWN.value)
)

_fate = insert(t.fate)
COUNT = _fate.on_conflict_do_update(
    index_elements=["broadcast", "platform", "language", "state"],
    set_={"people": t.fate.c.people + _fate.excluded.people},
)
"""Count messages whose end is known; nobody's chat stays with that."""
OF_STATE = _left.where(_d.state == bindparam("was"))
CUT_OFF = (
    update(t.delivery)
    .where(_of, _d.platform == bindparam("platform"), _d.state == Fate.SENDING.value)
    .values(state=Fate.UNKNOWN.value)
)
"""Say of what was under way to a platform that is not connected any more what is known of it."""
END_ALL = remove(t.delivery).where(_of, _d.state == bindparam("was"))
AGAIN = (
    update(t.delivery)
    .where(_of, _d.state == Fate.UNKNOWN.value)
    .values(state=Fate.READY.value, tries=_d.tries + 1, queued_at=bindparam("at"))
)
