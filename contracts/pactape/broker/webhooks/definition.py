"""The definition of a webhook: its events, its parties, and the request that it sends."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from pactape.broker.webhooks.events import EVENTS, Event

__all__ = [
    "Delivery",
    "RenderedRequest",
    "RequestSpec",
    "Webhook",
    "WebhookError",
    "WebhookSpec",
    "check_host",
    "fires",
    "headers_of",
    "read_spec",
]

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
_URL = re.compile(
    r"https?://(?P<host>[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,4}|:[1-5][0-9]{4}|:6[0-4][0-9]{3})?"
    r"([/?][^#\s]*)?\Z",
    re.IGNORECASE,
)
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")  # a token of RFC 9110
#: Headers that decide where a request ends and which host it reaches; only the connection sets them.
_FRAMING_HEADERS = frozenset(
    "host content-length transfer-encoding connection upgrade te trailer expect keep-alive".split()  # noqa: SIM905 -- words
)


class WebhookError(ValueError):
    """An invalid webhook.

    Args:
        message: The reason.
        field: The invalid field: "request", "events", "consumer".
    """

    def __init__(self, message: str, *, field: str = "request") -> None:
        super().__init__(message)
        self.field = field


class PacticipantSpec(msgspec.Struct):
    """The consumer or provider that a webhook fires for: by name, by label, or any."""

    name: str | None = None
    label: str | None = None


class EventSpec(msgspec.Struct):
    """An event that a webhook fires for."""

    name: str


class RequestSpec(msgspec.Struct, kw_only=True):
    """The request that a webhook sends; `${pactbroker.…}` in its URL, headers and body is replaced."""

    method: str
    url: str
    headers: Any = None
    body: Any = None
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"RequestSpec({self.method})"


class WebhookSpec(msgspec.Struct, kw_only=True):
    """A webhook as sent by clients."""

    request: RequestSpec
    events: list[EventSpec]
    description: str | None = None
    enabled: bool = True
    consumer: PacticipantSpec | None = None
    provider: PacticipantSpec | None = None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A stored webhook."""

    uuid: str
    spec: WebhookSpec
    created_at: str
    updated_at: str


class RenderedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request with every placeholder replaced; it may contain credentials."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None
    username: str | None
    password: str | None

    def __repr__(self) -> str:
        return f"Outgoing({self.method}, headers {sorted(self.headers)!r})"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook's request for one event: "waiting", "success" or "failure"; its log contains no credentials."""

    uuid: str
    webhook_uuid: str
    event: str
    consumer: str = ""
    provider: str = ""
    consumer_version: str = ""
    sha: str = ""
    result_number: int | None = None
    status: str = "waiting"
    attempts: int = 0
    log: str = ""
    request: RenderedRequest
    created_at: str
    due_at: str = ""


def read_spec(document: dict[str, Any], *, allowed_hosts: tuple[str, ...]) -> WebhookSpec:
    """Read a webhook.

    Args:
        document: The client's JSON.
        allowed_hosts: The hosts that webhooks may call, "ci.example.com" or "*.example.com".

    Raises:
        WebhookError: A field is missing or invalid, or the host isn't allowed.
    """
    try:
        spec = msgspec.convert({"events": [{"name": "contract_content_changed"}], **document}, WebhookSpec)
    except msgspec.ValidationError as error:
        raise WebhookError(str(error)) from None
    unknown_events = [event.name for event in spec.events if event.name not in EVENTS]
    if not spec.events or unknown_events:
        raise WebhookError(
            f"events must be some of {', '.join(sorted(EVENTS))}, not {unknown_events}", field="events"
        )
    for role, party in (("consumer", spec.consumer), ("provider", spec.provider)):
        if party is not None and party.name and party.label:
            raise WebhookError(f"{role} can't have both a name and a label", field=role)
    if spec.request.method.upper() not in _METHODS:
        raise WebhookError(f"the method {spec.request.method!r} must be one of {', '.join(_METHODS)}")
    _check_headers(spec.request.headers)
    check_host(spec.request.url, allowed_hosts)
    return spec


def check_host(url: str, allowed: tuple[str, ...]) -> None:
    """Reject a URL whose host webhooks may not call.

    Raises:
        WebhookError: It isn't http or https, its host isn't allowed, or it is ambiguous: another program could find
            a different host in it (RFC 3986 has no backslashes, and a user in it is not needed).

    Example:
        >>> check_host("https://ci.example.com/build", ("*.example.com",))
    """
    match = _URL.match(url)
    if match is None or not url.isprintable() or "\\" in url:
        raise WebhookError(
            "the URL must be an absolute http or https URL with a fixed host, without a user in it (use the fields "
            "username and password)"
        )
    host = match["host"].strip("[]").lower()
    if not any(_matches(host, pattern) for pattern in allowed):
        hosts = ", ".join(allowed) or "none"
        raise WebhookError(
            f"webhooks may not call {host}: allowed hosts are {hosts} (pactape broker --webhook-host)"
        )


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:].lower())
    return host == pattern.lower()


def fires(spec: WebhookSpec, event: Event) -> bool:
    """Return whether a webhook fires for an event."""
    if not spec.enabled or event.name not in {event_spec.name for event_spec in spec.events}:
        return False
    return _concerns(spec.consumer, event, "consumer") and _concerns(spec.provider, event, "provider")


def _concerns(spec: PacticipantSpec | None, event: Event, role: str) -> bool:
    name = event.consumer if role == "consumer" else event.provider
    if spec is None:
        return True
    if spec.name is not None:
        return spec.name == name
    return spec.label is None or spec.label in event.labels.get(role, ())


def headers_of(headers: Any) -> dict[str, str]:
    """Return the headers of a webhook, written as an object or a list of "Name: value"."""
    if headers is None:
        return {}
    pairs = (
        headers.items()
        if isinstance(headers, dict)
        else [str(header).partition(":")[::2] for header in headers]
    )
    return {str(name).strip(" \t"): str(value).strip(" \t") for name, value in pairs}


def _check_headers(headers: Any) -> None:
    if headers is not None and not isinstance(headers, (dict, list)):
        raise WebhookError('headers must be an object, or a list of "Name: value"')
    for name, value in headers_of(headers).items():
        if not _HEADER_NAME.match(name):
            raise WebhookError(f"{name!r} can't be the name of a header")
        if any(letter in value for letter in "\r\n\0"):
            raise WebhookError(f"the header {name} must have a value of one line")
        if name.lower() in _FRAMING_HEADERS:
            raise WebhookError(f"the header {name} is set by the broker and can't be chosen")
