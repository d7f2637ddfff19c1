"""The outbox: events are written in the transaction of the change, so that both are committed or neither."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import msgspec
from sqlalchemy import delete, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from storefront.events.event import Event
from storefront.events.tables import Failure, OutboxRow, Position, Stream, SubscriberRow
from storefront.users.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from storefront.events.event import Kind

__all__ = ["due", "mark_published", "only_relay", "remove_applied", "subscribe", "write"]

_LOCK = 0x6F7574626F78  # "outbox"
_BATCH = 200
_MOST_DOUBLINGS = 6


def write(session: Session, kind: Kind, user: Account) -> Event:
    """Write an event in the session's transaction."""
    key = uuid.UUID(user.id)
    statement = insert(Stream).values(user_id=key, last_sequence=1)
    statement = statement.on_conflict_do_update(
        index_elements=[Stream.user_id], set_={"last_sequence": Stream.last_sequence + 1}
    )
    sequence = session.execute(statement.returning(Stream.last_sequence)).scalar_one()
    event = Event(id=uuid.uuid4(), kind=kind, sequence=sequence, occurred_at=datetime.now(UTC), user=user)
    session.add(
        OutboxRow(
            id=event.id,
            kind=kind,
            user_id=key,
            sequence=sequence,
            user=msgspec.to_builtins(user),
            occurred_at=event.occurred_at,
        )
    )
    return event


def only_relay(session: Session) -> bool:
    """Lock the outbox for this transaction and return whether it was free; two relays would break the order."""
    return bool(session.execute(select(func.pg_try_advisory_xact_lock(_LOCK))).scalar_one())


def subscribe(session: Session, name: str) -> None:
    """Register a subscriber; it gets all events from those in the outbox on. Idempotent."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    statement = insert(SubscriberRow).values(name=name).on_conflict_do_nothing().returning(SubscriberRow.name)
    if session.execute(statement).scalar() is None:
        return
    before = func.coalesce(func.min(OutboxRow.sequence) - 1, Stream.last_sequence)
    rows = select(Stream.user_id, before).outerjoin(OutboxRow, OutboxRow.user_id == Stream.user_id)
    for user_id, sequence in session.execute(rows.group_by(Stream.user_id, Stream.last_sequence)).all():
        session.add(Position(subscriber=name, user_id=user_id, sequence=sequence))


def due(session: Session, *, resend_after: timedelta) -> Sequence[tuple[Event, str]]:
    """Return the events to send, the oldest first, each with a subscriber that has not applied it.

    Args:
        session: The transaction's session.
        resend_after: Seconds after which an event that was not applied is sent again, since the bus may have
            lost it; the interval doubles up to 64 times, so that a slow subscriber isn't flooded.
    """
    patience = resend_after * func.power(2, func.least(OutboxRow.attempts - 1, _MOST_DOUBLINGS))
    late = OutboxRow.published_at < func.now() - patience
    anybody = exists().where(_waits(OutboxRow)).select_from(SubscriberRow).correlate(OutboxRow)
    oldest = select(OutboxRow).where(or_(OutboxRow.published_at.is_(None), late), anybody)
    row = aliased(OutboxRow, oldest.order_by(OutboxRow.number).limit(_BATCH).subquery())
    waiting = (
        select(row, SubscriberRow.name)
        .join(SubscriberRow, true())
        .where(_waits(row))
        .order_by(row.number, SubscriberRow.name)
    )
    return [(_event(row_event), name) for row_event, name in session.execute(waiting)]


def _waits(row: type[OutboxRow]) -> ColumnElement[bool]:
    """Return a condition: the event is neither applied, nor parked, nor behind a parked one."""
    is_applied = exists().where(
        Position.subscriber == SubscriberRow.name,
        Position.user_id == row.user_id,
        Position.sequence >= row.sequence,
    )
    is_parked = exists().where(
        Failure.subscriber == SubscriberRow.name,
        Failure.user_id == row.user_id,
        Failure.sequence <= row.sequence,
        Failure.parked_at.is_not(None),
    )
    return ~is_applied.correlate(row, SubscriberRow) & ~is_parked.correlate(row, SubscriberRow)


def mark_published(session: Session, events: Sequence[Event]) -> None:
    """Record that these events were sent now."""
    statement = update(OutboxRow).where(OutboxRow.id.in_({event.id for event in events}))
    session.execute(statement.values(published_at=func.now(), attempts=OutboxRow.attempts + 1))


def remove_applied(session: Session) -> None:
    """Delete the events that all subscribers have applied; keep all if there are no subscribers."""
    is_applied = (
        exists()
        .where(
            Position.subscriber == SubscriberRow.name,
            Position.user_id == OutboxRow.user_id,
            Position.sequence >= OutboxRow.sequence,
        )
        .correlate(OutboxRow, SubscriberRow)
    )
    waiting = exists().where(~is_applied).select_from(SubscriberRow).correlate(OutboxRow)
    anybody = exists().select_from(SubscriberRow)
    session.execute(
        delete(OutboxRow).where(anybody, ~waiting),
        execution_options={"synchronize_session": False},
    )


def _event(row: OutboxRow) -> Event:
    return Event(
        id=row.id,
        kind=cast("Kind", row.kind),
        sequence=row.sequence,
        occurred_at=row.occurred_at.astimezone(UTC),
        user=msgspec.convert(row.user, Account),
    )
