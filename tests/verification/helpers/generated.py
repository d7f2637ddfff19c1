"""Test helpers: generated interactions, each with a response that may or may not meet it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from random import Random

__all__ = ["Pair", "generate"]

TYPES = (
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-16",
    "application/cloudevents+json",
    "application/vnd.api+json",
    "APPLICATION/JSON",
    "application/xml",
    "text/xml; charset=iso-8859-1",
    "text/plain",
    "text/html",
    "text/csv",
    "application/octet-stream",
    "image/png",
    None,
)
XML = (
    "<a><b>1</b></a>",
    "<a><b>2</b></a>",
    "<a><b>&amp;</b></a>",
    "<a><b>&#38;</b></a>",
    "<a x='1'><b/></a>",
    "<a x='2'><b/></a>",
    "<a><b>1</b><b>2</b></a>",
    "<a> <b>1</b> </a>",
    "<?xml version='1.0'?><a><b>1</b></a>",
    "<a>é</a>",
    "<a><!-- c --><b>1</b></a>",
    "<a><![CDATA[x]]></a>",
    "<c/>",
)
TEXTS = ("abc", "abd", "", "a b", "é", " abc", "null", "1", "[1]", "bnVsbA==")
KINDS = ("type", "integer", "number", "decimal", "equality", "boolean", "null", "notEmpty")
RULES: tuple[dict[str, Any], ...] = (
    *({"match": kind} for kind in KINDS),
    *({"match": "regex", "regex": pattern} for pattern in ("^a", "\\d+", ".*", "[a-c]+$")),
    *({"match": "type", "min": 1}, {"match": "type", "max": 1}, {"match": "type", "min": 0}),
    {"match": "include", "value": "a"},
    {"match": "date", "format": "yyyy-MM-dd"},
)
SCALARS = (None, True, False, 0, 1, -3, 42, 1.5, "", "a", "abc", "2020-01-01", "é", "1", " x ")
DEPTH = 3


class Pair(msgspec.Struct, frozen=True):
    """An interaction, and the response of its provider.

    Args:
        interaction: The interaction, in the form of its version.
        headers: The response's headers.
        body: The response's body.
    """

    interaction: dict[str, Any]
    headers: list[tuple[str, str]]
    body: bytes


def generate(random: Random, count: int, version: int) -> list[Pair]:
    """Return interactions of a version of the specification, each at a path of its own."""
    return [_pair(random, number, version) for number in range(count)]


def _pair(random: Random, number: int, version: int) -> Pair:
    declared = random.choice(TYPES)
    sent_type = declared if random.random() < 0.8 else random.choice(TYPES)
    expected, body = random.choice((_json, _json, _xml, _text))(random, sent_type or "")
    response: dict[str, Any] = {"status": 200}
    headers = {"Content-Type": declared} if declared and random.random() < 0.8 else {}
    if random.random() < 0.3:
        headers["X-A"] = random.choice(("1", "a, b", "a,b", ""))
    if headers:
        response["headers"] = {name: [value] for name, value in headers.items()} if version == 4 else headers
    if random.random() < 0.9:
        response["body"] = _body_document(random, expected, declared, version)
    if not isinstance(expected, str) and random.random() < 0.5:
        response["matchingRules"] = _rules(random, expected, version)
    interaction = {
        "description": f"{number}",
        "request": {"method": "GET", "path": f"/{number}"},
        "response": response,
        **({"type": "Synchronous/HTTP"} if version == 4 else {}),
        **({"providerStates": [{"name": ""}]} if version > 2 and random.random() < 0.1 else {}),
    }
    header_pairs = [("Content-Type", sent_type)] if sent_type else []
    if random.random() < 0.3:
        header_pairs.append(("X-A", random.choice(("1", "a, b", "A, b", ""))))
    return Pair(interaction, header_pairs, b"" if random.random() < 0.08 else body)


def _body_document(random: Random, expected: Any, declared: str | None, version: int) -> Any:
    if version < 4:
        return expected if random.random() < 0.95 else None
    body = {"content": expected, "encoded": False}
    if random.random() < 0.9:
        body["contentType"] = declared or ("text/plain" if isinstance(expected, str) else "application/json")
    return body if random.random() < 0.97 else None


def _json(random: Random, media_type: str) -> tuple[Any, bytes]:
    expected = _value(random)
    came = expected if random.random() < 0.4 else _mutate(random, expected)
    text = json.dumps(came, ensure_ascii=random.random() < 0.5)
    return expected, text.encode("utf-16" if "UTF-16" in media_type else "utf-8")


def _xml(random: Random, media_type: str) -> tuple[Any, bytes]:
    expected = random.choice(XML)
    came = expected if random.random() < 0.5 else random.choice(XML)
    return expected, came.encode("latin-1" if "iso" in media_type else "utf-8")


def _text(random: Random, _sent: str) -> tuple[Any, bytes]:
    expected = random.choice(TEXTS)
    came = expected if random.random() < 0.6 else random.choice(TEXTS)
    return expected, (json.dumps(came) if random.random() < 0.2 else came).encode()


def _value(random: Random, depth: int = 0) -> Any:
    kind = random.random() if depth < DEPTH else 0.0
    if kind < 0.5:
        return random.choice(SCALARS)
    size = random.randint(0, 3)
    if kind < 0.75:
        return [_value(random, depth + 1) for _ in range(size)]
    return {random.choice("abcde"): _value(random, depth + 1) for _ in range(size)}


def _mutate(random: Random, value: Any) -> Any:
    if not value or not isinstance(value, list | dict) or random.random() < 0.25:
        return _value(random, 2)
    entries = dict(value) if isinstance(value, dict) else dict(enumerate(value))
    key = random.choice(list(entries))
    if random.random() < 0.7:
        entries[key] = _mutate(random, entries[key])
    elif random.random() < 0.5:
        del entries[key]
    else:
        entries["x" if isinstance(value, dict) else len(value)] = _value(random, 2)
    return entries if isinstance(value, dict) else list(entries.values())


def _rules(random: Random, value: Any, version: int) -> dict[str, Any]:
    paths = _paths(value, "$")
    sample = random.sample(paths, min(len(paths), random.randint(1, 3)))
    if version == 2:
        return {f"$.body{path[1:]}": random.choice(RULES) for path in sample}
    return {"body": {path: {"combine": "AND", "matchers": [random.choice(RULES)]} for path in sample}}


def _paths(value: Any, path: str) -> list[str]:
    if isinstance(value, dict):
        return [
            path,
            *(inner_path for key, below in value.items() for inner_path in _paths(below, f"{path}.{key}")),
        ]
    if isinstance(value, list) and value:
        return [path, f"{path}[*]", *_paths(value[0], f"{path}[0]")]
    return [path]
