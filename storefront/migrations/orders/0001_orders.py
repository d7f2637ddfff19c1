"""Orders, and the log of their sagas."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "orders_0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "orders"


def _moment(name: str, *, nullable: bool = False, now: bool = True) -> sa.Column[Any]:
    default = sa.func.now() if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def _saga() -> sa.Column[Any]:
    owner = sa.ForeignKey(f"{SCHEMA}.sagas.id", ondelete="CASCADE")
    return sa.Column("saga_id", sa.Uuid(), owner, nullable=False)


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.String(100), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("items", JSONB(), nullable=False),
        sa.Column("customer", JSONB(), nullable=False),
        sa.Column("total", sa.Numeric(12, 2), nullable=False),
        sa.Column("tracking_number", sa.String(20)),
        sa.Column("error", sa.Text()),
        _moment("created_at"),
        sa.CheckConstraint("status IN ('pending', 'completed', 'failed')", name="orders_status_check"),
        schema=SCHEMA,
    )
    op.create_index("orders_user_id_created_at_idx", "orders", ["user_id", "created_at"], schema=SCHEMA)
    op.create_table(
        "sagas",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("request", JSONB(), nullable=False),
        sa.Column("secrets", JSONB()),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text()),
        _moment("deadline", nullable=True, now=False),
        _moment("due"),
        sa.Column("owner", sa.String(50)),
        _moment("leased_until"),
        _moment("created_at"),
        sa.CheckConstraint(
            "state IN ('running', 'finishing', 'compensating', 'completed', 'compensated', 'parked')",
            name="sagas_state_check",
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "sagas_due_idx",
        "sagas",
        ["due"],
        schema=SCHEMA,
        postgresql_where=sa.text("state IN ('running', 'finishing', 'compensating')"),
    )
    op.create_table(
        "saga_steps",
        _saga(),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("result", JSONB(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("saga_id", "name"),
        sa.CheckConstraint(
            "state IN ('started', 'done', 'refused', 'unknown', 'failing', 'parked')",
            name="saga_steps_state_check",
        ),
        schema=SCHEMA,
    )
    op.create_table(
        "alerts",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        _saga(),
        sa.Column("step", sa.String(50), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        _moment("created_at"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for table in ("alerts", "saga_steps", "sagas", "orders"):
        op.drop_table(table, schema=SCHEMA)
