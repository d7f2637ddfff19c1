"""The inventory's tables."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from storefront.framework.idempotency import keys_table
from storefront.framework.migrating import Chain

__all__ = ["CHAIN", "KEYS", "Base", "Product", "Reservation", "ReservedLine"]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(schema="inventory")


class Product(Base):
    """A product: its stock and the reserved part of it."""

    __tablename__ = "products"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    on_hand: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)

    __table_args__ = (CheckConstraint("0 <= held AND held <= on_hand", name="products_held_check"),)


class Reservation(Base):
    """A reservation of products, until it is confirmed, is cancelled or expires."""

    __tablename__ = "reservations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lines: Mapped[list[ReservedLine]] = relationship(order_by="ReservedLine.product_id")

    __table_args__ = (
        CheckConstraint(
            "status IN ('held', 'confirmed', 'cancelled', 'expired')", name="reservations_status_check"
        ),
        Index("reservations_expiring_idx", "expires_at", postgresql_where="status = 'held'"),
    )


class ReservedLine(Base):
    """A product of a reservation."""

    __tablename__ = "reserved_lines"

    reservation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("inventory.reservations.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[str] = mapped_column(ForeignKey("inventory.products.id"), primary_key=True)
    quantity: Mapped[int]

    __table_args__ = (CheckConstraint("quantity > 0", name="reserved_lines_quantity_check"),)


KEYS = keys_table(Base.metadata)
CHAIN = Chain(metadata=Base.metadata, folder="inventory")
