"""Writes WireMock mappings: exact stubs; equal requests become a scenario that steps through the responses."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from pactape.converting.bodies import as_base64, as_text
from pactape.http_bodies import end_to_end, grouped_headers, is_json, joined_headers, media_type
from pactape.urls import request_target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange, Request, Response

__all__ = ["write_wiremock"]

_Key = tuple[str, str, bytes]
#: Headers that differ from run to run, which a stub must not require.
_NOT_MATCHED = frozenset(
    {"accept-encoding", "connection", "content-length", "date", "host", "transfer-encoding", "user-agent"}
)


def write_wiremock(exchanges: Iterable[Exchange]) -> bytes:
    """Return exchanges as mappings in one file, `{"mappings": [...]}`, for WireMock's folder `mappings`."""
    recorded = list(exchanges)
    totals = Counter(_key(exchange) for exchange in recorded)
    counts: Counter[_Key] = Counter()
    scenarios: dict[_Key, str] = {}
    mappings = []
    for exchange in recorded:
        key = _key(exchange)
        mapping = {"request": _request(exchange.request), "response": _response(exchange.response)}
        if totals[key] > 1:
            name = scenarios.setdefault(key, f"scenario-{len(scenarios) + 1}")
            mapping |= _scenario(name, counts[key], last=counts[key] + 1 == totals[key])
        counts[key] += 1
        mappings.append(mapping)
    return msgspec.json.format(msgspec.json.encode({"mappings": mappings}), indent=2) + b"\n"


def _key(exchange: Exchange) -> _Key:
    return exchange.request.method, exchange.request.url, exchange.request.body


def _scenario(name: str, turn: int, *, last: bool) -> dict[str, Any]:
    """WireMock's first state is always "Started"; the last response is repeated."""
    states = {
        "scenarioName": name,
        "requiredScenarioState": "Started" if turn == 0 else f"response {turn + 1}",
    }
    return states if last else {**states, "newScenarioState": f"response {turn + 2}"}


def _request(request: Request) -> dict[str, Any]:
    parts = urlsplit(request.url)
    mapping: dict[str, Any] = {
        "method": request.method,
        "scheme": parts.scheme,
        "host": {"equalTo": f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname},
        **({"port": parts.port} if parts.port else {}),
        "url": request_target(request.url),
    }
    headers = {name: {"equalTo": value} for name, value in joined_headers(request.headers).items()}
    headers = {name: header for name, header in headers.items() if name.lower() not in _NOT_MATCHED}
    if headers:
        mapping["headers"] = headers
    if request.body:
        mapping["bodyPatterns"] = [_body_pattern(request)]
    return mapping


def _body_pattern(request: Request) -> dict[str, str]:
    text = as_text(request.body)
    if text is None:
        return {"binaryEqualTo": as_base64(request.body)}
    return {"equalToJson" if is_json(media_type(request)) and _is_literal_json(text) else "equalTo": text}


def _is_literal_json(text: str) -> bool:
    """Return whether WireMock can compare a text as JSON, and finds none of its placeholders in it."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return "${json-unit." not in text


def _response(response: Response) -> dict[str, Any]:
    headers = {
        name: values[0] if len(values) == 1 else values
        for name, values in grouped_headers(end_to_end(response.headers)).items()
        if name.lower() != "content-length"
    }
    written: dict[str, Any] = {"status": response.status, **({"headers": headers} if headers else {})}
    text = as_text(response.body)
    return {**written, "base64Body": as_base64(response.body)} if text is None else {**written, "body": text}
