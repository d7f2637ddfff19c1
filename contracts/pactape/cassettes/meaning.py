"""Bodies compared by what they mean: GraphQL by its document's tree, JSON by value, forms by their fields."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from graphql import GraphQLError, parse, print_ast

__all__ = ["meaning_of", "readable"]


def meaning_of(body: bytes, content_type: str) -> Any:
    """A comparable value, equal for bodies that mean the same; the bytes themselves when no rule applies.

    Args:
        body: A request's body.
        content_type: Its content type; empty when unknown.
    """
    if "x-www-form-urlencoded" in content_type:
        return sorted(parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True))
    if body.lstrip()[:1] not in {b"{", b"["}:
        return body
    try:
        return _graphql(json.loads(body))
    except ValueError:
        return body


def readable(body: bytes, content_type: str) -> str:
    """A body as text for people: JSON and GraphQL laid out over lines, a form with a line for each field."""
    meaning = meaning_of(body, content_type)
    if isinstance(meaning, bytes):
        return meaning.decode("utf-8", errors="replace")
    if isinstance(meaning, dict) and isinstance(meaning.get("query"), str):
        rest = {key: value for key, value in meaning.items() if key != "query"}
        return f"{meaning['query']}\n{json.dumps(rest, indent=2, sort_keys=True)}"
    return json.dumps(meaning, indent=2, sort_keys=True)


def _graphql(value: Any) -> Any:
    """Every GraphQL request in a JSON value (one, or a batch) with its document in one canonical spelling."""
    if isinstance(value, list):
        return [_graphql(each) for each in value]
    if isinstance(value, dict) and isinstance(value.get("query"), str):
        return _without_defaults({**value, "query": _canonical(value["query"])})
    return value


def _without_defaults(request: dict[str, Any]) -> dict[str, Any]:
    """Absent, null and empty members say the same (GraphQL over HTTP, section 5.1)."""
    return {key: value for key, value in request.items() if value not in (None, {}, "")}


@lru_cache(maxsize=4096)
def _canonical(document: str) -> str:
    try:
        return print_ast(parse(document, no_location=True))
    except GraphQLError:
        return document
