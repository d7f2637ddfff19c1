"""The way into contracts: exchanges are scrubbed once more, for cassettes come from other tools, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.scrubbing.scrubber import scrub_body, scrub_header, scrub_text, scrub_url, scrub_value
from pactape.http_bodies import decoded_body, header

if TYPE_CHECKING:
    from pactape.exchange import Exchange, Headers, Provenance, RecordedMessage, Request, Response

__all__ = ["message_without_secrets", "without_secrets"]

_CODING = "content-encoding"


def without_secrets(exchange: Exchange) -> Exchange:
    """The exchange with placeholders in the place of secrets, and bodies without content encoding.

    Raises:
        ValueError: A body's content encoding is broken.
    """
    return msgspec.structs.replace(
        exchange,
        request=_request(exchange.request),
        response=_response(exchange.response),
        provenance=_provenance(exchange.provenance) if exchange.provenance else None,
    )


def message_without_secrets(message: RecordedMessage) -> RecordedMessage:
    """The message with placeholders in the place of secrets."""
    return msgspec.structs.replace(
        message,
        content=scrub_value(message.content),
        metadata=scrub_value(message.metadata),
        provenance=_provenance(message.provenance) if message.provenance else None,
    )


def _request(request: Request) -> Request:
    return msgspec.structs.replace(
        request, url=scrub_url(request.url), headers=_headers(request.headers), body=_body(request)
    )


def _response(response: Response) -> Response:
    return msgspec.structs.replace(response, headers=_headers(response.headers), body=_body(response))


def _headers(headers: Headers) -> Headers:
    return tuple((name, scrub_header(name, value)) for name, value in headers if name.lower() != _CODING)


def _body(message: Request | Response) -> bytes:
    return scrub_body(decoded_body(message), header(message.headers, "content-type") or "")


def _provenance(provenance: Provenance) -> Provenance:
    return msgspec.structs.replace(
        provenance,
        test=scrub_text(provenance.test),
        description=scrub_text(provenance.description),
        states=tuple(
            msgspec.structs.replace(state, parameters=scrub_value(state.parameters))
            for state in provenance.states
        ),
    )
