"""Bodies compared by what they mean: GraphQL by its document's tree, JSON by value, forms by their fields."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from graphql import (
    FieldNode,
    GraphQLError,
    Node,
    ObjectValueNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

__all__ = ["meaning_of", "query_meaning", "readable", "spelled"]

_DOCUMENT = re.compile(r"\s*(\{|#|(query|mutation|subscription|fragment)\b)")


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


def spelled(meaning: Any) -> bytes:
    """A meaning in one spelling, the same in every process; equal exactly where the meanings are.

    Example:
        >>> spelled({"b": 1.0, "a": [True]}) == spelled({"a": [True], "b": 1})
        True
    """
    if isinstance(meaning, bytes):
        return meaning
    return b"\0" + json.dumps(_whole(meaning), sort_keys=True, separators=(",", ":")).encode()


def _whole(value: Any) -> Any:
    """A JSON value with whole numbers in one spelling: 1.0 means 1, as in Python; `true` doesn't."""
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def query_meaning(query: str) -> Any:
    """A comparable value of a URL's query string: sorted, with GraphQL's parameters by what they mean.

    Source: GraphQL over HTTP, section 5.2 (GET).
    """
    return sorted((name, _parameter(name, value)) for name, value in parse_qsl(query))


def _parameter(name: str, value: str) -> str:
    if name == "query" and _DOCUMENT.match(value):
        return _canonical(value)
    if name in {"variables", "extensions"} and value.startswith("{"):
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return value


def _graphql(value: Any) -> Any:
    """Every GraphQL request in a JSON value (one, or a batch) with its document in one canonical spelling."""
    if isinstance(value, list):
        return [_graphql(each) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("query"), str):
        return _without_defaults({**value, "query": _canonical(value["query"])})
    extensions = value.get("extensions")
    is_persisted = isinstance(extensions, dict) and "persistedQuery" in extensions
    return _without_defaults(value) if is_persisted else value


def _without_defaults(request: dict[str, Any]) -> dict[str, Any]:
    """Absent, null and empty members say the same (GraphQL over HTTP, section 5.1)."""
    return {key: value for key, value in request.items() if value not in (None, {}, "")}


@lru_cache(maxsize=4096)
def _canonical(document: str) -> str:
    """The document in one spelling: layout, and the order of fields, arguments and fragments, say nothing.

    The top-level fields of a mutation stay in order: they are executed one after the other (GraphQL
    specification, section 6.2.2).
    """
    try:
        parsed = parse(document, no_location=True)
    except GraphQLError:
        return document
    return "\n".join(sorted(print_ast(visit(each, _Sorting())) for each in parsed.definitions))


class _Sorting(Visitor):
    """Sorts what has no order of its own, from the innermost node outwards."""

    def leave_selection_set(self, node: SelectionSetNode, _key: Any, parent: Any, *_: Any) -> Node | None:
        if getattr(parent, "operation", None) is OperationType.MUTATION:
            return None
        return SelectionSetNode(selections=tuple(sorted(node.selections, key=print_ast)))

    def leave_field(self, node: FieldNode, *_: Any) -> Node | None:
        arguments = tuple(sorted(node.arguments or (), key=print_ast))
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=arguments,
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def leave_object_value(self, node: ObjectValueNode, *_: Any) -> Node | None:
        return ObjectValueNode(fields=tuple(sorted(node.fields or (), key=print_ast)))
