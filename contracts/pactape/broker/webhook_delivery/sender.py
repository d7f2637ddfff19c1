"""Sends one request of a webhook, and writes its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from pactape.broker.webhooks.definition import WebhookError, check_host
from pactape.broker.webhooks.masking import mask_outgoing, mask_text, secrets_of

if TYPE_CHECKING:
    from requests import Response

    from pactape.broker.config import BrokerConfig
    from pactape.broker.webhooks.definition import RenderedRequest

__all__ = ["Attempt", "send"]

_TIMEOUT_SECONDS = 10
_REDIRECTION = 300
_LOGGED_BYTES = 4_000


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to send a delivery.

    Args:
        arrived: Whether the response's status was 2xx.
        log: The request and the response, without credentials.
        status: The response's status; None without a response.
        headers: The response's headers, without credentials.
        body: The beginning of the response's body, without credentials.
        error: Why there was no response; None if there was one.
    """

    arrived: bool
    log: str
    status: int | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: str = ""
    error: str | None = None


def send(outgoing: RenderedRequest, config: BrokerConfig) -> Attempt:
    """Send a request, without following redirects, which could lead to a forbidden host."""
    import requests  # noqa: PLC0415 -- keeps the broker's start fast

    request_log = _request_text(outgoing)
    try:
        check_host(outgoing.url, config.webhook_hosts)
        response = requests.request(
            outgoing.method,
            outgoing.url,
            headers={name: _header_value(value) for name, value in outgoing.headers.items()},
            data=None if outgoing.body is None else outgoing.body.encode(),
            auth=_authentication(outgoing),
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,  # only the beginning of a long body is read
        )
    except WebhookError as error:
        return _unsent(request_log, str(error))
    except (requests.RequestException, ValueError) as error:
        return _unsent(request_log, f"not sent: {type(error).__name__}")
    with response:
        return _attempt(outgoing, response, request_log)


def _unsent(request_log: str, error: str) -> Attempt:
    return Attempt(arrived=False, log=f"{request_log}\n\n{error}", error=error)


def _attempt(outgoing: RenderedRequest, response: Response, request_log: str) -> Attempt:
    secrets = secrets_of(outgoing)
    headers = {name: mask_text(value, secrets) for name, value in response.headers.items()}
    headers = {name: value for name, value in headers.items() if name.lower() != "set-cookie"}
    body = mask_text(_first_bytes(response), secrets)
    lines = [
        f"HTTP/1.1 {response.status_code} {response.reason}",
        *(f"{name}: {headers[name]}" for name in headers),
    ]
    return Attempt(
        arrived=response.status_code < _REDIRECTION,
        log="\n".join([request_log, "", *lines, "", body]).rstrip(),
        status=response.status_code,
        headers=headers,
        body=body,
    )


def _first_bytes(response: Response) -> str:
    import requests  # noqa: PLC0415 -- as above

    try:
        data: bytes = next(response.iter_content(_LOGGED_BYTES), b"")
    except requests.RequestException as error:
        return f"(the body could not be read: {type(error).__name__})"
    return data.decode("utf-8", "replace")


def _request_text(outgoing: RenderedRequest) -> str:
    masked_request = mask_outgoing(outgoing)
    headers = [f"{name}: {value}" for name, value in masked_request["headers"].items()]
    body = ["", masked_request["body"]] if masked_request["body"] else []
    return "\n".join([f"{masked_request['method']} {masked_request['url']}", *headers, *body])


def _header_value(value: str) -> bytes:
    """Return a header's value as bytes; characters beyond Latin-1 are percent-encoded, as in RFC 8187."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return quote(value, safe=" !#$%&'()*+,-./:;<=>?@[]^_`{|}~\"").encode()


def _authentication(outgoing: RenderedRequest) -> Any:
    """Return the webhook's credentials, or a no-op: with None, the library would send those in .netrc."""
    if outgoing.username:
        return outgoing.username.encode(), (outgoing.password or "").encode()
    return lambda request: request
