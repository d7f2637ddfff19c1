"""Hoverfly simulations, versions 1 to 5, and its journal: pairs of a request and a response.

Format: https://docs.hoverfly.io/en/latest/pages/reference/simulationschema.html. Only exact matches become
exchanges; globs, regular expressions and templates are skipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.sequences import in_order
from pactape.recorders.values import (
    PATH_SAFE,
    base64_bytes,
    mapping,
    query_url,
    status_code,
    text_bytes,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["HOVERFLY"]

#: Matchers whose value is exactly what was sent.
_EXACT = frozenset({"exact", "json", "xml", "form"})
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _is_hoverfly(source: Source) -> bool:
    if isinstance(source.member("data", "pairs"), list):
        return source.member("meta", "schemaVersion") is not None
    return any(_has_destination(pair) for _, pairs in _plain_pairs(source) for pair in pairs)


def _plain_pairs(source: Source) -> Iterable[tuple[str, list[Any]]]:
    """Return the pairs of plain values in a journal, and in simulations before version 1."""
    for name in ("journal", "data"):
        pairs = source.member(name)
        if isinstance(pairs, list):
            yield name, pairs


def _has_destination(pair: Any) -> bool:
    request = pair.get("request") if isinstance(pair, dict) else None
    return isinstance(request, dict) and "destination" in request and "response" in pair


def _entries(source: Source) -> Iterable[Entry]:
    pairs = source.member("data", "pairs")
    for name, values in _plain_pairs(source) if pairs is None else [("data.pairs", pairs)]:
        for index in in_order(values, _sequence):
            yield Entry(location=f"{name}[{index}]", value=values[index])


def _sequence(pair: Any) -> tuple[str, float] | None:
    """Return the name and the number of the state that a pair requires, if it is part of a recorded sequence."""
    request = pair.get("request") if isinstance(pair, dict) else None
    states = request.get("requiresState") if isinstance(request, dict) else None
    for name, number in states.items() if isinstance(states, dict) else ():
        if name.startswith("sequence:") and str(number).isdecimal():
            return name, float(number)
    return None


def _pair(entry: Entry, source: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    if request.get("requestType") == "template":
        raise SkipEntryError("is a template, not a recorded request")
    if response.get("templated") is True:
        raise SkipEntryError("has a templated response")
    if str(response.get("body") or "").startswith("Hoverfly Error!"):
        raise SkipEntryError("has an error of Hoverfly instead of a response")
    version = source.member("meta", "schemaVersion")
    return RecordedPair(
        method=_require(request, "method"),
        url=_url(request, is_old=version in {None, "v1"}),
        request_headers=_headers(request),
        request_body=_request_body(request.get("body")),
        status=status_code(response.get("status")),
        response_headers=response.get("headers") or {},
        response_body=_response_body(response, source),
        recorded_at=timestamp(entry.value.get("timeStarted") or source.member("meta", "timeExported")),
        unrecorded=() if _headers(request) else ("request headers",),
    )


def _url(request: dict[str, Any], *, is_old: bool) -> str:
    """Return the URL, absolute if the request has a destination; in version 1, "*" is no wildcard."""
    scheme, host = _exact(request.get("scheme"), "scheme"), _exact(request.get("destination"), "destination")
    path = _exact(request.get("path"), "path") or "/"
    if is_old and "*" in f"{host}{path}":
        raise SkipEntryError("matches a glob of paths, not one value")
    url = f"{quote(path, safe=PATH_SAFE)}{_query(request)}"
    return f"{scheme or 'http'}://{host}{url}" if host else url


def _require(request: dict[str, Any], name: str) -> str:
    value = _exact(request.get(name), name)
    if not value:
        raise SkipEntryError(f"matches any {name}")
    return value


def _exact(field: Any, name: str) -> str:
    """Return a field's value, in any version: a text, `{exactMatch}`, or a list with one matcher.

    Raises:
        SkipEntryError: It is matched with a pattern.
    """
    if field is None or isinstance(field, str):
        return field or ""
    if isinstance(field, dict):
        value = field.get("exactMatch", field.get("jsonMatch", field.get("xmlMatch")))
        if value is None and field:
            raise SkipEntryError(f"matches a pattern of {name}, not one value")
        return str(value or "")
    if not field:
        return ""
    matcher = field[0] if isinstance(field, list) and isinstance(field[0], dict) else {}
    if len(field) > 1 or str(matcher.get("matcher", "")).lower() not in _EXACT or matcher.get("doMatch"):
        raise SkipEntryError(f"matches a pattern of {name}, not one value")
    return str(matcher.get("value", ""))


def _query(request: dict[str, Any]) -> str:
    """Return the query: an encoded string in versions 1 to 4, matchers by parameter since version 3."""
    by_name, query = request.get("queriesWithMatchers"), request.get("query")
    if isinstance(query, dict) and not any(name.endswith("Match") for name in query):
        by_name = query
    if isinstance(by_name, dict):
        return query_url(
            "", [(name, part) for name, field in by_name.items() for part in _values(field, name)]
        )
    text = _exact(query, "query") or _exact(request.get("deprecatedQuery"), "query")
    return f"?{quote(_BARE_PERCENT.sub('%25', text), safe=f'{PATH_SAFE}?')}" if text else ""


def _request_body(field: Any) -> bytes:
    """Return the request body: a text, or a form's fields with their matchers."""
    matcher = field[0] if isinstance(field, list) and len(field) == 1 else None
    if isinstance(matcher, dict) and isinstance(matcher.get("value"), dict):
        if str(matcher.get("matcher", "")).lower() != "form":
            raise SkipEntryError("matches a pattern of body, not one value")
        fields = matcher["value"].items()
        return urlencode(
            [(name, value) for name, values in fields for value in _values(values, name)]
        ).encode()
    return text_bytes(_exact(field, "body"))


def _values(field: Any, name: str) -> list[str]:
    """Return the values of one parameter; the matcher `array` has several."""
    matcher = field[0] if isinstance(field, list) and len(field) == 1 else None
    if isinstance(matcher, dict) and str(matcher.get("matcher", "")).lower() == "array":
        return [str(item) for item in matcher.get("value", ())]
    return [_exact(field, name)]


def _headers(request: dict[str, Any]) -> list[tuple[str, str]]:
    members = [request.get(name) for name in ("headers", "headersWithMatchers")]
    pairs = [pair for member in members if isinstance(member, dict) for pair in member.items()]
    result: list[tuple[str, str]] = []
    for name, field in pairs:
        plain = (
            field if isinstance(field, list) and all(isinstance(matcher, str) for matcher in field) else None
        )
        result += [
            (name, value) for value in (plain if plain is not None else _values(field, f"the header {name}"))
        ]
    return result


def _response_body(response: dict[str, Any], source: Source) -> bytes:
    name = response.get("bodyFile")
    if name:
        data = source.attachment(str(name))
        if data is None:
            raise SkipEntryError(f"its body is in the file {name!r}, which is missing")
        return data
    body = response.get("body")
    return base64_bytes(body) if response.get("encodedBody") is True else text_bytes(body)


HOVERFLY = Reader(
    tool="Hoverfly",
    key="hoverfly",
    markers=(b'"pairs"', b'"schemaVersion"'),
    recognizes=_is_hoverfly,
    entries=_entries,
    pair=_pair,
    early_markers=(b'"data"', b'"pairs"'),
    unrecorded=("time",),
)
