"""Writes cassettes of VCR (Ruby), in YAML."""

from __future__ import annotations

from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import yaml

from pactape.converting.bodies import as_base64, as_text
from pactape.http_bodies import grouped_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange

__all__ = ["write_vcr_ruby"]

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def write_vcr_ruby(exchanges: Iterable[Exchange]) -> bytes:
    """Return exchanges as a cassette in the format of VCR 6."""
    document = {
        "http_interactions": [_interaction(exchange) for exchange in exchanges],
        "recorded_with": "VCR 6.3.1",
    }
    text: str = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
    return f"---\n{text}".encode()


def _interaction(exchange: Exchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    phrase = HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else ""
    interaction: dict[str, Any] = {
        "request": {
            "method": request.method.lower(),
            "uri": request.url,
            "body": _body(request.body),
            "headers": grouped_headers(request.headers),
        },
        "response": {
            "status": {"code": response.status, "message": phrase},
            "headers": grouped_headers(response.headers),
            "body": _body(response.body),
        },
    }
    if exchange.recorded_at is not None:
        interaction["recorded_at"] = format_datetime(exchange.recorded_at)
    return interaction


def _body(body: bytes) -> dict[str, str]:
    text = as_text(body)
    if text is None:
        return {"encoding": "ASCII-8BIT", "base64_string": as_base64(body)}
    return {"encoding": "UTF-8", "string": text}
