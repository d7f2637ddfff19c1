"""The orders' tables: orders and the saga log."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Numeric,
    String,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storefront.framework.migrating import Chain

__all__ = ["CHAIN", "Alert", "Base", "Order", "SagaRow", "StepRow"]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(schema="orders")


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    customer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    total: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    tracking_number: Mapped[str | None] = mapped_column(String(20))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("status IN ('pending', 'completed', 'failed')", name="orders_status_check"),
        Index("orders_user_id_created_at_idx", "user_id", "created_at"),
    )


class SagaRow(Base):
    """A saga: its request, its progress and its worker's lease."""

    __tablename__ = "sagas"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    secrets: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    deadline: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    owner: Mapped[str | None] = mapped_column(String(50))
    leased_until: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint(
            "state IN ('running', 'finishing', 'compensating', 'completed', 'compensated', 'parked')",
            name="sagas_state_check",
        ),
        Index("sagas_due_idx", "due", postgresql_where="state IN ('running', 'finishing', 'compensating')"),
    )


class StepRow(Base):
    """A step or compensation of a saga."""

    __tablename__ = "saga_steps"

    saga_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("orders.sagas.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    result: Mapped[Any] = mapped_column(JSONB)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(
            "state IN ('started', 'done', 'refused', 'unknown', 'failing', 'parked')",
            name="saga_steps_state_check",
        ),
    )


class Alert(Base):
    """An alert about a parked step, which needs manual action."""

    __tablename__ = "alerts"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    saga_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.sagas.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(50))
    error: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


CHAIN = Chain(metadata=Base.metadata, folder="orders")
