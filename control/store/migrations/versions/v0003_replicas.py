"""What control planes tell each other."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "replicas",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("activity", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replicas"),
    )
