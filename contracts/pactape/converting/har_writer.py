"""Writes HAR 1.2 (the HTTP Archive format)."""

from __future__ import annotations

from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from pactape.converting.bodies import as_base64, as_text
from pactape.http_bodies import content_type, header
from pactape.recorders.values import charset_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange, Headers, Request, Response

__all__ = ["write_har"]

#: A time for exchanges whose recorder kept none; HAR requires one.
_UNKNOWN_TIME = "1970-01-01T00:00:00Z"
_HTTP = "HTTP/1.1"


def write_har(exchanges: Iterable[Exchange]) -> bytes:
    """Return exchanges as a HAR document; unknown numbers are -1, as HAR requires."""
    log = {
        "version": "1.2",
        "creator": {"name": "Pactape", "version": version("pactape")},
        "entries": [_entry(exchange) for exchange in exchanges],
    }
    return msgspec.json.format(msgspec.json.encode({"log": log}), indent=2) + b"\n"


def _entry(exchange: Exchange) -> dict[str, Any]:
    moment = exchange.recorded_at
    return {
        "startedDateTime": moment.isoformat() if moment else _UNKNOWN_TIME,
        "time": -1,
        "request": _request(exchange.request),
        "response": _response(exchange.response),
        "cache": {},
        "timings": {"send": -1, "wait": -1, "receive": -1},
    }


def _request(request: Request) -> dict[str, Any]:
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    return {
        "method": request.method,
        "url": request.url,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(request.headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": len(request.body),
        **({"postData": _stored(request.body, request.headers)} if request.body else {}),
    }


def _response(response: Response) -> dict[str, Any]:
    phrase = HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else ""
    return {
        "status": response.status,
        "statusText": phrase,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(response.headers),
        "content": {"size": len(response.body), **_stored(response.body, response.headers)},
        "redirectURL": header(response.headers, "location") or "",
        "headersSize": -1,
        "bodySize": len(response.body),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _stored(body: bytes, headers: Headers) -> dict[str, str]:
    kind = {"mimeType": content_type(headers)}
    if not body:
        return kind
    text = as_text(body)
    if text is not None and charset_bytes(text, kind["mimeType"]) != body:
        text = None  # the declared charset would give other bytes
    return {**kind, "text": as_base64(body), "encoding": "base64"} if text is None else {**kind, "text": text}
