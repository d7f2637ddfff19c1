"""Fills in a webhook's placeholders: the request to send for one event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from pactape.broker.webhooks.definition import RenderedRequest, headers_of

if TYPE_CHECKING:
    from pactape.broker.webhooks.definition import WebhookSpec
    from pactape.broker.webhooks.events import Event

__all__ = ["CURRENTLY_DEPLOYED", "outgoing", "outgoing_for"]

#: A webhook with this placeholder sends one request for each deployed provider version.
CURRENTLY_DEPLOYED = "pactbroker.currentlyDeployedProviderVersionNumber"
_PLACEHOLDER = re.compile(r"\$\{(pactbroker\.[A-Za-z]+)\}")


def outgoing_for(spec: WebhookSpec, event: Event) -> list[RenderedRequest]:
    """Return the requests of a webhook for an event."""
    if not _names(spec, CURRENTLY_DEPLOYED):
        return [outgoing(spec, event.values)]
    return [outgoing(spec, {**event.values, CURRENTLY_DEPLOYED: number}) for number in event.deployed]


def outgoing(spec: WebhookSpec, values: dict[str, str]) -> RenderedRequest:
    """Return the request of a webhook with its placeholders replaced; unknown ones are not changed."""
    request = spec.request
    body = _body_text(spec)
    headers = {"Content-Type": "application/json"} if body else {}
    for name, value in headers_of(request.headers).items():
        same = next((header for header in headers if header.lower() == name.lower()), name)
        headers[same] = _one_line(_fill(value, values))
    return RenderedRequest(
        method=request.method.upper(),
        url=_fill(request.url, {name: quote(value, safe="") for name, value in values.items()}),
        headers=headers,
        body=None if body is None else _fill(body, {name: _in_json(value) for name, value in values.items()}),
        username=_fill(request.username, values) if request.username else None,
        password=_fill(request.password, values) if request.password else None,
    )


def _names(spec: WebhookSpec, parameter: str) -> bool:
    texts = [spec.request.url, _body_text(spec) or "", *headers_of(spec.request.headers).values()]
    return any(f"${{{parameter}}}" in text for text in texts)


def _body_text(spec: WebhookSpec) -> str | None:
    body = spec.request.body
    return body if body is None or isinstance(body, str) else msgspec.json.encode(body).decode()


def _in_json(value: str) -> str:
    """Return a value escaped for use inside a JSON string."""
    return msgspec.json.encode(value).decode()[1:-1]


def _one_line(value: str) -> str:
    return " ".join(value.splitlines())


def _fill(text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group()), text)
