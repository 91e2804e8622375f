"""When a message was recorded: its repetition is known again for a day only."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Give each waiting message the present moment; no id is ever given twice."""
    op.rename_table("delivery", "delivery_before")
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("queued_at", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO delivery SELECT id, platform, chat, message, CAST(strftime('%s', 'now') AS INTEGER)"
        " FROM delivery_before"
    )
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'delivery'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq)"
        " SELECT 'delivery', seq FROM sqlite_sequence WHERE name = 'delivery_before'"
    )
    op.drop_table("delivery_before")
