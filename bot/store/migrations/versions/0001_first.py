"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "fact",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )
    op.create_table(
        "seen",
        sa.Column("event", sa.String, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("seen_at", "seen", ["at"])
    op.create_table(
        "conversation",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("frames", sa.String, nullable=False),
        sa.Column("updated_at", sa.Integer, nullable=False),
    )
    op.create_index("conversation_owner", "conversation", ["owner"])
    op.create_table(
        "person",
        sa.Column("owner", sa.String, primary_key=True),
        sa.Column("language", sa.String, nullable=False),
    )
    op.create_table(
        "pledge",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("campaign", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("country", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("name", sa.String),
        sa.Column("organisation", sa.String),
        sa.Column("consent", sa.String, nullable=False),
        sa.Column("consent_version", sa.String, nullable=False),
        sa.Column("consent_at", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
    )
    op.create_index("pledge_owner", "pledge", ["owner", "campaign"])
    op.create_table(
        "pledge_way",
        sa.Column("pledge", sa.Integer, sa.ForeignKey("pledge.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("recipient", sa.String, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
