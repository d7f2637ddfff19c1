"""Test helpers: random requests with rules, and requests that nearly match them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.exchange import Request

from tests.matching.helpers.pairs import actual_for, expected_value, rules_for

if TYPE_CHECKING:
    import random

__all__ = ["actual_request", "expected_request"]

PATHS = ["/", "/a", "/users/12", "/users/abc", "/users/12/", "/a%20b"]
HEADERS = {
    "X-Plain": ["a", "a,b", "a, b", "A", "12", "", "a b"],
    "Accept": [
        "text/html",
        "application/json",
        "application/json; charset=UTF-8",
        "application/json;charset=utf-8",
    ],
    "Cache-Control": ["no-cache", "no-store", "max-age=1"],
    "Content-Language": ["en", "de", "de-CH"],
}
CONTENT_TYPES = [
    "application/json; charset=utf-8",
    "application/problem+json",
    "text/plain",
    "Application/JSON",
]
PARAMETERS = ["a", "b", "page", "x[]"]
VALUES = ["1", "2", "12", "abc", "", "a b", "é", "2026-01-31", "true", "a&b"]
RULES = [
    {"match": "regex", "regex": r"\d+"},
    {"match": "regex", "regex": r"^[a-z/%0-9 -]*$"},
    {"match": "regex", "regex": r"\/users\/(\d+|abc)"},
    {"match": "type"},
    {"match": "integer"},
    {"match": "number"},
    {"match": "decimal"},
    {"match": "boolean"},
    {"match": "include", "value": "a"},
    {"match": "equality"},
    {"match": "notEmpty"},
    {"match": "date", "format": "yyyy-MM-dd"},
    {"match": "null"},
    {"match": "semver"},
]


def expected_request(chance: random.Random) -> dict[str, Any]:
    """A request to expect, as version 4 writes it."""
    names = chance.sample(sorted(HEADERS), chance.randint(0, 2))
    request: dict[str, Any] = {
        "method": chance.choice(["GET", "POST", "PUT"]),
        "path": chance.choice(PATHS),
        "headers": {name: [chance.choice(HEADERS[name])] for name in names},
        "query": {name: _values(chance) for name in chance.sample(PARAMETERS, chance.randint(0, 2))},
    }
    rules: dict[str, Any] = {
        "header": {name: _rules(chance) for name in names if chance.random() < 0.3},
        "query": {name: _rules(chance) for name in request["query"] if chance.random() < 0.4},
    }
    if chance.random() < 0.3:
        rules["path"] = _rules(chance)
    if request["method"] != "GET" and chance.random() < 0.8:
        value = expected_value(chance)
        content = [value] if value is None or isinstance(value, str) else value
        request["headers"]["Content-Type"] = ["application/json"]
        request["body"] = {"content": content, "contentType": "application/json"}
        rules["body"] = rules_for(content, chance)
    request["matchingRules"] = {name: part_rules for name, part_rules in rules.items() if part_rules}
    return request


def _values(chance: random.Random) -> list[str]:
    return [chance.choice(VALUES) for _ in range(chance.choice([1, 1, 2]))]


def _rules(chance: random.Random) -> dict[str, Any]:
    matchers = [chance.choice(RULES) for _ in range(chance.choice([1, 1, 2]))]
    return {"combine": chance.choice(["AND", "OR"]) if len(matchers) > 1 else "AND", "matchers": matchers}


def actual_request(expected: dict[str, Any], chance: random.Random) -> Request:
    """A request that is like `expected`, but for a change or two."""
    changes = set(chance.sample(["method", "path", "query", "headers", "body"], chance.choice([0, 1, 1, 2])))
    query = _query(expected["query"], chance) if "query" in changes else expected["query"]
    text = urlencode([(name, value) for name, values in query.items() for value in values])
    path = chance.choice(PATHS) if "path" in changes else expected["path"]
    return Request(
        method="PATCH" if "method" in changes else expected["method"],
        url=f"http://provider.example{path}" + (f"?{text}" if text else ""),
        headers=_headers(expected["headers"], chance, changed="headers" in changes),
        body=_body(expected, chance, changed="body" in changes),
    )


def _query(query: dict[str, list[str]], chance: random.Random) -> dict[str, list[str]]:
    changed = {
        name: _mutate_values(values, VALUES, chance)
        for name, values in query.items()
        if chance.random() > 0.1
    }
    return {**changed, "more": ["1"]} if chance.random() < 0.1 else changed


def _headers(
    expected: dict[str, list[str]], chance: random.Random, *, changed: bool
) -> tuple[tuple[str, str], ...]:
    header_pairs = [("X-More", "1")] if chance.random() < 0.2 else []
    for name, values in expected.items():
        if not changed or chance.random() > 0.1:
            spelt = name if chance.random() < 0.7 else name.lower()
            others = _mutate_values(values, HEADERS.get(name, CONTENT_TYPES), chance) if changed else values
            header_pairs += [(spelt, value) for value in others]
    return tuple(header_pairs)


def _mutate_values(values: list[str], others: list[str], chance: random.Random) -> list[str]:
    changed = [value if chance.random() < 0.5 else chance.choice(others) for value in values]
    return [*changed, chance.choice(others)] if chance.random() < 0.1 else changed


def _body(expected: dict[str, Any], chance: random.Random, *, changed: bool) -> bytes:
    if "body" not in expected or (changed and chance.random() < 0.1):
        return b""
    content = expected["body"]["content"]
    value = actual_for(content, chance) if changed else content
    return json.dumps([value] if isinstance(value, str) else value, ensure_ascii=False).encode()
