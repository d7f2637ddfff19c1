"""Messages in the database."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from storefront.notifications.tables import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

__all__ = ["MessageRepository"]

_MOST = 100


class MessageRepository:
    """Messages within one transaction.

    Args:
        session: The transaction's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, recipient: str, *, channel: str, kind: str, content: Mapping[str, Any]) -> Message:
        """Accept a message."""
        message = Message(
            id=uuid.uuid4(),
            recipient=recipient,
            channel=channel,
            kind=kind,
            content=dict(content),
            created_at=datetime.now(UTC),
        )
        self._session.add(message)
        self._session.flush()
        return message

    def of(self, recipient: str) -> Sequence[Message]:
        """Return a recipient's latest messages, at most 100, the oldest first."""
        latest = (
            select(Message).where(Message.recipient == recipient).order_by(Message.number.desc()).limit(_MOST)
        )
        return self._session.scalars(latest).all()[::-1]

    def forget(self, recipient: str) -> None:
        """Delete a recipient's messages."""
        self._session.execute(delete(Message).where(Message.recipient == recipient))
