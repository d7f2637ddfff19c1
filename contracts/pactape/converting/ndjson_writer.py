"""Writes NDJSON: one exchange per line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.converting.bodies import as_base64, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange, Headers

__all__ = ["write_ndjson"]


def write_ndjson(exchanges: Iterable[Exchange]) -> bytes:
    """Return exchanges as lines of JSON, each with a line break at its end."""
    return b"".join(msgspec.json.encode(_line(exchange)) + b"\n" for exchange in exchanges)


def _line(exchange: Exchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    line: dict[str, Any] = {
        "request": {
            "method": request.method,
            "url": request.url,
            **_message(request.headers, request.body),
        },
        "response": {"status": response.status, **_message(response.headers, response.body)},
    }
    if exchange.recorded_at is not None:
        line["recorded_at"] = exchange.recorded_at.isoformat()
    if exchange.provenance is not None and exchange.provenance.test:
        line["test"] = exchange.provenance.test
    if exchange.unrecorded:
        line["unrecorded"] = list(exchange.unrecorded)
    return line


def _message(headers: Headers, body: bytes) -> dict[str, Any]:
    pairs = {"headers": [list(pair) for pair in headers]}
    if not body:
        return pairs
    text = as_text(body)
    return {**pairs, "body_base64": as_base64(body)} if text is None else {**pairs, "body": text}
