"""Parked events: a subscriber failed to apply them repeatedly, and they need manual action.

A user's later events wait behind a parked one, since events are applied in order; other users' events and other
subscribers are not affected.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from pactape.errors import BadInputError
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from storefront.events.tables import Failure, OutboxRow, Position

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from storefront.events.event import Event

__all__ = ["Parked", "forget_failure", "note_failure", "parked", "retry", "skip"]

_LONGEST_ERROR = 2_000


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is no longer sent to a subscriber.

    Args:
        subscriber: The subscriber that failed to apply it.
        user_id: The user's id.
        sequence: Its number among the user's events.
        event_id: The event's id.
        attempts: The number of attempts.
        error: The last failure.
        parked_at: When it was parked.
    """

    subscriber: str
    user_id: uuid.UUID
    sequence: int
    event_id: uuid.UUID
    attempts: int
    error: str
    parked_at: datetime


def note_failure(session: Session, event: Event, *, subscriber: str, error: str, most_attempts: int) -> bool:
    """Record that a subscriber failed to apply an event, and return whether it is now parked.

    Args:
        session: A new transaction: that of the failed attempt is rolled back.
        event: The event.
        subscriber: The subscriber.
        error: The failure.
        most_attempts: The number of failures after which it is parked.
    """
    values = {"sequence": event.sequence, "event_id": event.id, "error": error[:_LONGEST_ERROR]}
    statement = insert(Failure).values(subscriber=subscriber, user_id=event.user_id, attempts=1, **values)
    attempts = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Failure.subscriber, Failure.user_id],
            set_={**values, "attempts": Failure.attempts + 1},
        ).returning(Failure.attempts)
    ).scalar_one()
    if attempts < most_attempts:
        return False
    session.execute(update(Failure).where(_of(subscriber, event.user_id)).values(parked_at=func.now()))
    return True


def forget_failure(session: Session, event: Event, *, subscriber: str) -> None:
    """Forget a subscriber's failures with an event that it has now applied."""
    session.execute(delete(Failure).where(_of(subscriber, event.user_id)))


def parked(session: Session) -> list[Parked]:
    """Return the parked events, the oldest first."""
    rows = select(Failure).where(Failure.parked_at.is_not(None)).order_by(Failure.parked_at)
    return [msgspec.convert(row, Parked, from_attributes=True) for row in session.scalars(rows)]


def retry(session: Session, *, subscriber: str, user_id: uuid.UUID) -> None:
    """Send a parked event again at once, with all its attempts.

    Raises:
        BadInputError: No such event is parked.
    """
    row = _parked_failure(session, subscriber, user_id)
    session.execute(
        update(OutboxRow).where(OutboxRow.id == row.event_id).values(published_at=None, attempts=0)
    )
    session.delete(row)


def skip(session: Session, *, subscriber: str, user_id: uuid.UUID) -> None:
    """Mark a parked event as applied, so that the user's later events are sent.

    Raises:
        BadInputError: No such event is parked.
    """
    row = _parked_failure(session, subscriber, user_id)
    position = insert(Position).values(subscriber=subscriber, user_id=user_id, sequence=row.sequence)
    session.execute(
        position.on_conflict_do_update(
            index_elements=[Position.subscriber, Position.user_id], set_={"sequence": row.sequence}
        )
    )
    behind = (OutboxRow.user_id == user_id) & (OutboxRow.sequence > row.sequence)
    session.execute(update(OutboxRow).where(behind).values(published_at=None, attempts=0))
    session.delete(row)


def _parked_failure(session: Session, subscriber: str, user_id: uuid.UUID) -> Failure:
    failure = session.get(Failure, (subscriber, user_id), with_for_update=True)
    if failure is None or failure.parked_at is None:
        raise BadInputError(
            f"no event of the user {user_id} is parked for {subscriber!r}",
            remedy="list the parked events: python -m storefront.events parked",
        )
    return failure


def _of(subscriber: str, user_id: uuid.UUID) -> ColumnElement[bool]:
    return (Failure.subscriber == subscriber) & (Failure.user_id == user_id)
