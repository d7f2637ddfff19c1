"""Deliveries of webhooks: of one webhook, of a contract, of a result, and their logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.protocol.links import link, moment
from pactape.broker.http.protocol.messages import Response, hal, not_found
from pactape.broker.http.protocol.paging import page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads
from pactape.broker.http.webhooks.resource import known_webhook, title_of
from pactape.broker.store import webhooks

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.webhooks.definition import Delivery

__all__ = ["ROUTES"]

_LARGEST = 1_000_000
_OFFICIAL = {"waiting": "retrying", "success": "success", "failure": "failure"}


def _document(call: Call, delivery: Delivery) -> dict[str, Any]:
    return {
        "uuid": delivery.uuid,
        "name": delivery.event,
        "event": delivery.event,
        "eventName": delivery.event,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "attemptsMade": delivery.attempts,
        "consumer": delivery.consumer,
        "provider": delivery.provider,
        "consumerVersion": delivery.consumer_version,
        "logs": delivery.log,
        "createdAt": moment(delivery.created_at),
        "triggeredAt": moment(delivery.created_at),
        "_links": {
            "self": link(call.url("triggered-webhooks", delivery.uuid)),
            "pb:logs": link(
                call.url("triggered-webhooks", delivery.uuid, "logs"), title="Webhook execution logs"
            ),
            "pb:webhook": link(call.url("webhooks", delivery.webhook_uuid), title="Webhook"),
        },
    }


def _listed(call: Call, found: list[Delivery], more: dict[str, Any] | None = None) -> Response:
    documents = [_document(call, each) for each in found]
    self = {"self": link(call.url(*call.request.segments), title="Deliveries of webhooks")}
    return hal({"_embedded": {"triggeredWebhooks": documents}, **(more or {}), "_links": self})


def _of_webhook(call: Call) -> Response:
    page = page_of(call, total=_LARGEST)
    identity = known_webhook(call).uuid
    return _listed(
        call, webhooks.deliveries(call.connection, webhook_uuid=identity, limit=page.size, offset=page.offset)
    )


def _of_contract(call: Call) -> Response:
    found = webhooks.deliveries(
        call.connection,
        consumer=call.path["consumer"],
        provider=call.path["provider"],
        consumer_version=call.path["version"],
    )
    return _listed(call, found)


def _of_result(call: Call) -> Response:
    number = call.path["number"]
    found = webhooks.deliveries(
        call.connection,
        consumer=call.path["consumer"],
        provider=call.path["provider"],
        sha=call.path["sha"],
        result_number=int(number) if number.isdecimal() and len(number) < 10 else -1,  # noqa: PLR2004 -- an integer
    )
    return _listed(call, found)


def _status(call: Call) -> Response:
    """Answer how the latest deliveries between two parties went, one of each webhook and event."""
    found = webhooks.deliveries(
        call.connection, consumer=call.path["consumer"], provider=call.path["provider"], limit=500
    )
    latest: dict[tuple[str, str], Delivery] = {}
    for each in found:
        latest.setdefault((each.webhook_uuid, each.event), each)
    counts = {
        name: sum(_OFFICIAL[each.status] == name for each in latest.values())
        for name in ("success", "failure", "retrying")
    }
    return _listed(call, list(latest.values()), {"summary": {k: v for k, v in counts.items() if v}})


def _known(call: Call) -> Delivery:
    found = webhooks.find_delivery(call.connection, call.path["uuid"])
    if found is None:
        raise not_found(f"Delivery {call.path['uuid']}")
    return found


def _get(call: Call) -> Response:
    delivery = _known(call)
    webhook = webhooks.find_webhook(call.connection, delivery.webhook_uuid)
    description = title_of(webhook.spec) if webhook else "a deleted webhook"
    return hal({**_document(call, delivery), "webhook": description})


def _logs(call: Call) -> Response:
    text = _known(call).log or "Not sent yet\n"
    return Response(body=text.encode(), content_type="text/plain;charset=utf-8")


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    reads("/webhooks/{uuid}/deliveries", _of_webhook, filters=PAGING),
    reads("/triggered-webhooks/{uuid}", _get),
    reads("/triggered-webhooks/{uuid}/logs", _logs),
    reads(f"{_BETWEEN}/webhooks/status", _status),
    reads(f"{_BETWEEN}/version/{{version}}/triggered-webhooks", _of_contract),
    reads(f"{_BETWEEN}/pact-version/{{sha}}/verification-results/{{number}}/triggered-webhooks", _of_result),
]
