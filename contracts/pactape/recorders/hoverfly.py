"""Hoverfly simulations, versions 1 to 5: pairs of a request and a response.

Format: https://docs.hoverfly.io/en/latest/pages/reference/simulationschema.html. Only requests that are matched
exactly are exchanges; globs, regular expressions and templates are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, mapping, query_url, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["HOVERFLY"]

#: Matchers whose value is what was sent.
_EXACT = frozenset({"exact", "json", "xml", "form"})


def _is_hoverfly(source: Source) -> bool:
    return (
        isinstance(source.member("data", "pairs"), list)
        and source.member("meta", "schemaVersion") is not None
    )


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.member("data", "pairs")):
        yield Entry(place=f"data.pairs[{index}]", value=value)


def _pair(entry: Entry, source: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    if request.get("requestType") == "template":
        raise SkipEntryError("is a template, not a recorded request")
    if response.get("templated") is True:
        raise SkipEntryError("has a templated response")
    return RecordedPair(
        method=_required(request, "method"),
        url=_url(request, is_old=source.member("meta", "schemaVersion") == "v1"),
        request_headers=_headers(request.get("headers")),
        request_body=text_bytes(_exact(request.get("body"), "body")),
        status=status_code(response.get("status")),
        response_headers=response.get("headers") or {},
        response_body=_response_body(response, source),
        recorded_at=timestamp(source.member("meta", "timeExported")),
        unrecorded=() if request.get("headers") else ("request headers",),
    )


def _url(request: dict[str, Any], *, is_old: bool) -> str:
    """Absolute when the request names its destination; version 1 has plain texts, so a star is a star."""
    scheme, host = _exact(request.get("scheme"), "scheme"), _exact(request.get("destination"), "destination")
    path = _exact(request.get("path"), "path") or "/"
    if is_old and "*" in f"{host}{path}":
        raise SkipEntryError("matches a glob of paths, not one value")
    url = query_url(path, _query(request))
    return f"{scheme or 'http'}://{host}{url}" if host else url


def _required(request: dict[str, Any], name: str) -> str:
    value = _exact(request.get(name), name)
    if not value:
        raise SkipEntryError(f"matches any {name}")
    return value


def _exact(field: Any, name: str) -> str:
    """A field's value in the forms of all versions: a text, `{exactMatch}`, or a list with one matcher.

    Raises:
        SkipEntryError: It is matched by a pattern.
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


def _query(request: dict[str, Any]) -> list[tuple[str, str]]:
    """A query string in versions 1 to 4, matchers by parameter since version 5."""
    query = request.get("query")
    if isinstance(query, dict) and not any(name.endswith("Match") for name in query):
        return [(name, part) for name, field in query.items() for part in _values(field, name)]
    text = _exact(query, "query") or _exact(request.get("deprecatedQuery"), "query")
    return [(name, value) for name, _, value in (each.partition("=") for each in text.split("&") if each)]


def _values(field: Any, name: str) -> list[str]:
    """The values of one parameter; the matcher `array` names several."""
    matcher = field[0] if isinstance(field, list) and len(field) == 1 else None
    if isinstance(matcher, dict) and str(matcher.get("matcher", "")).lower() == "array":
        return [str(each) for each in matcher.get("value", ())]
    return [_exact(field, name)]


def _headers(headers: Any) -> list[tuple[str, str]]:
    pairs = headers.items() if isinstance(headers, dict) else ()
    named: list[tuple[str, str]] = []
    for name, field in pairs:
        plain = field if isinstance(field, list) and all(isinstance(each, str) for each in field) else None
        named += [
            (name, value) for value in (plain if plain is not None else _values(field, f"the header {name}"))
        ]
    return named


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
    unrecorded=("time",),
)
