"""Webhooks and the record of their deliveries."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, insert, select, update

from pactape.broker.store.database import tables as t
from pactape.broker.webhooks.definition import Delivery, Outgoing, Webhook, WebhookSpec

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = [
    "add_delivery",
    "all_webhooks",
    "any_webhook",
    "delete_webhook",
    "deliveries_of",
    "find_delivery",
    "find_webhook",
    "save_webhook",
    "unfinished_deliveries",
    "update_delivery",
]


def all_webhooks(connection: Connection) -> list[Webhook]:
    """Every webhook, the oldest first."""
    return [_webhook(row) for row in connection.execute(select(t.webhooks).order_by(t.webhooks.c.id))]


def any_webhook(connection: Connection) -> bool:
    """Whether there is a webhook at all."""
    return connection.execute(_ANY).first() is not None


_ANY = select(t.webhooks.c.id).limit(1)


def find_webhook(connection: Connection, identity: str) -> Webhook | None:
    """The webhook with this UUID."""
    row = connection.execute(select(t.webhooks).where(t.webhooks.c.uuid == identity)).first()
    return None if row is None else _webhook(row)


def save_webhook(connection: Connection, identity: str, spec: WebhookSpec, *, now: str) -> bool:
    """Make or change a webhook; gives whether it was made."""
    values = {"definition": msgspec.json.encode(spec), "updated_at": now}
    changed = connection.execute(update(t.webhooks).where(t.webhooks.c.uuid == identity).values(values))
    if changed.rowcount:
        return False
    connection.execute(insert(t.webhooks).values({**values, "uuid": identity, "created_at": now}))
    return True


def delete_webhook(connection: Connection, identity: str) -> bool:
    """Remove a webhook; False when there is none."""
    return bool(connection.execute(delete(t.webhooks).where(t.webhooks.c.uuid == identity)).rowcount)


def add_delivery(
    connection: Connection, outgoing: Outgoing, *, webhook: str, event: str, now: str
) -> Delivery:
    """Record a request that is to go out."""
    delivery = Delivery(
        uuid=str(uuid.uuid4()),
        webhook_uuid=webhook,
        event=event,
        status="waiting",
        attempts=0,
        log="",
        request=outgoing,
        created_at=now,
    )
    values = {**msgspec.structs.asdict(delivery), "request": msgspec.json.encode(outgoing)}
    connection.execute(insert(t.deliveries).values(values))
    return delivery


def update_delivery(connection: Connection, delivery: Delivery) -> None:
    """Record how far a delivery has come."""
    connection.execute(
        update(t.deliveries)
        .where(t.deliveries.c.uuid == delivery.uuid)
        .values(status=delivery.status, attempts=delivery.attempts, log=delivery.log)
    )


def find_delivery(connection: Connection, identity: str) -> Delivery | None:
    """The delivery with this UUID."""
    row = connection.execute(select(t.deliveries).where(t.deliveries.c.uuid == identity)).first()
    return None if row is None else _delivery(row)


def deliveries_of(connection: Connection, webhook: str, *, limit: int = 100) -> list[Delivery]:
    """A webhook's deliveries, the last one first."""
    query = (
        select(t.deliveries).where(t.deliveries.c.webhook_uuid == webhook).order_by(t.deliveries.c.id.desc())
    )
    return [_delivery(row) for row in connection.execute(query.limit(limit))]


def unfinished_deliveries(connection: Connection) -> list[Delivery]:
    """The deliveries that were cut short, the oldest first."""
    query = select(t.deliveries).where(t.deliveries.c.status == "waiting").order_by(t.deliveries.c.id)
    return [_delivery(row) for row in connection.execute(query)]


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        uuid=row.uuid,
        spec=msgspec.json.decode(row.definition, type=WebhookSpec),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _delivery(row: Row[Any]) -> Delivery:
    values = {**row._mapping, "request": msgspec.json.decode(row.request, type=Outgoing)}  # noqa: SLF001 -- public
    del values["id"]
    return Delivery(**values)
