"""MockServer: expectations and recorded requests and responses, as its UI, its API and its log give them.

Format: https://www.mock-server.com/mock_server/_expectations.html. Only expectations that name one request exactly
are exchanges; a pattern, a negation or a forward is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import (
    base64_bytes,
    compact_json,
    mapping,
    query_url,
    status_code,
    text_bytes,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["MOCKSERVER"]

#: Characters that make a path or a value a regular expression rather than a text.
_PATTERN = re.compile(r"[\\^$*+?()\[\]{}|]")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"


def _is_mockserver(source: Source) -> bool:
    return any(isinstance(each, dict) and ("httpRequest" in each) for each in _values(source)) or any(
        isinstance(each, dict) and "httpResponse" in each for each in _values(source)
    )


def _values(source: Source) -> list[Any]:
    value = source.json
    return value if isinstance(value, list) else [value]


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(_values(source)):
        yield Entry(place=f"[{index}]", value=value)


def _pair(entry: Entry, source: Source) -> RecordedPair:
    request, response = mapping(entry.value, "httpRequest"), _response(entry.value)
    body, sent_type = _body(request.get("body"), source)
    headers = _named_values(request.get("headers"))
    content, answer_type = _body(response.get("body"), source)
    if sent_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", sent_type))
    return RecordedPair(
        method=_exact(request.get("method"), "method"),
        url=_url(request),
        request_headers=headers,
        request_body=body,
        status=status_code(response.get("statusCode", 200)),
        response_headers=_response_headers(response, answer_type),
        response_body=content,
        recorded_at=timestamp(entry.value.get("timestamp")),
        unrecorded=() if request.get("headers") else ("request headers",),
    )


def _response(value: dict[str, Any]) -> dict[str, Any]:
    response = value.get("httpResponse")
    if isinstance(response, dict):
        return response
    action = next((name for name in value if name.startswith("http") and name != "httpRequest"), None)
    raise SkipEntryError(f"has {action} and no httpResponse" if action else "has no httpResponse")


def _exact(value: Any, name: str) -> str:
    """A text that stands for itself: neither missing nor negated nor a pattern.

    Raises:
        SkipEntryError: It is none.
    """
    if isinstance(value, dict) and not value.get("not"):
        value = value.get("value") or value.get("string")
    if value is None or value == "":
        raise SkipEntryError(f"matches any {name}")
    if not isinstance(value, str) or value.startswith("!") or _PATTERN.search(value):
        raise SkipEntryError(f"matches a pattern of {name}, not one value")
    return value


def _url(request: dict[str, Any]) -> str:
    """Path and query; with the host that the headers or the socket address name, absolute."""
    path = quote(_exact(request.get("path"), "path"), safe=_PATH_SAFE)
    parameters = [
        (name, _query_value(value)) for name, value in _named_values(request.get("queryStringParameters"))
    ]
    url = query_url(path, parameters)
    host = next(
        (value for name, value in _named_values(request.get("headers")) if name.lower() == "host"), None
    )
    return f"{'https' if request.get('secure') else 'http'}://{host}{url}" if host else url


def _query_value(value: str) -> str:
    if value.startswith("!") or re.search(r"\\.|\[.+\][+*]|\.\*|\.\+", value):
        raise SkipEntryError("matches a pattern of a query parameter, not one value")
    return value


def _named_values(value: Any) -> list[tuple[str, str]]:
    """Headers and parameters in their three forms: lists by name, single values by name, or a list of both."""
    if isinstance(value, list):
        value = {each.get("name"): each.get("values", ()) for each in value if isinstance(each, dict)}
    pairs = value.items() if isinstance(value, dict) else ()
    return [
        (str(name), _text(each))
        for name, values in pairs
        for each in (values if isinstance(values, list | tuple) else [values])
    ]


def _text(value: Any) -> str:
    return str(value.get("value", "")) if isinstance(value, dict) else str(value)


def _response_headers(response: dict[str, Any], answer_type: str | None) -> list[tuple[str, str]]:
    headers = _named_values(response.get("headers"))
    if answer_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", answer_type))
    cookies = _named_values(response.get("cookies"))
    return headers + [("Set-Cookie", f"{name}={value}") for name, value in cookies]


def _body(body: Any, source: Source) -> tuple[bytes, str | None]:
    """The bytes and, where it is declared, the content type."""
    if not isinstance(body, dict) or "type" not in body:
        return (
            (compact_json(body), "application/json")
            if isinstance(body, dict | list)
            else (text_bytes(body), None)
        )
    if body.get("not"):
        raise SkipEntryError("matches a negated body, not one value")
    declared = body.get("contentType")
    return _typed_body(body, source), str(declared) if declared else _DEFAULT_TYPES.get(str(body["type"]))


def _typed_body(body: dict[str, Any], source: Source) -> bytes:
    kind = str(body["type"])
    if kind == "JSON":
        return (
            text_bytes(body["json"]) if isinstance(body.get("json"), str) else compact_json(body.get("json"))
        )
    if kind in {"STRING", "XML"}:
        return text_bytes(body.get(kind.lower()))
    if kind == "BINARY":
        return base64_bytes(body.get("base64Bytes", ""))
    if kind == "PARAMETERS":
        return urlencode(_named_values(body.get("parameters"))).encode()
    if kind == "FILE":
        data = source.attachment(str(body.get("filePath", "")))
        if data is None:
            raise SkipEntryError(f"its body is in the file {body.get('filePath')!r}, which is missing")
        return data
    raise SkipEntryError(f"matches a body of type {kind}, not one value")


_DEFAULT_TYPES = {
    "JSON": "application/json",
    "XML": "application/xml",
    "PARAMETERS": "application/x-www-form-urlencoded",
}

MOCKSERVER = Reader(
    tool="MockServer",
    key="mockserver",
    markers=(b'"httpRequest"', b'"httpResponse"'),
    recognizes=_is_mockserver,
    entries=_entries,
    pair=_pair,
    unrecorded=("host", "request headers", "time"),
)
