"""Deliveries of webhooks: of a webhook, a contract or a result, and their logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_content, require_publication, require_result
from pactape.broker.http.protocol.links import link, moment, pacticipant_url
from pactape.broker.http.protocol.messages import Response, hal, not_found, prefers, text
from pactape.broker.http.protocol.paging import page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads
from pactape.broker.http.webhooks.resource import check_path_parties, require_webhook, title_of
from pactape.broker.store import webhooks

if TYPE_CHECKING:
    from collections.abc import Collection

    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.webhooks.definition import Delivery

__all__ = ["ROUTES"]

_LARGEST = 1_000_000


def _document(call: Call, delivery: Delivery, descriptions: dict[str, str]) -> dict[str, Any]:
    logs = call.url("triggered-webhooks", delivery.uuid, "logs")
    description = descriptions.get(delivery.webhook_uuid, "a deleted webhook")
    waits = delivery.status == "waiting"
    return {
        "uuid": delivery.uuid,
        "name": description,
        "event": delivery.event,
        "eventName": delivery.event,
        "triggerType": "resource_creation",
        "status": delivery.status,
        "attempts": delivery.attempts,
        "attemptsMade": delivery.attempts,
        "attemptsRemaining": len(call.config.webhook_delays) + 1 - delivery.attempts if waits else 0,
        "consumer": delivery.consumer,
        "provider": delivery.provider,
        "consumerVersion": delivery.consumer_version,
        "logs": delivery.log,
        "createdAt": moment(delivery.created_at),
        "triggeredAt": moment(delivery.created_at),
        "_links": {
            "self": link(call.url("triggered-webhooks", delivery.uuid)),
            "pb:logs": link(logs, title="Webhook execution logs", name=description),
            "logs": link(logs, title="DEPRECATED - Use pb:logs", name=description),
            "pb:webhook": link(
                call.url("webhooks", delivery.webhook_uuid), title="Webhook", name=description
            ),
        },
    }


def _status_of(delivery: Delivery) -> str:
    """Return a delivery's status in the official broker's words."""
    if delivery.status == "waiting":
        return "retrying" if delivery.attempts else "not_run"
    return delivery.status


def _descriptions(call: Call) -> dict[str, str]:
    return {webhook.uuid: title_of(webhook.spec) for webhook in webhooks.all_webhooks(call.connection)}


def _official_list(
    call: Call,
    deliveries: list[Delivery],
    more: dict[str, Any] | None = None,
    links: dict[str, Any] | None = None,
) -> Response:
    """Respond at a URL of the official broker, with its words for the states."""
    descriptions = _descriptions(call) if deliveries else {}
    documents = [
        {**_document(call, delivery, descriptions), "status": _status_of(delivery)} for delivery in deliveries
    ]
    self = link(call.url(*call.request.segments), title="Deliveries of webhooks")
    return hal(
        {
            "_embedded": {"triggeredWebhooks": documents},
            **(more or {}),
            "_links": {"self": self, **(links or {})},
        }
    )


def _of_webhook(call: Call) -> Response:
    page = page_of(call, total=_LARGEST)
    identity = require_webhook(call).uuid
    deliveries = webhooks.deliveries(
        call.connection, webhook_uuid=identity, limit=page.size, offset=page.offset
    )
    descriptions = _descriptions(call)
    self = link(call.url(*call.request.segments), title="Deliveries of the webhook")
    documents = [_document(call, delivery, descriptions) for delivery in deliveries]
    return hal({"_embedded": {"triggeredWebhooks": documents}, "_links": {"self": self}})


def _of_contract(call: Call) -> Response:
    publication = require_publication(call)
    deliveries = webhooks.deliveries(
        call.connection,
        consumer=publication.consumer,
        provider=publication.provider,
        consumer_version=publication.version,
    )
    return _official_list(call, deliveries)


def _of_result(call: Call) -> Response:
    publication = require_content(call)
    deliveries = webhooks.deliveries(
        call.connection,
        consumer=publication.consumer,
        provider=publication.provider,
        sha=publication.sha,
        result_number=require_result(call, publication).number,
    )
    return _official_list(call, deliveries)


def _status(call: Call) -> Response:
    """Respond with the latest delivery between two parties for each webhook and event."""
    check_path_parties(call)
    deliveries = webhooks.deliveries(
        call.connection, consumer=call.path["consumer"], provider=call.path["provider"], limit=500
    )
    latest: dict[tuple[str, str], Delivery] = {}
    for delivery in deliveries:
        latest.setdefault((delivery.webhook_uuid, delivery.event), delivery)
    statuses = [_status_of(delivery) for delivery in latest.values()]
    summary = {name: statuses.count(status) for status, name in _SUMMARY.items()}
    summary = {name: count for name, count in summary.items() if count or name in {"successful", "failed"}}
    return _official_list(
        call, list(latest.values()), {"summary": summary}, _status_links(call, latest.values())
    )


_SUMMARY = {"success": "successful", "failure": "failed", "retrying": "retrying", "not_run": "notRun"}


def _status_links(call: Call, deliveries: Collection[Delivery]) -> dict[str, Any]:
    consumer, provider = call.path["consumer"], call.path["provider"]
    between = ("pacts", "provider", provider, "consumer", consumer)
    links: dict[str, Any] = {
        "pb:error-logs": [
            link(
                call.url("triggered-webhooks", delivery.uuid, "logs"), title="Error logs", name=delivery.event
            )
            for delivery in deliveries
            if _status_of(delivery) in {"failure", "retrying"}
        ],
        "pb:pact-webhooks": link(call.url(*between, "webhooks"), title="Webhooks of this pact"),
        "pb:consumer": link(pacticipant_url(call, consumer), title="Consumer", name=consumer),
        "pb:provider": link(pacticipant_url(call, provider), title="Provider", name=provider),
    }
    versions = [delivery.consumer_version for delivery in deliveries if delivery.consumer_version]
    if versions:
        name = f"Pact between {consumer} ({versions[0]}) and {provider}"
        links["pb:pact-version"] = link(call.url(*between, "version", versions[0]), title="Pact", name=name)
    return links


def _delivery(call: Call) -> Delivery:
    delivery = webhooks.find_delivery(call.connection, call.path["uuid"])
    if delivery is None:
        raise not_found(f"Delivery {call.path['uuid']}")
    return delivery


def _get(call: Call) -> Response:
    document = _document(call, _delivery(call), _descriptions(call))
    return hal({**document, "webhook": document["name"]})


def _logs(call: Call) -> Response:
    delivery = _delivery(call)
    if not prefers(call.request, "application/hal+json"):
        return text((delivery.log or "Webhook has not executed yet. Please retry in a few seconds.").rstrip())
    execution = {
        "success": delivery.status == "success",
        "logs": delivery.log,
        "createdAt": moment(delivery.created_at),
    }
    return hal(
        {
            "eventName": delivery.event,
            "consumerName": delivery.consumer,
            "providerName": delivery.provider,
            "executions": [execution] if delivery.attempts else [],
            "_embedded": {"triggeredWebhook": {"uuid": delivery.uuid}},
            "_links": {
                "self": link(call.url(*call.request.segments), title="Triggered webhook logs"),
                "pb:webhook": link(call.url("webhooks", delivery.webhook_uuid), title="Webhook"),
            },
        }
    )


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    reads("/webhooks/{uuid}/deliveries", _of_webhook, filters=PAGING),
    reads("/triggered-webhooks/{uuid}", _get),
    reads("/triggered-webhooks/{uuid}/logs", _logs),
    reads(f"{_BETWEEN}/webhooks/status", _status),
    reads(f"{_BETWEEN}/version/{{version}}/triggered-webhooks", _of_contract),
    reads(f"{_BETWEEN}/pact-version/{{sha}}/verification-results/{{number}}/triggered-webhooks", _of_result),
]
