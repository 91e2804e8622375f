"""The statements about subscriptions: who asked for news of what."""

from __future__ import annotations

from sqlalchemy import bindparam, case, delete, exists, literal, null, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store import tables as t
from bot.store.statements import WAITS

_here = (t.subscription.c.platform == bindparam("platform"), t.subscription.c.chat == bindparam("chat"))
_subscription = insert(t.subscription).values(
    {column.name: bindparam(column.name) for column in t.subscription.c}
)

SUBSCRIBE = _subscription.on_conflict_do_update(
    index_elements=["platform", "chat", "campaign"],
    set_={name: _subscription.excluded[name] for name in ("language", "country", "via", "waiting")},
).returning(t.subscription.c.asked_at)
END = delete(t.subscription).where(*_here, t.subscription.c.campaign == bindparam("campaign"))
HERE = select(t.subscription).where(*_here).order_by(t.subscription.c.asked_at, t.subscription.c.campaign)
GONE = (
    delete(t.subscription).where(*_here, t.subscription.c.private == literal(1)),
    delete(t.reminder).where(
        t.reminder.c.platform == bindparam("platform"), t.reminder.c.chat == bindparam("chat")
    ),
    update(t.group)
    .where(t.group.c.platform == bindparam("platform"), t.group.c.topic == bindparam("chat"))
    .values(topic=null()),
)
"""Send a person nothing more where they do not read it; news for a topic that is gone go to the group as a whole."""
SPEAK = tuple(
    update(table)
    .where(table.c.platform == bindparam("platform"), table.c.chat == bindparam("chat"))
    .values(language=bindparam("spoken"))
    for table in (t.subscription, t.reminder)
)
"""Let what a chat is sent unasked, news and reminders, come in another language."""

_promised = exists().where(
    t.pledge.c.owner == bindparam("owner"),
    t.pledge.c.campaign == bindparam("about"),
    WAITS,
)
PROMISED = select(case((_promised, 1), else_=0).label("promised"))
"""Whether somebody has promised a letter for a campaign and not sent it yet."""
WAIT = (
    update(t.subscription)
    .where(*_here, t.subscription.c.campaign == bindparam("about"))
    .values(waiting=case((_promised, 1), else_=0))
)
COUNTRY = (
    select(t.pledge.c.country)
    .where(
        t.pledge.c.owner == bindparam("owner"),
        t.pledge.c.campaign == bindparam("campaign"),
        t.pledge.c.country.is_not(None),
    )
    .order_by(t.pledge.c.id.desc())
    .limit(1)
)
"""The country that somebody named with their last letter for a campaign."""
