"""Products, their reservations, and the keys of processed requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "inventory_0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "inventory"


def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= held AND held <= on_hand", name="products_held_check"),
        schema=SCHEMA,
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "status IN ('held', 'confirmed', 'cancelled', 'expired')", name="reservations_status_check"
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "reservations_expiring_idx",
        "reservations",
        ["expires_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("status = 'held'"),
    )
    op.create_table(
        "reserved_lines",
        sa.Column(
            "reservation_id",
            sa.Uuid(),
            sa.ForeignKey(f"{SCHEMA}.reservations.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("product_id", sa.String(100), sa.ForeignKey(f"{SCHEMA}.products.id"), primary_key=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="reserved_lines_quantity_check"),
        schema=SCHEMA,
    )
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
    for table in ("idempotency_keys", "reserved_lines", "reservations", "products"):
        op.drop_table(table, schema=SCHEMA)
