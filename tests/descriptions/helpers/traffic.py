"""Test helpers: recorded traffic of a small API of users."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pactape.converting.ndjson_writer import write_ndjson
from pactape.descriptions.openapi.collecting import RecordedApi, collect
from pactape.exchange import Exchange, Request, Response
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BASE", "EXCHANGES", "SETTINGS", "api_of", "exchange"]

JSON = (("Content-Type", "application/json"),)
SETTINGS = """[project]
name = "web"
[tool.pactape]
recordings = ["*.ndjson"]
[tool.pactape.providers.shop]
url = "{}"
"""
BASE = "https://api.example.com/v1"


def exchange(
    target: str,
    answer: Any = None,
    *,
    method: str = "GET",
    status: int = 200,
    sent: Any = None,
    **headers: str,
) -> Exchange:
    extra = tuple(headers.items())
    return Exchange(
        request=Request(
            method=method,
            url=f"{BASE}{target}",
            headers=(*(JSON if sent is not None else ()), *extra),
            body=b"" if sent is None else json.dumps(sent).encode(),
        ),
        response=Response(
            status=status,
            headers=JSON if answer is not None else (),
            body=b"" if answer is None else json.dumps(answer).encode(),
        ),
        cassette="traffic.ndjson",
        index=0,
    )


EXCHANGES = [
    exchange("/users/17", {"id": 17, "name": "Ada", "email": "ada@example.com", "tags": ["a"]}),
    exchange("/users/18", {"id": 18, "name": "Bob", "email": "bob@example.com", "tags": [], "nick": None}),
    exchange("/users/19", {"title": "Not Found"}, status=404),
    exchange("/users?page=1&sort=name", [{"id": 17}]),
    exchange("/users?page=2", [{"id": 18}]),
    exchange(
        "/users",
        {"id": 20},
        method="POST",
        status=201,
        sent={"name": "Cy"},
        Authorization="Bearer abcdefgh12",
    ),
    exchange("/users/17", method="DELETE", status=204),
]


def api_of(root: Path, exchanges: list[Exchange]) -> RecordedApi:
    (root / "pyproject.toml").write_text(SETTINGS.format(BASE), encoding="utf-8")
    (root / "traffic.ndjson").write_bytes(write_ndjson(exchanges))
    (api,), exclusions = collect(load_settings(root))
    assert exclusions == []
    return api
