"""Sanitizes exchanges and messages on their way into contracts: other tools write cassettes, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.http_bodies import decoded_body, header

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.scrubber import Scrubber
    from pactape.exchange import Exchange, Headers, Provenance, RecordedMessage, Request, Response

__all__ = ["message_without_secrets", "without_secrets"]

_CODING = "content-encoding"


def without_secrets(exchange: Exchange, scrubber: Scrubber) -> Exchange:
    """The exchange with placeholders in the place of secrets, and bodies without content encoding.

    Raises:
        ValueError: A body's content encoding is broken.
    """
    return msgspec.structs.replace(
        exchange,
        request=_request(exchange.request, scrubber),
        response=_response(exchange.response, scrubber),
        provenance=_provenance(exchange.provenance, scrubber) if exchange.provenance else None,
    )


def message_without_secrets(message: RecordedMessage, scrubber: Scrubber) -> RecordedMessage:
    """The message with placeholders in the place of secrets."""
    return msgspec.structs.replace(
        message,
        content=scrubber.value(message.content),
        metadata=scrubber.value(message.metadata),
        provenance=_provenance(message.provenance, scrubber) if message.provenance else None,
    )


def _request(request: Request, scrubber: Scrubber) -> Request:
    return msgspec.structs.replace(
        request,
        url=scrubber.url(request.url),
        headers=_headers(request.headers, scrubber),
        body=_body(request, scrubber),
    )


def _response(response: Response, scrubber: Scrubber) -> Response:
    return msgspec.structs.replace(
        response, headers=_headers(response.headers, scrubber), body=_body(response, scrubber)
    )


def _headers(headers: Headers, scrubber: Scrubber) -> Headers:
    return tuple((name, scrubber.header(name, value)) for name, value in headers if name.lower() != _CODING)


def _body(message: Request | Response, scrubber: Scrubber) -> bytes:
    return scrubber.body(decoded_body(message), header(message.headers, "content-type") or "")


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
