"""The tables. Times are UTC seconds since 1970; an owner is a keyed hash, never an id that a platform knows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table

from bot.store.sealing import Sealed, SealedBytes

SCHEMA = "0004"
"""The newest migration: what this code reads and writes."""

metadata = MetaData()

CHAT = Sealed("chat", alike=True)
"""A chat's id on its platform; it can be looked for, and copied from table to table as it is."""

fact = Table(
    "fact",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)
"""Facts about the database itself: the mark of the key that its owners were hashed with."""

seen = Table(
    "seen",
    metadata,
    Column("event", String, primary_key=True),
    Column("at", Integer, nullable=False),
    Index("seen_at", "at"),
    sqlite_with_rowid=False,
)
"""Events that had their effect, as keyed hashes, so that none has it twice."""

conversation = Table(
    "conversation",
    metadata,
    Column("key", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("frames", Sealed("conversation.frames"), nullable=False),
    Column("updated_at", Integer, nullable=False),
    Index("conversation_owner", "owner"),
)
"""What is open, keyed by a keyed hash of platform, chat and person; wiped at the end or after a day's silence."""

person = Table(
    "person",
    metadata,
    Column("owner", String, primary_key=True),
    Column("language", String, nullable=False),
)
"""The language that somebody chose."""

pledge = Table(
    "pledge",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String, nullable=False),
    Column("campaign", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("country", String),
    Column("status", String, nullable=False),
    Column("day", String, nullable=False),
    Column("name", Sealed("pledge.name")),
    Column("organisation", Sealed("pledge.organisation")),
    Column("consent", String, nullable=False),
    Column("consent_version", String, nullable=False),
    Column("consent_at", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Index("pledge_owner", "owner", "campaign"),
)
"""Pledges; of those not yet sent, one for each person, campaign, kind of letter and kind of sender.

A day is written as 2026-11-23.
"""

way = Table(
    "pledge_way",
    metadata,
    Column("pledge", ForeignKey("pledge.id", ondelete="CASCADE"), primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("channel", String, primary_key=True),
)
"""By which channels a pledged letter goes to whom."""

answer = Table(
    "answer",
    metadata,
    Column("pledge", ForeignKey("pledge.id", ondelete="CASCADE"), primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("day", String, nullable=False),
)
"""What became of a letter that was sent: a reply, an acknowledgement, forwarded, returned as undeliverable, nothing."""

pledge_via = Table(
    "pledge_via",
    metadata,
    Column("pledge", ForeignKey("pledge.id", ondelete="CASCADE"), primary_key=True),
    Column("code", String, nullable=False),
    Index("pledge_via_code", "code"),
)
"""Through which group's link somebody came who pledged; it says nothing of who is in the group."""

came = Table(
    "came",
    metadata,
    Column("owner", String, primary_key=True),
    Column("code", String, nullable=False),
    Column("at", Integer, nullable=False),
)
"""Through which group's link somebody came last."""

group = Table(
    "group_chat",
    metadata,
    Column("code", String, primary_key=True),
    Column("platform", String, nullable=False),
    Column("chat", CHAT, nullable=False),
    Column("title", Sealed("group_chat.title"), nullable=False),
    Column("language", String),
    Column("topic", CHAT),
    Column("goal", Integer),
    Column("until", String),
    Column("who", String, nullable=False),
    Column("keeper", String),
    Column("opened", Integer, nullable=False),
    Column("added_at", Integer, nullable=False),
    Column("before", CHAT),
    Index("group_chat_place", "platform", "chat", unique=True),
)
"""Groups, channels and rooms that the bot was brought into; `code` is what their link carries.

`keeper` is the owner who set the group up, where only they may broadcast to it (`who`); `until` is a day; `opened` is
how many people came by its link; `before` is the id that the chat had before it moved. The campaigns that it follows
are its subscriptions.
"""

subscription = Table(
    "subscription",
    metadata,
    Column("platform", String, primary_key=True),
    Column("chat", CHAT, primary_key=True),
    Column("campaign", String, primary_key=True),
    Column("private", Integer, nullable=False),
    Column("language", String),
    Column("country", String),
    Column("via", String),
    Column("waiting", Integer, nullable=False),
    Column("asked_at", Integer, nullable=False),
)
"""Chats that asked for news of a campaign: a person's own (`private`), or a group's.

`waiting` says that a letter was pledged there and not sent yet; `via` is the code of the group that somebody came
through. No column joins it with a pledge.
"""

broadcast = Table(
    "broadcast",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("author", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("chat", CHAT, nullable=False),
    Column("scope", String, nullable=False),
    Column("content", Sealed("broadcast.content"), nullable=False),
    Column("state", String, nullable=False),
    Column("starts_at", Integer, nullable=False),
    Column("quiet", String),
    Column("created_at", Integer, nullable=False),
    Column("ended_at", Integer),
    sqlite_autoincrement=True,
)
"""Updates that went to many: whom they are for, what they say in each language, and how far they have come.

`platform` and `chat` are where their author is told of it.
"""

attached = Table(
    "broadcast_file",
    metadata,
    Column("broadcast", ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Sealed("broadcast_file.name"), nullable=False),
    Column("media_type", String, nullable=False),
    Column("photo", Integer, nullable=False),
    Column("data", SealedBytes("broadcast_file.data"), nullable=False),
)
"""The photo or the file that goes with a broadcast, until that has ended."""

fate = Table(
    "broadcast_fate",
    metadata,
    Column("broadcast", ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("platform", String, primary_key=True),
    Column("language", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("people", Integer, nullable=False),
)
"""How many of a broadcast's messages had which end; nobody's chat stays with it."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String, nullable=False),
    Column("chat", CHAT, nullable=False),
    Column("message", Sealed("delivery.message"), nullable=False),
    Column("queued_at", Integer, nullable=False),
    Column("broadcast", ForeignKey("broadcast.id", ondelete="CASCADE")),
    Column("language", String),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Index("delivery_broadcast", "broadcast", "state", "platform"),
    sqlite_autoincrement=True,
)
"""Messages that are still to be sent; a row is deleted once its message is.

No id is given twice, for a platform takes a message with an id that it has seen for a repetition. What a message of a
broadcast says stands there, in each language.
"""

card = Table(
    "card",
    metadata,
    Column("name", String, primary_key=True),
    Column("message", Sealed("card.message"), nullable=False),
)
"""Messages that are edited instead of repeated, by what they show: their ids on the platform."""

reminder = Table(
    "reminder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String, nullable=False),
    Column("chat", CHAT, nullable=False),
    Column("campaign", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("step", String, nullable=False),
    Column("language", String),
    Column("zone", String, nullable=False),
    Column("due_at", Integer, nullable=False),
    Index("reminder_due", "due_at"),
    sqlite_autoincrement=True,
)
"""What somebody wants to be reminded of, and when; `step` says of what: to send their letter, or to tell of an answer.

No column joins it with a pledge.
"""
