"""The audit log: every event of a user, once and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from storefront.events.event import KINDS
from storefront.events.tables import AuditRow

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from storefront.events.bus import EventBus
    from storefront.events.event import Event

__all__ = ["AuditEventHandler", "AuditLog"]


class AuditLog:
    """The audit log in the database."""

    def log_user_action(self, event: Event, session: Session) -> None:
        """Add an event in the session's transaction."""
        row = AuditRow(
            event_id=event.id, user_id=event.user_id, action=event.kind, occurred_at=event.occurred_at
        )
        session.add(row)

    def actions(self, session: Session, user_id: uuid.UUID) -> Sequence[str]:
        """Return a user's events, the oldest first."""
        mine = select(AuditRow.action).where(AuditRow.user_id == user_id)
        return session.scalars(mine.order_by(AuditRow.number)).all()


class AuditEventHandler:
    """Writes every event to the audit log.

    Args:
        log: The audit log.
    """

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    def register(self, bus: EventBus) -> None:
        """Subscribe to all kinds of events as "audit"."""
        for kind in KINDS:
            bus.on(kind, self._log.log_user_action, subscriber="audit")
