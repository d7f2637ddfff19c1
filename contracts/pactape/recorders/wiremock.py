"""WireMock stub mappings, as its recorder writes them: one stub a file, or several in `mappings`.

Format: https://wiremock.org/docs/stubbing/. Only stubs that name one request exactly are exchanges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, compact_json, mapping, query_url, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["WIREMOCK"]

_FOLDERS = ("../__files", "__files", "../../__files")


def _stubs(source: Source) -> list[Any]:
    many = source.member("mappings")
    return many if isinstance(many, list) else [source.json]


def _is_wiremock(source: Source) -> bool:
    return source.json is not None and any(
        isinstance(each, dict)
        and isinstance(each.get("request"), dict)
        and isinstance(each.get("response"), dict)
        for each in _stubs(source)
    )


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(_stubs(source)):
        yield Entry(place=f"mappings[{index}]", value=value)


def _pair(entry: Entry, source: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    _require_recorded(response)
    headers = _exact_values(request.get("headers"), "the header")
    return RecordedPair(
        method=_method(request),
        url=_url(request),
        request_headers=headers,
        request_body=_request_body(request.get("bodyPatterns") or []),
        status=status_code(response.get("status", 200)),
        response_headers=response.get("headers") or {},
        response_body=_response_body(response, source),
        unrecorded=() if headers else ("request headers",),
    )


def _require_recorded(response: dict[str, Any]) -> None:
    for name in ("proxyBaseUrl", "fault"):
        if name in response:
            raise SkipEntryError(f"has {name} and no recorded response")
    if "response-template" in (response.get("transformers") or ()):
        raise SkipEntryError("has a templated response")


def _method(request: dict[str, Any]) -> str:
    method = str(request.get("method") or "ANY")
    if method == "ANY":
        raise SkipEntryError("matches any method")
    return method


def _url(request: dict[str, Any]) -> str:
    """Path and query; with scheme, host and port when the stub names them."""
    path = request.get("url") or request.get("urlPath")
    if not path:
        raise SkipEntryError("matches a pattern of URLs, not one value")
    url = query_url(str(path), _exact_values(request.get("queryParameters"), "the query parameter"))
    host = request.get("host")
    if isinstance(host, dict) and "equalTo" in host:
        port = f":{request['port']}" if request.get("port") else ""
        return f"{request.get('scheme') or 'https'}://{host['equalTo']}{port}{url}"
    return url


def _exact_values(matchers: Any, name: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, matcher in (matchers or {}).items():
        if not isinstance(matcher, dict):
            continue
        if matcher.get("absent") is True:
            continue
        if "equalTo" not in matcher:
            raise SkipEntryError(f"matches a pattern of {name} {key}, not one value")
        pairs.append((key, str(matcher["equalTo"])))
    return pairs


def _request_body(patterns: list[Any]) -> bytes:
    if not patterns:
        return b""
    matcher = patterns[0] if len(patterns) == 1 and isinstance(patterns[0], dict) else {}
    for name in ("equalToJson", "equalTo", "equalToXml"):
        if name in matcher:
            value = matcher[name]
            return text_bytes(value) if isinstance(value, str) else compact_json(value)
    if "binaryEqualTo" in matcher:
        return base64_bytes(matcher["binaryEqualTo"])
    raise SkipEntryError("matches a pattern of bodies, not one value")


def _response_body(response: dict[str, Any], source: Source) -> bytes:
    name = response.get("bodyFileName")
    if name:
        data = source.attachment(str(name), *_FOLDERS)
        if data is None:
            raise SkipEntryError(f"its body is in the file {name!r}, which is missing")
        return data
    if "base64Body" in response:
        return base64_bytes(response["base64Body"])
    if "jsonBody" in response:
        return compact_json(response["jsonBody"])
    return text_bytes(response.get("body"))


WIREMOCK = Reader(
    tool="WireMock",
    key="wiremock",
    markers=(b'"request"', b'"response"', b'"method"'),
    recognizes=_is_wiremock,
    entries=_entries,
    pair=_pair,
    unrecorded=("host", "time"),
)
