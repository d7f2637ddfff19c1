"""Webhooks and the record of their deliveries."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite understands it, too

from pactape.broker.store.database import tables as t
from pactape.broker.webhooks.definition import Delivery, RenderedRequest, Webhook, WebhookSpec

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row

    from pactape.broker.webhooks.events import Event

__all__ = [
    "add_delivery",
    "all_webhooks",
    "any_webhook",
    "claim_deliveries",
    "delete_deliveries_before",
    "delete_webhook",
    "delete_webhooks_of",
    "deliveries",
    "find_delivery",
    "find_webhook",
    "next_due",
    "release_deliveries",
    "save_webhook",
    "update_delivery",
]


def all_webhooks(connection: Connection) -> list[Webhook]:
    """Return every webhook, the oldest first."""
    return [_webhook(row) for row in connection.execute(select(t.webhooks).order_by(t.webhooks.c.id))]


def any_webhook(connection: Connection) -> bool:
    """Return whether any webhook exists."""
    return connection.execute(_ANY).first() is not None


_ANY = select(t.webhooks.c.id).limit(1)


def find_webhook(connection: Connection, identity: str) -> Webhook | None:
    """Return the webhook with this UUID."""
    row = connection.execute(select(t.webhooks).where(t.webhooks.c.uuid == identity)).first()
    return None if row is None else _webhook(row)


def save_webhook(connection: Connection, identity: str, spec: WebhookSpec, *, now: str) -> None:
    """Create or change a webhook."""
    values = {"uuid": identity, "definition": msgspec.json.encode(spec), "created_at": now, "updated_at": now}
    statement = upsert(t.webhooks).values(values)
    new_values = {name: statement.excluded[name] for name in ("definition", "updated_at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["uuid"], set_=new_values))


def delete_webhook(connection: Connection, identity: str) -> bool:
    """Delete a webhook; return False if it doesn't exist."""
    return bool(connection.execute(delete(t.webhooks).where(t.webhooks.c.uuid == identity)).rowcount)


def delete_webhooks_of(connection: Connection, *, consumer: str | None, provider: str | None) -> None:
    """Delete the webhooks that have this consumer and this provider by name.

    Args:
        connection: The transaction.
        consumer: The consumer's name; None means any.
        provider: The provider's name; None means any.
    """
    for webhook in all_webhooks(connection):
        spec = webhook.spec
        names = [party.name if party else None for party in (spec.consumer, spec.provider)]
        parties = [consumer, provider]
        if all(name is None or name == own for name, own in zip(parties, names, strict=True)):
            delete_webhook(connection, webhook.uuid)


def add_delivery(
    connection: Connection, outgoing: RenderedRequest, *, webhook: str, event: Event, now: str
) -> Delivery:
    """Record a request to be sent."""
    delivery = Delivery(
        uuid=str(uuid.uuid4()),
        webhook_uuid=webhook,
        event=event.name,
        consumer=event.consumer,
        provider=event.provider,
        consumer_version=event.values.get("pactbroker.consumerVersionNumber", ""),
        sha=event.sha,
        result_number=event.result_number,
        request=outgoing,
        created_at=now,
        due_at=now,
    )
    values = {
        **msgspec.structs.asdict(delivery),
        "request": msgspec.json.encode(outgoing),
        "claimed_until": "",
    }
    connection.execute(insert(t.deliveries).values(values))
    return delivery


def claim_deliveries(
    connection: Connection, *, now: str, until: str, busy: Collection[str], limit: int
) -> list[Delivery]:
    """Claim due deliveries for this process; other processes don't send them until the claim expires.

    Args:
        connection: A writing transaction.
        now: The time now.
        until: When the claim expires, in case this process ends without releasing it.
        busy: Webhooks to skip.
        limit: The most deliveries to claim.
    """
    due_query = (
        select(t.deliveries.c.id)
        .where(
            t.deliveries.c.status == "waiting",
            t.deliveries.c.due_at <= now,
            t.deliveries.c.claimed_until < now,
        )
        .order_by(t.deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if busy:
        due_query = due_query.where(t.deliveries.c.webhook_uuid.not_in(busy))
    ids = list(connection.scalars(due_query))
    if not ids:
        return []
    connection.execute(update(t.deliveries).where(t.deliveries.c.id.in_(ids)).values(claimed_until=until))
    rows = connection.execute(
        select(t.deliveries).where(t.deliveries.c.id.in_(ids)).order_by(t.deliveries.c.id)
    )
    return [_delivery(row) for row in rows]


def next_due(connection: Connection) -> str | None:
    """Return when the next waiting delivery is due; None if none waits."""
    latest_of = func.greatest if connection.dialect.name == "postgresql" else func.max
    free: Any = latest_of(t.deliveries.c.due_at, t.deliveries.c.claimed_until)
    due_at: str | None = connection.scalar(select(func.min(free)).where(t.deliveries.c.status == "waiting"))
    return due_at


def release_deliveries(connection: Connection, identities: Collection[str]) -> None:
    """Release claims, so that the deliveries are sent at once after the next start."""
    connection.execute(
        update(t.deliveries).where(t.deliveries.c.uuid.in_(identities)).values(claimed_until="")
    )


def update_delivery(connection: Connection, delivery: Delivery) -> None:
    """Record the progress of a delivery, and release the claim on it."""
    connection.execute(
        update(t.deliveries)
        .where(t.deliveries.c.uuid == delivery.uuid)
        .values(
            status=delivery.status,
            attempts=delivery.attempts,
            log=delivery.log,
            due_at=delivery.due_at,
            claimed_until="",
        )
    )


def find_delivery(connection: Connection, identity: str) -> Delivery | None:
    """Return the delivery with this UUID."""
    row = connection.execute(select(t.deliveries).where(t.deliveries.c.uuid == identity)).first()
    return None if row is None else _delivery(row)


def deliveries(
    connection: Connection, *, limit: int = 100, offset: int = 0, **conditions: str | int
) -> list[Delivery]:
    """Return deliveries, the latest first.

    Args:
        connection: The transaction.
        limit: The most to return.
        offset: How many to skip first.
        conditions: Values that they must have: webhook_uuid, consumer, provider, consumer_version, sha,
            result_number.
    """
    query = select(t.deliveries).order_by(t.deliveries.c.id.desc())
    for name, value in conditions.items():
        query = query.where(t.deliveries.c[name] == value)
    return [_delivery(row) for row in connection.execute(query.limit(limit).offset(offset))]


def delete_deliveries_before(connection: Connection, moment: str) -> int:
    """Delete finished deliveries, and those of deleted webhooks, from before a time; return their number."""
    webhook_ids = select(t.webhooks.c.uuid)
    deletion = delete(t.deliveries).where(
        t.deliveries.c.created_at < moment,
        or_(t.deliveries.c.status != "waiting", t.deliveries.c.webhook_uuid.not_in(webhook_ids)),
    )
    return int(connection.execute(deletion).rowcount)


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        uuid=row.uuid,
        spec=msgspec.json.decode(row.definition, type=WebhookSpec),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _delivery(row: Row[Any]) -> Delivery:
    values = {**row._mapping, "request": msgspec.json.decode(row.request, type=RenderedRequest)}  # noqa: SLF001 -- public
    return Delivery(**{name: values[name] for name in Delivery.__struct_fields__})
