"""Shipments, their tracking numbers, and the keys of processed requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateSequence, DropSequence, Sequence

revision = "shipping_0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "shipping"
NUMBERS = Sequence("tracking_numbers", start=100_000_001, schema=SCHEMA)


def upgrade() -> None:
    op.execute(CreateSequence(NUMBERS))
    op.create_table(
        "shipments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("order_id", sa.String(100), nullable=False),
        sa.Column("tracking_number", sa.String(20), nullable=False, unique=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("items", JSONB(), nullable=False),
        sa.Column("address", JSONB(), nullable=False),
        sa.CheckConstraint("status IN ('created', 'cancelled')", name="shipments_status_check"),
        schema=SCHEMA,
    )
    op.create_index("ix_shipping_shipments_order_id", "shipments", ["order_id"], schema=SCHEMA)
    op.create_table(
        "idempotency_keys",
        sa.Column("client", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for table in ("idempotency_keys", "shipments"):
        op.drop_table(table, schema=SCHEMA)
    op.execute(DropSequence(NUMBERS))
