"""Groups, news for those who asked, broadcasts, reminders, and what became of a letter that was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables anew that did not exist, and let a delivery belong to a broadcast."""
    _letters()
    _groups()
    _broadcasts()
    _deliveries()
    _cards_and_reminders()


def _letters() -> None:
    op.create_table(
        "answer",
        sa.Column("pledge", sa.Integer, sa.ForeignKey("pledge.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("recipient", sa.String, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("day", sa.String, nullable=False),
    )
    op.create_table(
        "pledge_via",
        sa.Column("pledge", sa.Integer, sa.ForeignKey("pledge.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("code", sa.String, nullable=False),
    )
    op.create_index("pledge_via_code", "pledge_via", ["code"])
    op.create_table(
        "came",
        sa.Column("owner", sa.String, primary_key=True),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
    )


def _groups() -> None:
    op.create_table(
        "group_chat",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("topic", sa.String),
        sa.Column("goal", sa.Integer),
        sa.Column("until", sa.String),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("keeper", sa.String),
        sa.Column("opened", sa.Integer, nullable=False),
        sa.Column("added_at", sa.Integer, nullable=False),
    )
    op.create_index("group_chat_place", "group_chat", ["platform", "chat"], unique=True)
    op.create_table(
        "subscription",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("chat", sa.String, primary_key=True),
        sa.Column("campaign", sa.String, primary_key=True),
        sa.Column("private", sa.Integer, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("country", sa.String),
        sa.Column("via", sa.String),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.Integer, nullable=False),
    )


def _broadcasts() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("content", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("starts_at", sa.Integer, nullable=False),
        sa.Column("quiet", sa.String),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("ended_at", sa.Integer),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "broadcast_file",
        sa.Column(
            "broadcast", sa.Integer, sa.ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("photo", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "broadcast_fate",
        sa.Column(
            "broadcast", sa.Integer, sa.ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("state", sa.String, primary_key=True),
        sa.Column("people", sa.Integer, nullable=False),
    )


def _deliveries() -> None:
    op.rename_table("delivery", "delivery_before")
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("queued_at", sa.Integer, nullable=False),
        sa.Column("broadcast", sa.Integer, sa.ForeignKey("broadcast.id", ondelete="CASCADE")),
        sa.Column("language", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("delivery_broadcast", "delivery", ["broadcast", "state"])
    op.execute(
        "INSERT INTO delivery SELECT id, platform, chat, message, queued_at, NULL, NULL, 'ready', 0"
        " FROM delivery_before"
    )
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'delivery'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq)"
        " SELECT 'delivery', seq FROM sqlite_sequence WHERE name = 'delivery_before'"
    )
    op.drop_table("delivery_before")


def _cards_and_reminders() -> None:
    op.create_table(
        "card",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("message", sa.String, nullable=False),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("campaign", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("due_at", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("reminder_due", "reminder", ["due_at"])
