"""The shipping's tables."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, MetaData, Sequence, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storefront.framework.idempotency import keys_table
from storefront.framework.migrating import Chain

__all__ = ["CHAIN", "KEYS", "TRACKING_NUMBERS", "Base", "Shipment"]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(schema="shipping")


class Shipment(Base):
    """A shipment to an address, in transit or cancelled."""

    __tablename__ = "shipments"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(String(100), index=True)
    tracking_number: Mapped[str] = mapped_column(String(20), unique=True)
    status: Mapped[str] = mapped_column(String(20))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    address: Mapped[dict[str, str]] = mapped_column(JSONB)

    __table_args__ = (CheckConstraint("status IN ('created', 'cancelled')", name="shipments_status_check"),)


TRACKING_NUMBERS = Sequence("tracking_numbers", start=100_000_001, metadata=Base.metadata, schema="shipping")
KEYS = keys_table(Base.metadata)
CHAIN = Chain(metadata=Base.metadata, folder="shipping")
