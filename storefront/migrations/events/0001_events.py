"""The outbox of users' events, its subscribers and their progress, and the audit of users' actions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "events_0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "events"


def upgrade() -> None:
    op.create_table(
        "streams",
        sa.Column("user_id", sa.Uuid(), primary_key=True),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("user", JSONB(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.UniqueConstraint("user_id", "sequence", name="outbox_user_id_sequence_key"),
        schema=SCHEMA,
    )
    op.create_table("subscribers", sa.Column("name", sa.String(50), primary_key=True), schema=SCHEMA)
    op.create_table(
        "positions",
        sa.Column(
            "subscriber",
            sa.String(50),
            sa.ForeignKey(f"{SCHEMA}.subscribers.name", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("user_id", sa.Uuid(), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(50), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        schema=SCHEMA,
    )
    op.create_index("audit_user_id_number_idx", "audit", ["user_id", "number"], schema=SCHEMA)


def downgrade() -> None:
    for table in ("audit", "positions", "subscribers", "outbox", "streams"):
        op.drop_table(table, schema=SCHEMA)
