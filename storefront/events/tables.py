"""The tables of user events: outbox, subscribers and their progress, audit log."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storefront.framework.migrating import Chain

__all__ = ["CHAIN", "AuditRow", "Base", "Failure", "OutboxRow", "Position", "Stream", "SubscriberRow"]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(schema="events")


class Stream(Base):
    """The number of a user's events; the lock on its row orders the user's changes."""

    __tablename__ = "streams"

    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    last_sequence: Mapped[int] = mapped_column(BigInteger)


class OutboxRow(Base):
    """An event that some subscriber may not have applied yet."""

    __tablename__ = "outbox"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(String(50))
    user_id: Mapped[uuid.UUID]
    sequence: Mapped[int] = mapped_column(BigInteger)
    user: Mapped[dict[str, Any]] = mapped_column(JSONB)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("user_id", "sequence", name="outbox_user_id_sequence_key"),)


class SubscriberRow(Base):
    """A subscriber to all events."""

    __tablename__ = "subscribers"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)


class Position(Base):
    """A user's last event that a subscriber applied, to detect duplicates."""

    __tablename__ = "positions"

    subscriber: Mapped[str] = mapped_column(
        ForeignKey("events.subscribers.name", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)


class Failure(Base):
    """A user's event that a subscriber fails to apply, and whether it is parked."""

    __tablename__ = "failures"

    subscriber: Mapped[str] = mapped_column(
        ForeignKey("events.subscribers.name", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[uuid.UUID]
    attempts: Mapped[int]
    error: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AuditRow(Base):
    """An entry of the audit log."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID]
    action: Mapped[str] = mapped_column(String(50))
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (Index("audit_user_id_number_idx", "user_id", "number"),)


CHAIN = Chain(metadata=Base.metadata, folder="events")
