"""Webhooks by the API: making, changing, trying, and what became of their deliveries."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pactape.broker.delivery.dispatcher import send_once
from pactape.broker.http.protocol.links import link, moment
from pactape.broker.http.protocol.messages import Call, Problem, Response, hal, no_content, not_found
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.store import webhooks
from pactape.broker.webhooks.definition import (
    Delivery,
    Outgoing,
    Webhook,
    WebhookError,
    WebhookSpec,
    outgoing,
    read_spec,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ROUTES"]

_MASK = "**********"
_SECRET_HEADERS = ("authorization", "cookie", "token", "key", "secret", "password")
_EXAMPLES: Mapping[str, str] = {
    "pactbroker.consumerName": "an example consumer",
    "pactbroker.providerName": "an example provider",
    "pactbroker.consumerVersionNumber": "1",
    "pactbroker.providerVersionNumber": "1",
    "pactbroker.eventName": "test",
}


def _known(call: Call) -> Webhook:
    found = webhooks.find_webhook(call.connection, call.path["uuid"])
    if found is None:
        raise not_found(f"Webhook {call.path['uuid']}")
    return found


def _document(call: Call, webhook: Webhook) -> dict[str, Any]:
    spec, here = webhook.spec, call.url("webhooks", webhook.uuid)
    return {
        "uuid": webhook.uuid,
        "description": spec.description or _default_description(spec),
        "enabled": spec.enabled,
        "events": [{"name": each.name} for each in spec.events],
        "consumer": spec.consumer and {"name": spec.consumer.name, "label": spec.consumer.label},
        "provider": spec.provider and {"name": spec.provider.name, "label": spec.provider.label},
        "request": _masked(spec),
        "createdAt": moment(webhook.created_at),
        "updatedAt": moment(webhook.updated_at),
        "_links": {
            "self": link(here, title=spec.description or _default_description(spec)),
            "pb:execute": link(f"{here}/execute", title="Send the webhook's request now"),
            "pb:triggered-webhooks": link(f"{here}/deliveries", title="What became of its deliveries"),
            "pb:webhooks": link(call.url("webhooks"), title="All webhooks"),
        },
    }


def _default_description(spec: WebhookSpec) -> str:
    return f"{spec.request.method.upper()} {spec.request.url.split('?')[0]}"


def _masked(spec: WebhookSpec) -> dict[str, Any]:
    request = spec.request
    headers = outgoing(spec, {}).headers if request.headers else {}
    shown = {
        name: _MASK if any(word in name.lower() for word in _SECRET_HEADERS) else value
        for name, value in headers.items()
    }
    return {
        "method": request.method.upper(),
        "url": request.url,
        "headers": shown,
        "body": request.body,
        **({"username": request.username} if request.username else {}),
        **({"password": _MASK} if request.password else {}),
    }


def _all(call: Call) -> Response:
    found = webhooks.all_webhooks(call.connection)
    links = [
        link(
            call.url("webhooks", each.uuid),
            title=each.spec.description or _default_description(each.spec),
            name=each.uuid,
        )
        for each in found
    ]
    return hal(
        {
            "_embedded": {"webhooks": [_document(call, each) for each in found]},
            "_links": {"self": link(call.url("webhooks")), "pb:webhooks": links},
        }
    )


def _get(call: Call) -> Response:
    return hal(_document(call, _known(call)))


def _create(call: Call) -> Response:
    return _save(call, str(uuid.uuid4()))


def _put(call: Call) -> Response:
    identity = call.path["uuid"]
    if len(identity) < 16 or not all(letter.isalnum() or letter in "-_" for letter in identity):  # noqa: PLR2004
        raise Problem(
            400, "The UUID must have 16 or more letters, digits, - or _", errors={"uuid": ["too short"]}
        )
    return _save(call, identity)


def _save(call: Call, identity: str) -> Response:
    try:
        spec = read_spec(call.json(), allowed_hosts=call.config.webhook_hosts)
    except WebhookError as error:
        raise Problem(400, str(error), errors={"request": [str(error)]}) from None
    created = webhooks.save_webhook(call.connection, identity, spec, now=call.now)
    found = webhooks.find_webhook(call.connection, identity)
    assert found is not None, "it was saved above"  # noqa: S101 -- for the type checker
    headers = (("Location", call.url("webhooks", identity)),) if created else ()
    return hal(_document(call, found), status=201 if created else 200, headers=headers)


def _delete(call: Call) -> Response:
    if not webhooks.delete_webhook(call.connection, call.path["uuid"]):
        raise not_found(f"Webhook {call.path['uuid']}")
    return no_content()


def _execute(call: Call) -> Response:
    request: Outgoing = outgoing(_known(call).spec, dict(_EXAMPLES))
    delivery = Delivery(
        uuid="",
        webhook_uuid=call.path["uuid"],
        event="test",
        status="waiting",
        attempts=0,
        log="",
        request=request,
        created_at=call.now,
    )
    arrived, words = send_once(delivery, call.config)
    return hal(
        {"success": arrived, "logs": words, "_links": {"self": link(call.url(*call.request.segments))}}
    )


def _deliveries(call: Call) -> Response:
    found = webhooks.deliveries_of(call.connection, _known(call).uuid)
    documents = [
        {
            "uuid": each.uuid,
            "event": each.event,
            "status": each.status,
            "attempts": each.attempts,
            "logs": each.log,
            "createdAt": moment(each.created_at),
        }
        for each in found
    ]
    return hal(
        {
            "_embedded": {"triggeredWebhooks": documents},
            "_links": {"self": link(call.url(*call.request.segments))},
        }
    )


_WEBHOOK = "/webhooks/{uuid}"

ROUTES: list[Route] = [
    reads("/webhooks", _all),
    writes("POST", "/webhooks", _create),
    reads(_WEBHOOK, _get),
    writes("PUT", _WEBHOOK, _put),
    writes("DELETE", _WEBHOOK, _delete),
    reads(f"{_WEBHOOK}/execute", _execute, method="POST"),
    reads(f"{_WEBHOOK}/deliveries", _deliveries),
]
