"""Records the requests of webhooks for events, in the same transaction as the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.store import webhooks
from pactape.broker.webhooks.definition import fires
from pactape.broker.webhooks.rendering import outgoing_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from pactape.broker.webhooks.definition import Delivery
    from pactape.broker.webhooks.events import Event

__all__ = ["enqueue"]


def enqueue(connection: Connection, events: Sequence[Event], *, now: str) -> list[Delivery]:
    """Record a delivery for each webhook that fires for an event; both are committed together, or neither is."""
    if not events:
        return []
    all_webhooks = webhooks.all_webhooks(connection)
    return [
        webhooks.add_delivery(connection, request, webhook=webhook.uuid, event=event, now=now)
        for event in events
        for webhook in all_webhooks
        if fires(webhook.spec, event)
        for request in outgoing_for(webhook.spec, event)
    ]
