"""The statements about groups: who they are, where they have gone, and who came through their links."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, delete, distinct, exists, func, literal, not_, null, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store import tables as t
from bot.store.statements import WAITS, has_left

_here = (t.group.c.platform == bindparam("platform"), t.group.c.chat == bindparam("chat"))

_group = insert(t.group).values(
    {
        name: bindparam(name)
        for name in ("code", "platform", "chat", "title", "language", "keeper", "added_at")
    }
    | {"who": "all", "opened": 0}
)
ADD = _group.on_conflict_do_update(
    index_elements=["platform", "chat"],
    set_={"title": _group.excluded.title},
    where=_group.excluded.title != "",
)
"""Register a chat; of one that is known already, only the title may be news."""
RENAME = update(t.group).where(*_here).values(title=bindparam("named"))
CLOSE = tuple(
    delete(table).where(table.c.platform == bindparam("platform"), table.c.chat == bindparam("chat"))
    for table in (t.group, t.subscription)
)
FORGET_COMERS = delete(t.came).where(t.came.c.code == bindparam("code"))
"""Forget who came through a link; the letters that came of it stay counted."""
FORGET_CARD = delete(t.card).where(t.card.c.name == bindparam("name"))

_followed = and_(
    t.subscription.c.platform == t.group.c.platform,
    t.subscription.c.chat == t.group.c.chat,
    t.subscription.c.private == literal(0),
)
_groups = (
    select(t.group, t.subscription.c.campaign)
    .select_from(t.group.outerjoin(t.subscription, _followed))
    .order_by(t.group.c.added_at, t.group.c.code, t.subscription.c.campaign)
)
ALL = _groups
HERE = _groups.where(*_here)
CALLED = _groups.where(t.group.c.code == bindparam("code"))
KEPT_BY = _groups.where(t.group.c.keeper == bindparam("keeper"))
"""Groups, a row for each campaign that one follows: all of them, that of a chat, that of a link, those of a person."""

SPOKEN = select(t.group.c.language).where(*_here)

_settings = ("language", "topic", "goal", "until", "who", "keeper")
SET = (
    update(t.group)
    .where(t.group.c.code == bindparam("of"))
    .values({name: bindparam(name) for name in _settings})
)
LET_GO = update(t.group).where(t.group.c.keeper == bindparam("owner")).values(keeper=null())
"""Keep of no group any more that this person set it up."""

# --- who came through a link

_came = insert(t.came)
CAME = _came.on_conflict_do_update(
    index_elements=["owner"], set_={"code": _came.excluded.code, "at": _came.excluded.at}
)
CAME_BY = select(t.came.c.code).where(t.came.c.owner == bindparam("owner"))
OPENED = update(t.group).where(t.group.c.code == bindparam("of")).values(opened=t.group.c.opened + 1)
LETTER_CAME = insert(t.pledge_via).from_select(
    ["pledge", "code"],
    select(bindparam("pledge"), t.group.c.code)
    .select_from(t.came.join(t.group, t.came.c.code == t.group.c.code))
    .where(t.came.c.owner == bindparam("owner")),
)
"""Note of a letter through which group's link its writer came, if they came through one."""
_still_promised = WAITS
_by_link = t.pledge.join(t.pledge_via, t.pledge.c.id == t.pledge_via.c.pledge)
_left = t.pledge.alias()
_counted_as_sent = exists().where(
    *(_left.c[name] == t.pledge.c[name] for name in ("owner", "campaign", "kind", "sender")), has_left(_left)
)
_through = (t.pledge_via.c.code == bindparam("code"), not_(and_(_still_promised, _counted_as_sent)))
"""Letters that came by a link; what is still promised of a letter that has left in part is no letter of its own."""
_letters = (func.count().label("letters"), func.count(distinct(t.pledge.c.owner)).label("people"))
LETTERS_BY = (
    select(_still_promised.label("promised"), *_letters)
    .select_from(_by_link)
    .where(*_through)
    .group_by(_still_promised)
)
ALL_LETTERS_BY = select(*_letters).select_from(_by_link).where(*_through)
"""How many letters were promised or sent by people who came through a link, and how many people these are."""

# --- chats that have another id from now on

MOVED = tuple(
    update(table)
    .prefix_with("OR REPLACE")
    .where(table.c.platform == bindparam("of"), table.c.chat == bindparam("old"))
    .values(chat=bindparam("new"))
    for table in (t.delivery, t.subscription, t.reminder, t.broadcast)
)
GROUP_MOVED = (
    update(t.group)
    .where(t.group.c.platform == bindparam("of"), t.group.c.chat == bindparam("old"))
    .values(chat=bindparam("new"), before=bindparam("old"), topic=null())
    .returning(t.group.c.code)
)
"""Let a group be where it has moved to; the topic for its news has stayed behind."""
BEFORE = select(t.group.c.before).where(*_here, t.group.c.before.is_not(None))
CONVERSATION_MOVED = (
    update(t.conversation)
    .prefix_with("OR REPLACE")
    .where(t.conversation.c.key == bindparam("old"))
    .values(key=bindparam("new"))
)
"""Let what is open with somebody go on under its new key."""
