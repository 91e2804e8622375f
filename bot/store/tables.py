"""The tables. Times are UTC seconds since 1970; an owner is a keyed hash, never an id that a platform knows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table

SCHEMA = "0002"
"""The newest migration: what this code reads and writes."""

metadata = MetaData()

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
    Column("frames", String, nullable=False),
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
    Column("name", String),
    Column("organisation", String),
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

delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("message", String, nullable=False),
    Column("queued_at", Integer, nullable=False),
    sqlite_autoincrement=True,
)
"""Messages that are still to be sent; a row is deleted once its message is.

No id is given twice, for a platform takes a message with an id that it has seen for a repetition.
"""
