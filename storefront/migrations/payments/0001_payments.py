"""Accounts, payments, and the keys of processed requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "payments_0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "payments"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("balance", sa.Numeric(12, 2), nullable=False),
        sa.Column("held", sa.Numeric(12, 2), nullable=False),
        sa.Column("refuses_captures", sa.Boolean(), nullable=False),
        sa.CheckConstraint("0 <= held AND held <= balance", name="accounts_held_check"),
        schema=SCHEMA,
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("account", sa.String(64), sa.ForeignKey(f"{SCHEMA}.accounts.token_hash"), nullable=False),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), unique=True),
        sa.CheckConstraint(
            "status IN ('authorized', 'voided', 'captured', 'refunded')", name="payments_status_check"
        ),
        sa.CheckConstraint(
            "(transaction_id IS NOT NULL) = (status IN ('captured', 'refunded'))",
            name="payments_transaction_check",
        ),
        schema=SCHEMA,
    )
    op.create_index("ix_payments_payments_account", "payments", ["account"], schema=SCHEMA)
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
    for table in ("idempotency_keys", "payments", "accounts"):
        op.drop_table(table, schema=SCHEMA)
