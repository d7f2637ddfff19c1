"""Test helpers: documents of each recorder with one exchange, whose parts a test replaces."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pactape.recorders import ReadOptions, read_recording

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.recorders import Recording

__all__ = [
    "BASE",
    "FLY",
    "OLD_FLY",
    "PLAIN_FLY",
    "exact",
    "har",
    "hoverfly",
    "mock",
    "nock",
    "postman",
    "read",
    "saved",
    "wiremock",
]

Value = dict[str, Any]
BASE = "https://api.example.com"


def read(folder: Path, document: Any, name: str = "recording.json") -> Recording:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read_recording(path, ReadOptions(base_url=BASE))


def hoverfly(request: Value, response: Value | None = None, version: str = "v5") -> Value:
    pair = {"request": request, "response": {"status": 200, "body": "x", **(response or {})}}
    return {"data": {"pairs": [pair]}, "meta": {"schemaVersion": version}}


def exact(value: str, kind: str = "exact") -> list[Value]:
    return [{"matcher": kind, "value": value}]


FLY = {
    "method": exact("GET"),
    "scheme": exact("https"),
    "destination": exact("api.example.com"),
    "path": exact("/a"),
}
PLAIN_FLY = {"method": "GET", "scheme": "https", "destination": "api.example.com", "path": "/a"}
OLD_FLY = {name: {"exactMatch": value} for name, value in PLAIN_FLY.items()}


def mock(request: Value, response: Value | None = None, **more: Any) -> list[Value]:
    return [
        {"httpRequest": {"method": "GET", "path": "/a", **request}, "httpResponse": response or {}, **more}
    ]


def postman(request: Any, response: Value | None = None, **more: Any) -> Value:
    saved = {"name": "saved", "code": 200, "body": "x", "originalRequest": request, **(response or {})}
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {
        "info": {"name": "c", "schema": schema},
        "item": [{"name": "r", "request": request, "response": [saved]}],
        **more,
    }


def saved(url: Any, **more: Any) -> Any:
    return postman({"method": "POST", "url": url, **more.pop("request", {})}, **more)


def nock(**more: Any) -> list[Value]:
    usual = {
        "scope": f"{BASE}:443",
        "method": "GET",
        "path": "/a",
        "body": "",
        "status": 200,
        "response": "x",
    }
    return [{**usual, **more}]


def wiremock(request: Value, response: Value | None = None) -> Value:
    return {
        "request": {"method": "GET", "url": "/a", **request},
        "response": {"status": 200, "body": "x", **(response or {})},
    }


def har(request: Value | None = None, response: Value | None = None, **log: Any) -> Value:
    entry = {
        "request": {"method": "GET", "url": f"{BASE}/a", "headers": [], **(request or {})},
        "response": {"status": 200, "headers": [], "content": {"text": "x"}, **(response or {})},
    }
    return {"log": {"version": "1.2", "entries": [entry], **log}}
