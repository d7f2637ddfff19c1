"""Tests a webhook: sends its request at once, for the latest contract, and shows request and response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.protocol.links import link
from pactape.broker.http.protocol.messages import Response, hal
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.http.webhooks.parameters import contract_values, provider_values, result_values
from pactape.broker.http.webhooks.resource import read_webhook, require_webhook
from pactape.broker.store.pacts.published import recent_publications
from pactape.broker.store.placements import current_placements
from pactape.broker.store.results import results_of_content
from pactape.broker.store.versions import versions_by_id
from pactape.broker.webhook_delivery.sender import send
from pactape.broker.webhooks.masking import mask_outgoing
from pactape.broker.webhooks.rendering import outgoing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication
    from pactape.broker.webhooks.definition import WebhookSpec

__all__ = ["ROUTES"]

_EXAMPLES: Mapping[str, str] = {
    "pactbroker.consumerName": "an example consumer",
    "pactbroker.providerName": "an example provider",
    "pactbroker.consumerVersionNumber": "1",
    "pactbroker.providerVersionNumber": "1",
}


def _execute(call: Call) -> Response:
    return _try(call, require_webhook(call).spec)


def _execute_unsaved(call: Call) -> Response:
    return _try(call, read_webhook(call, call.json(), None))


def _try(call: Call, spec: WebhookSpec) -> Response:
    request = outgoing(spec, _values(call, spec))
    attempt = send(request, call.config)
    response = attempt.status and {
        "status": attempt.status,
        "headers": attempt.headers,
        "body": attempt.body,
    }
    return hal(
        {
            "success": attempt.arrived,
            "logs": attempt.log,
            "request": mask_outgoing(request),
            "response": response,
            **({} if attempt.error is None else {"error": {"message": attempt.error}}),
            "_links": _links(call),
        }
    )


def _links(call: Call) -> dict[str, Any]:
    self_url = call.url(*call.request.segments)
    links = {"self": link(self_url), "try-again": link(self_url, title="Execute the webhook again")}
    if "uuid" in call.path:
        links["webhook"] = link(call.url("webhooks", call.path["uuid"]))
    return links


def _values(call: Call, spec: WebhookSpec) -> dict[str, str]:
    """Return the values of the latest contract that the webhook applies to; example values if there is none."""
    consumer = spec.consumer.name if spec.consumer else None
    provider = spec.provider.name if spec.provider else None
    publications = recent_publications(call.connection, consumer=consumer, provider=provider, limit=1)
    values = _real_values(call, spec, publications[0]) if publications else dict(_EXAMPLES)
    return {**values, "pactbroker.eventName": "test"}


def _real_values(call: Call, spec: WebhookSpec, publication: Publication) -> dict[str, str]:
    values = contract_values(call, publication)
    placements = current_placements(call.connection, kind="deployed", pacticipant=publication.provider)
    if placements:
        values["pactbroker.currentlyDeployedProviderVersionNumber"] = placements[-1].version
    results = results_of_content(call.connection, publication.content_id, limit=1)
    if not results or not any(event.name.startswith("provider_verification") for event in spec.events):
        return values
    version = versions_by_id(call.connection, [results[0].provider_version_id])[
        results[0].provider_version_id
    ]
    return {**values, **provider_values(version), **result_values(call, publication, results[0])}


ROUTES: list[Route] = [
    reads("/webhooks/execute", _execute_unsaved, method="POST"),
    reads("/webhooks/{uuid}/execute", _execute, method="POST"),
]
