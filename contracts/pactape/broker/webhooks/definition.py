"""What a webhook is: when it fires, for whom, and the request that it sends."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import msgspec

from pactape.broker.webhooks.events import EVENTS, Event

__all__ = ["Delivery", "Outgoing", "Webhook", "WebhookError", "WebhookSpec", "fires", "outgoing", "read_spec"]

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
_URL = re.compile(
    r"https?://(?P<host>[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,4}|:[1-5][0-9]{4}|:6[0-4][0-9]{3})?"
    r"([/?][^#\s]*)?\Z",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\$\{(pactbroker\.[A-Za-z]+)\}")


class WebhookError(ValueError):
    """A webhook that can't be used; the message says why."""


class _Named(msgspec.Struct):
    name: str | None = None
    label: str | None = None


class _EventName(msgspec.Struct):
    name: str


class RequestSpec(msgspec.Struct, kw_only=True):
    """The request that a webhook sends; `${pactbroker.…}` in its URL and body is replaced."""

    method: str
    url: str
    headers: Any = None
    body: Any = None
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"RequestSpec({self.method} {self.url})"


class WebhookSpec(msgspec.Struct, kw_only=True):
    """A webhook as clients write it."""

    request: RequestSpec
    events: list[_EventName]
    description: str | None = None
    enabled: bool = True
    consumer: _Named | None = None
    provider: _Named | None = None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as it is kept."""

    uuid: str
    spec: WebhookSpec
    created_at: str
    updated_at: str


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A request with every placeholder replaced; its headers may hold credentials."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None
    username: str | None
    password: str | None

    def __repr__(self) -> str:
        return f"Outgoing({self.method} {self.url}, headers {sorted(self.headers)!r})"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A request on its way: "waiting", "success" or "failure"; the log never holds headers or credentials."""

    uuid: str
    webhook_uuid: str
    event: str
    status: str
    attempts: int
    log: str
    request: Outgoing
    created_at: str


def read_spec(document: dict[str, Any], *, allowed_hosts: tuple[str, ...]) -> WebhookSpec:
    """Read a webhook.

    Args:
        document: What the client wrote.
        allowed_hosts: The hosts that webhooks may call, "ci.example.com" or "*.example.com".

    Raises:
        WebhookError: A field is missing or can't be used, or the host isn't allowed.
    """
    try:
        spec = msgspec.convert(document, WebhookSpec)
    except msgspec.ValidationError as error:
        raise WebhookError(str(error)) from None
    unknown = [event.name for event in spec.events if event.name not in EVENTS]
    if not spec.events or unknown:
        raise WebhookError(f"events must be some of {', '.join(sorted(EVENTS))}, not {unknown}")
    if spec.request.method.upper() not in _METHODS:
        raise WebhookError(f"the method {spec.request.method!r} must be one of {', '.join(_METHODS)}")
    _headers(spec.request.headers)
    check_host(spec.request.url, allowed_hosts)
    return spec


def check_host(url: str, allowed: tuple[str, ...]) -> None:
    """Refuse a URL whose host webhooks may not call.

    Raises:
        WebhookError: It isn't http or https, its host isn't among the allowed ones, or another program could
            read another host in it (RFC 3986 has no backslashes, and no user is needed in it).

    Example:
        >>> check_host("https://ci.example.com/build", ("*.example.com",))
    """
    found = _URL.match(url)
    if found is None or not url.isprintable() or "\\" in url:
        raise WebhookError(
            f"the URL {_without_user(url)!r} must be an absolute http or https URL with a fixed host, without a "
            "user (use the fields username and password)"
        )
    host = found["host"].strip("[]").lower()
    if not any(_matches(host, each) for each in allowed):
        known = ", ".join(allowed) or "none"
        raise WebhookError(
            f"webhooks may not call {host}: allowed hosts are {known} (pactape broker --webhook-host)"
        )


def _without_user(url: str) -> str:
    return re.sub(r"//[^/]*@", "//…@", url)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:].lower())
    return host == pattern.lower()


def fires(spec: WebhookSpec, event: Event) -> bool:
    """Whether a webhook is to hear of an event."""
    if not spec.enabled or event.name not in {each.name for each in spec.events}:
        return False
    return _concerns(spec.consumer, event, "consumer") and _concerns(spec.provider, event, "provider")


def _concerns(wanted: _Named | None, event: Event, role: str) -> bool:
    name = event.consumer if role == "consumer" else event.provider
    if wanted is None:
        return True
    if wanted.name is not None:
        return wanted.name == name
    labels = event.values.get(f"pactbroker.{role}Labels", "").split(", ")
    return wanted.label is None or wanted.label in labels


def outgoing(spec: WebhookSpec, values: dict[str, str]) -> Outgoing:
    """The request of a webhook for one event."""
    request = spec.request
    body = request.body
    if body is not None and not isinstance(body, str):
        body = msgspec.json.encode(body).decode()
    headers = {"Content-Type": "application/json"} if body else {}
    return Outgoing(
        method=request.method.upper(),
        url=_filled(request.url, {name: quote(value, safe="") for name, value in values.items()}),
        headers={
            **headers,
            **{name: _filled(value, values) for name, value in _headers(request.headers).items()},
        },
        body=None
        if body is None
        else _filled(body, {name: _escaped(value) for name, value in values.items()}),
        username=request.username,
        password=request.password,
    )


def _escaped(value: str) -> str:
    """A value inside a JSON string."""
    return msgspec.json.encode(value).decode()[1:-1]


def _filled(text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), ""), text)


def _headers(given: Any) -> dict[str, str]:
    """The headers of a webhook: an object, or a list of "Name: value"."""
    if given is None:
        return {}
    pairs = given.items() if isinstance(given, dict) else [str(each).partition(":")[::2] for each in given]
    headers = {str(name).strip(): str(value).strip() for name, value in pairs}
    if any("\n" in text or "\r" in text or not name for name, text in headers.items()):
        raise WebhookError("headers must be names with values of one line")
    return headers
