"""The notifications' tables."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storefront.framework.idempotency import keys_table
from storefront.framework.migrating import Chain

__all__ = ["CHAIN", "KEYS", "Base", "Message"]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(schema="notifications")


class Message(Base):
    """An accepted message; its number gives the order of messages."""

    __tablename__ = "messages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    recipient: Mapped[str] = mapped_column(String(254))
    channel: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(50))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("channel IN ('email', 'screen')", name="messages_channel_check"),
        Index("messages_recipient_number_idx", "recipient", "number"),
    )


KEYS = keys_table(Base.metadata)
CHAIN = Chain(metadata=Base.metadata, folder="notifications")
