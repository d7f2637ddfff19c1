"""The pages of webhooks, their deliveries, and a delivery's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.protocol.messages import not_found
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.http.webhooks.resource import require_webhook, title_of
from pactape.broker.pages.views.showing import show
from pactape.broker.store import webhooks
from pactape.broker.webhooks.masking import mask_request

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response
    from pactape.broker.webhooks.definition import Webhook

__all__ = ["ROUTES"]

_SHOWN = 100


def _all(call: Call) -> Response:
    rows = [_row(call, webhook) for webhook in webhooks.all_webhooks(call.connection)]
    recent = webhooks.deliveries(call.connection, limit=_SHOWN)
    return show(
        "webhooks.html",
        call,
        title="Webhooks",
        rows=rows,
        deliveries=recent,
        titles={row["uuid"]: row["title"] for row in rows},
        hosts=call.config.webhook_hosts,
    )


def _row(call: Call, webhook: Webhook) -> dict[str, Any]:
    last = webhooks.deliveries(call.connection, webhook_uuid=webhook.uuid, limit=1)
    return {
        "uuid": webhook.uuid,
        "title": title_of(webhook.spec),
        "spec": webhook.spec,
        "last": last[0] if last else None,
    }


def _one(call: Call) -> Response:
    webhook = require_webhook(call)
    return show(
        "webhook.html",
        call,
        title=title_of(webhook.spec),
        webhook=webhook,
        masked_request=mask_request(webhook.spec.request),
        deliveries=webhooks.deliveries(call.connection, webhook_uuid=webhook.uuid, limit=_SHOWN),
        titles={},
    )


def _delivery(call: Call) -> Response:
    delivery = webhooks.find_delivery(call.connection, call.path["uuid"])
    if delivery is None:
        raise not_found(f"Delivery {call.path['uuid']}")
    return show("delivery.html", call, title=f"Delivery of {delivery.event}", delivery=delivery)


ROUTES: list[Route] = [
    reads("/webhooks", _all),
    reads("/webhooks/{uuid}", _one),
    reads("/webhooks/{uuid}/deliveries", _one),
    reads("/triggered-webhooks/{uuid}", _delivery),
]
