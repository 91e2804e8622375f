"""Where a group was before it moved, and an index that finds a broadcast's messages of one platform."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column and renew the index, unless the tables were made by a 0003 that had them already."""
    if "before" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("group_chat")}:
        op.add_column("group_chat", sa.Column("before", sa.String))
    op.drop_index("delivery_broadcast", "delivery")
    op.create_index("delivery_broadcast", "delivery", ["broadcast", "state", "platform"])
