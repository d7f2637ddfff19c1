"""The webhooks resource: create, change, list and delete webhooks."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.protocol.links import curies, link, moment, pacticipant_url
from pactape.broker.http.protocol.messages import Problem, Response, hal, no_content, not_found
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.store import webhooks
from pactape.broker.store.pacticipants import find_pacticipant
from pactape.broker.webhooks.definition import Webhook, WebhookError, WebhookSpec, read_spec
from pactape.broker.webhooks.masking import mask_request, restore_request

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES", "check_path_parties", "read_webhook", "require_webhook", "title_of"]

_UUID = re.compile(r"[A-Za-z0-9_-]{16,}")


def require_webhook(call: Call) -> Webhook:
    """Return the webhook in the path.

    Raises:
        Problem: 404, it doesn't exist.
    """
    webhook = webhooks.find_webhook(call.connection, call.path["uuid"])
    if webhook is None:
        raise not_found(f"Webhook {call.path['uuid']}")
    return webhook


def check_path_parties(call: Call) -> None:
    """Check that the consumer and the provider that the path names exist.

    Raises:
        Problem: 404, one of them doesn't.
    """
    for role in ("consumer", "provider"):
        if role in call.path:
            require_pacticipant(call, call.path[role])


def read_webhook(call: Call, body: dict[str, Any], stored_spec: WebhookSpec | None) -> WebhookSpec:
    """Read a webhook from a request; masked values keep the stored value.

    Raises:
        Problem: 400, it is invalid.
    """
    document = dict(body)
    for role in ("consumer", "provider"):
        if role in call.path:
            document[role] = {"name": call.path[role]}
    try:
        if isinstance(document.get("request"), dict):
            document["request"] = restore_request(
                document["request"], stored_spec.request if stored_spec else None
            )
        spec = read_spec(document, allowed_hosts=call.config.webhook_hosts)
    except WebhookError as error:
        raise Problem(400, str(error), errors={error.field: [str(error)]}) from None
    _check_parties(call, spec)
    return spec


def _check_parties(call: Call, spec: WebhookSpec) -> None:
    for role, party in (("consumer", spec.consumer), ("provider", spec.provider)):
        if party is not None and party.name and find_pacticipant(call.connection, party.name) is None:
            text = "does not match an existing pacticipant"
            raise Problem(400, f"{role} {party.name!r} {text}", errors={f"{role}.name": [text]})


def title_of(spec: WebhookSpec) -> str:
    """Return a webhook's description, or else its request."""
    masked_request = mask_request(spec.request)
    return spec.description or f"{masked_request['method']} {masked_request['url'].split('?')[0]}"


def _document(call: Call, webhook: Webhook) -> dict[str, Any]:
    spec, self_url = webhook.spec, call.url("webhooks", webhook.uuid)
    return {
        "uuid": webhook.uuid,
        "description": title_of(spec),
        "enabled": spec.enabled,
        "events": [{"name": event.name} for event in spec.events],
        "consumer": spec.consumer and {"name": spec.consumer.name, "label": spec.consumer.label},
        "provider": spec.provider and {"name": spec.provider.name, "label": spec.provider.label},
        "request": mask_request(spec.request),
        "createdAt": moment(webhook.created_at),
        "updatedAt": moment(webhook.updated_at),
        "_links": {
            "self": link(self_url, title=title_of(spec)),
            "pb:execute": link(f"{self_url}/execute", title="Send the webhook's request now"),
            "pb:triggered-webhooks": link(f"{self_url}/deliveries", title="The webhook's deliveries"),
            "pb:webhooks": link(call.url("webhooks"), title="All webhooks"),
            **_links_to_parties(call, spec),
        },
    }


def _links_to_parties(call: Call, spec: WebhookSpec) -> dict[str, Any]:
    links: dict[str, Any] = {}
    for role, party in (("consumer", spec.consumer), ("provider", spec.provider)):
        if party is not None and party.name:
            links[f"pb:{role}"] = link(pacticipant_url(call, party.name), title=role.title(), name=party.name)
        elif party is not None and party.label:
            href = call.url("pacticipants", "label", party.label)
            links[f"pb:{role}s"] = link(href, title=f"{role.title()}s by label", name=party.label)
    if spec.consumer and spec.provider and spec.consumer.name and spec.provider.name:
        between = ("provider", spec.provider.name, "consumer", spec.consumer.name)
        links["pb:pact-webhooks"] = link(call.url("webhooks", *between), title="All webhooks of this pact")
    return links


def _list(call: Call) -> Response:
    """List all webhooks, or those that fire for the consumer and the provider in the path."""
    check_path_parties(call)
    matching_webhooks = [
        webhook for webhook in webhooks.all_webhooks(call.connection) if _concerns(webhook.spec, call.path)
    ]
    links = [
        link(
            call.url("webhooks", matching_webhook.uuid),
            title=_scope_of(matching_webhook.spec),
            name=title_of(matching_webhook.spec),
        )
        for matching_webhook in matching_webhooks
    ]
    return hal(
        {
            "_embedded": {
                "webhooks": [_document(call, matching_webhook) for matching_webhook in matching_webhooks]
            },
            "_links": {
                "self": link(call.url(*call.request.segments), title="Webhooks"),
                "pb:webhooks": links,
                "pb:create": link(call.url(*call.request.segments), title="POST to create a webhook"),
                "curies": curies(call, "", path="webhooks-{rel}"),
            },
        }
    )


def _scope_of(spec: WebhookSpec) -> str:
    """Return a description of the contracts that a webhook applies to, in the official broker's words."""
    parties = {
        role: party.name or f"{role}s labeled {party.label}"
        for role, party in (("consumer", spec.consumer), ("provider", spec.provider))
        if party is not None
    }
    if len(parties) > 1:
        return f"A webhook for the pact between {parties['consumer']} and {parties['provider']}"
    if "provider" in parties:
        return f"A webhook for all pacts with provider {parties['provider']}"
    if "consumer" in parties:
        return f"A webhook for all pacts with consumer {parties['consumer']}"
    return "A webhook for all pacts"


def _concerns(spec: WebhookSpec, names: dict[str, str]) -> bool:
    parties = {"consumer": spec.consumer, "provider": spec.provider}
    return all(
        parties[role] is not None and getattr(parties[role], "name", None) == name
        for role, name in names.items()
        if role in parties
    )


def _get(call: Call) -> Response:
    return hal(_document(call, require_webhook(call)))


def _create(call: Call) -> Response:
    check_path_parties(call)
    return _save(call, str(uuid.uuid4()))


def _put(call: Call) -> Response:
    identity = call.path["uuid"]
    if not _UUID.fullmatch(identity):
        text = "The UUID can only contain letters, digits, _ and -, and must have 16 or more of them"
        raise Problem(400, text, errors={"uuid": [text]})
    return _save(call, identity)


def _save(call: Call, identity: str) -> Response:
    stored_webhook = webhooks.find_webhook(call.connection, identity)
    spec = read_webhook(call, call.json(), stored_webhook.spec if stored_webhook else None)
    webhooks.save_webhook(call.connection, identity, spec, now=call.now)
    created = Webhook(
        uuid=identity,
        spec=spec,
        created_at=stored_webhook.created_at if stored_webhook else call.now,
        updated_at=call.now,
    )
    headers = () if stored_webhook else (("Location", call.url("webhooks", identity)),)
    return hal(_document(call, created), status=200 if stored_webhook else 201, headers=headers)


def _delete(call: Call) -> Response:
    if not webhooks.delete_webhook(call.connection, call.path["uuid"]):
        raise not_found(f"Webhook {call.path['uuid']}")
    return no_content()


_WEBHOOK = "/webhooks/{uuid}"
_LISTS = (
    "/webhooks/provider/{provider}/consumer/{consumer}",
    "/webhooks/provider/{provider}",
    "/webhooks/consumer/{consumer}",
    "/pacts/provider/{provider}/consumer/{consumer}/webhooks",
)

ROUTES: list[Route] = [
    reads("/webhooks", _list),
    writes("POST", "/webhooks", _create),
    *(reads(path, _list) for path in _LISTS),
    *(writes("POST", path, _create) for path in _LISTS),
    reads(_WEBHOOK, _get),
    writes("PUT", _WEBHOOK, _put),
    writes("DELETE", _WEBHOOK, _delete),
]
