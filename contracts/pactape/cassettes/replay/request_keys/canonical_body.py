"""The canonical form of request bodies and queries: equal for equal meaning, whatever their bytes."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pactape.cassettes.replay.request_keys.match_rules import EXACT
from pactape.http_bodies import multipart_parts

if TYPE_CHECKING:
    from pactape.cassettes.replay.request_keys.match_rules import HostRules
    from pactape.http_bodies import ContentType, MultipartPart

__all__ = ["canonical_body", "canonical_bytes", "canonical_query", "pretty_body"]

_DOCUMENT = re.compile(r"\s*(\{|#|(query|mutation|subscription|fragment)\b)")
_LARGEST_EXPONENT = 400
#: Types with a JSON document on each line.
_LINES = re.compile(r"application/(?:x-ndjson|ndjson|jsonl|x-jsonlines|json-lines|stream\+json)")


def canonical_body(body: bytes, content_type: str, rules: HostRules = EXACT) -> Any:
    """Return a value that is equal for bodies with equal meaning; the bytes themselves if no rule applies.

    Forms are compared by their fields, multipart bodies by their parts, JSON and its lines by value, GraphQL by its
    document.

    Args:
        body: A request's body.
        content_type: Its content type; empty when unknown.
        rules: The parts to ignore.
    """
    kind = content_type.lower()
    if "x-www-form-urlencoded" in kind:
        return _canonical_form(body, rules)
    if "multipart/" in kind:
        return _canonical_parts(body, content_type, rules)
    if body.lstrip()[:1] not in {b"{", b"["} and "json" not in kind:
        return body
    if _LINES.search(kind):
        return _canonical_lines(body, rules)
    try:
        return rules.without_ignored(_canonical_graphql(_parse_json(body)))
    except (ValueError, RecursionError):
        return body


def canonical_query(query: str, rules: HostRules = EXACT) -> list[tuple[str, str]]:
    """Return a comparable value of a URL's query string: sorted, with GraphQL's parameters in canonical form.

    Blank parameters count: `?a=` differs from no parameter.

    Source: GraphQL over HTTP, section 5.2 (GET).
    """
    fields = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    return sorted((name, _parameter(name, value)) for name, value in fields if name not in rules.parameters)


def pretty_body(body: bytes, content_type: str) -> str:
    """Return a body as readable text: JSON and GraphQL on several lines, a form with one line per field."""
    value = canonical_body(body, content_type)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, dict) and isinstance(value.get("query"), str):
        rest = {key: child for key, child in value.items() if key != "query"}
        return f"{value['query']}\n{json.dumps(rest, indent=2, sort_keys=True)}"
    return json.dumps(value, indent=2, sort_keys=True, default=_text)


def canonical_bytes(value: Any) -> bytes:
    """Return a canonical value as bytes, independent of the process; equal if and only if the values are equal.

    Example:
        >>> canonical_bytes({"b": 1.0, "a": [True]}) == canonical_bytes({"a": [True], "b": 1})
        True
    """
    if isinstance(value, bytes):
        return value
    text = json.dumps(_with_integers(value), sort_keys=True, separators=(",", ":"), default=_text)
    return b"\0" + text.encode()


def _canonical_graphql(value: Any) -> Any:
    """Return a JSON value with GraphQL requests in canonical form."""
    requests = value if isinstance(value, list) else [value]
    if not any(
        isinstance(request, dict) and ("query" in request or "extensions" in request) for request in requests
    ):
        return value
    from pactape.cassettes.replay.request_keys.graphql_documents import canonical_requests  # noqa: PLC0415 -- start-up time

    return canonical_requests(value)


def _text(value: object) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _canonical_lines(body: bytes, rules: HostRules) -> Any:
    """Return the values of lines of JSON, so that entries of `ignore` apply to each of them."""
    try:
        return [rules.without_ignored(_parse_json(line)) for line in body.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return body


def _canonical_form(body: bytes, rules: HostRules) -> list[tuple[str, str]]:
    text = body.decode("utf-8", errors="surrogateescape")
    fields = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    return sorted(field for field in fields if field[0] not in rules.fields)


def _canonical_parts(body: bytes, content_type: str, rules: HostRules) -> Any:
    """Return the parts of a multipart body: the boundary is framing, not content (RFC 2046, section 5.1.1)."""
    try:
        parts = multipart_parts(body, content_type)
    except ValueError:
        return body
    return [
        [part.name, part.filename, _type_name(part.content_type), _canonical_part(part, rules)]
        for part in parts
        if part.name not in rules.fields
    ]


def _canonical_part(part: MultipartPart, rules: HostRules) -> Any:
    parameters = "".join(f'; {name}="{value}"' for name, value in part.content_type.parameters)
    return canonical_body(part.data, _type_name(part.content_type) + parameters, rules)


def _type_name(content_type: ContentType) -> str:
    suffix = f"+{content_type.suffix}" if content_type.suffix else ""
    return f"{content_type.main}/{content_type.sub}{suffix}"


def _parse_json(body: bytes) -> Any:
    return json.loads(body, parse_float=_number)


def _number(text: str) -> int | float | str:
    """Parse a JSON number so that 1, 1.0 and 1e0 are equal and no digits are lost."""
    number = Decimal(text)
    if number == number.to_integral_value() and abs(number.adjusted()) < _LARGEST_EXPONENT:
        return int(number)
    near = float(text)
    return near if Decimal(repr(near)) == number else f"\0{number.normalize()}"


def _with_integers(value: Any) -> Any:
    """Return a JSON value with 1 for 1.0, because Python treats them as equal; `true` stays different."""
    if isinstance(value, dict):
        return {key: _with_integers(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_with_integers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parameter(name: str, value: str) -> str:
    if name == "query" and _DOCUMENT.match(value):
        from pactape.cassettes.replay.request_keys.graphql_documents import canonical_document  # noqa: PLC0415 -- start-up time

        return canonical_document(value)
    if name in {"variables", "extensions"} and value.startswith("{"):
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return value
