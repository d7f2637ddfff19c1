"""The payments' tables."""

from __future__ import annotations

import uuid
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, MetaData, Numeric, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storefront.framework.idempotency import keys_table
from storefront.framework.migrating import Chain

__all__ = ["CHAIN", "KEYS", "Account", "Base", "Payment"]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(schema="payments")


class Account(Base):
    """The account of a payment token, which is stored as a hash."""

    __tablename__ = "accounts"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    balance: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    held: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=Decimal(0))
    refuses_captures: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (CheckConstraint("0 <= held AND held <= balance", name="accounts_held_check"),)


class Payment(Base):
    """A payment: authorized, then captured or voided; a captured one may be refunded."""

    __tablename__ = "payments"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("payments.accounts.token_hash"), index=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    status: Mapped[str] = mapped_column(String(20))
    transaction_id: Mapped[uuid.UUID | None] = mapped_column(unique=True)

    __table_args__ = (
        CheckConstraint(
            "status IN ('authorized', 'voided', 'captured', 'refunded')", name="payments_status_check"
        ),
        CheckConstraint(
            "(transaction_id IS NOT NULL) = (status IN ('captured', 'refunded'))",
            name="payments_transaction_check",
        ),
    )


KEYS = keys_table(Base.metadata)
CHAIN = Chain(metadata=Base.metadata, folder="payments")
