"""Sending one request of a webhook, and what its log says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from pactape.broker.webhooks.definition import WebhookError, check_host
from pactape.broker.webhooks.masking import mask_outgoing, mask_text, secrets_of

if TYPE_CHECKING:
    from requests import Response

    from pactape.broker.config import BrokerConfig
    from pactape.broker.webhooks.definition import Outgoing

__all__ = ["Attempt", "send"]

_TIMEOUT_SECONDS = 10
_REDIRECTION = 300
_LOGGED_BYTES = 4_000


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try to deliver.

    Args:
        arrived: Whether the answer's status was 2xx.
        log: The request and the answer, without credentials.
        status: The answer's status; None when there was no answer.
        headers: The answer's headers, without credentials.
        body: The beginning of the answer's body, without credentials.
    """

    arrived: bool
    log: str
    status: int | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: str = ""


def send(outgoing: Outgoing, config: BrokerConfig) -> Attempt:
    """Send a request. Redirections are not followed: they could lead to a host that isn't allowed."""
    import requests  # noqa: PLC0415 -- keeps the broker's start quick

    asked = _request_text(outgoing)
    try:
        check_host(outgoing.url, config.webhook_hosts)
        answer = requests.request(
            outgoing.method,
            outgoing.url,
            headers={name: _header_value(value) for name, value in outgoing.headers.items()},
            data=None if outgoing.body is None else outgoing.body.encode(),
            auth=_authentication(outgoing),
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,  # of a long body only the beginning is read
        )
    except WebhookError as error:
        return Attempt(arrived=False, log=f"{asked}\n\n{error}")
    except (requests.RequestException, ValueError) as error:
        return Attempt(arrived=False, log=f"{asked}\n\nnot sent: {type(error).__name__}")
    with answer:
        return _attempt(outgoing, answer, asked)


def _attempt(outgoing: Outgoing, answer: Response, asked: str) -> Attempt:
    secrets = secrets_of(outgoing)
    headers = {name: mask_text(value, secrets) for name, value in answer.headers.items()}
    headers = {name: value for name, value in headers.items() if name.lower() != "set-cookie"}
    body = mask_text(_beginning(answer), secrets)
    lines = [
        f"HTTP/1.1 {answer.status_code} {answer.reason}",
        *(f"{name}: {headers[name]}" for name in headers),
    ]
    return Attempt(
        arrived=answer.status_code < _REDIRECTION,
        log="\n".join([asked, "", *lines, "", body]).rstrip(),
        status=answer.status_code,
        headers=headers,
        body=body,
    )


def _beginning(answer: Response) -> str:
    import requests  # noqa: PLC0415 -- as above

    try:
        data: bytes = next(answer.iter_content(_LOGGED_BYTES), b"")
    except requests.RequestException as error:
        return f"(the body could not be read: {type(error).__name__})"
    return data.decode("utf-8", "replace")


def _request_text(outgoing: Outgoing) -> str:
    shown = mask_outgoing(outgoing)
    headers = [f"{name}: {value}" for name, value in shown["headers"].items()]
    body = ["", shown["body"]] if shown["body"] else []
    return "\n".join([f"{shown['method']} {shown['url']}", *headers, *body])


def _header_value(value: str) -> bytes:
    """Return a header's value as bytes; letters beyond Latin-1 are percent-encoded, as RFC 8187 does."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return quote(value, safe=" !#$%&'()*+,-./:;<=>?@[]^_`{|}~\"").encode()


def _authentication(outgoing: Outgoing) -> Any:
    """Return the webhook's own credentials, or none: given None the library would send those of .netrc."""
    if outgoing.username:
        return outgoing.username.encode(), (outgoing.password or "").encode()
    return lambda prepared: prepared
