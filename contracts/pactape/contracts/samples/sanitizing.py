"""Sanitizes exchanges and messages before they enter contracts: other tools may have written the cassette."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.http_bodies import decoded_body

if TYPE_CHECKING:
    from typing import TypeVar

    from pactape.cassettes.scrubbing.scrubber import Scrubber
    from pactape.exchange import Exchange, Headers, Provenance, RecordedMessage, Request, Response

    _M = TypeVar("_M", Request, Response)

__all__ = ["message_without_secrets", "without_later_secrets", "without_secrets"]

_CODING, _TYPE = "content-encoding", "content-type"


def without_secrets(exchange: Exchange, scrubber: Scrubber) -> Exchange:
    """Return the exchange with placeholders instead of secrets, and decoded bodies.

    Raises:
        ValueError: A body can't be decoded.
    """
    return msgspec.structs.replace(
        exchange,
        request=_request(exchange.request, scrubber),
        response=_response(exchange.response, scrubber),
        provenance=_provenance(exchange.provenance, scrubber) if exchange.provenance else None,
    )


def without_later_secrets(exchange: Exchange, scrubber: Scrubber) -> Exchange:
    """Return a sanitized exchange without the secrets that were found after it; itself if it has none of them."""
    request, response = exchange.request, exchange.response
    url = scrubber.replace_known(request.url)
    sent = _without_known_secrets(request, scrubber)
    if url != request.url:
        sent = msgspec.structs.replace(sent, url=url)
    received = _without_known_secrets(response, scrubber)
    if sent is request and received is response:
        return exchange
    return msgspec.structs.replace(exchange, request=sent, response=received)


def message_without_secrets(message: RecordedMessage, scrubber: Scrubber) -> RecordedMessage:
    """Return the message with placeholders instead of secrets."""
    return msgspec.structs.replace(
        message,
        content=scrubber.value(message.content),
        metadata=scrubber.value(message.metadata),
        provenance=_provenance(message.provenance, scrubber) if message.provenance else None,
    )


def _request(request: Request, scrubber: Scrubber) -> Request:
    headers, body = _headers_and_body(request, scrubber)
    return msgspec.structs.replace(request, url=scrubber.url(request.url), headers=headers, body=body)


def _response(response: Response, scrubber: Scrubber) -> Response:
    headers, body = _headers_and_body(response, scrubber)
    return msgspec.structs.replace(response, headers=headers, body=body)


def _headers_and_body(message: Request | Response, scrubber: Scrubber) -> tuple[Headers, bytes]:
    """Return headers and decoded body without secrets."""
    names = [name.lower() for name, _ in message.headers]
    headers = message.headers
    if _CODING in names:
        headers = tuple([header for header, name in zip(headers, names, strict=True) if name != _CODING])
    clean = scrubber.headers(headers)
    if not message.body:
        return clean, b""
    body = decoded_body(message) if len(headers) < len(names) else message.body
    kinds = [value for (_, value), name in zip(message.headers, names, strict=True) if name == _TYPE]
    return clean, scrubber.body(body, ", ".join(kinds))


def _without_known_secrets(message: _M, scrubber: Scrubber) -> _M:
    headers = tuple((name, scrubber.replace_known(value)) for name, value in message.headers)
    body = scrubber.replace_known_in_bytes(message.body) if message.body else b""
    if headers == message.headers and body == message.body:
        return message
    return msgspec.structs.replace(message, headers=headers, body=body)


def _provenance(provenance: Provenance, scrubber: Scrubber) -> Provenance:
    return msgspec.structs.replace(
        provenance,
        test=scrubber.text(provenance.test),
        description=scrubber.text(provenance.description),
        states=tuple(
            msgspec.structs.replace(state, parameters=scrubber.value(state.parameters))
            for state in provenance.states
        ),
    )
