"""MockServer: expectations, and recorded requests and responses, as exported from its UI, API and log.

Format: https://www.mock-server.com/mock_server/_expectations.html. Only expectations of exactly one request become
exchanges; patterns, negations and forwards are skipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pactape.http_bodies import header
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import (
    PATH_SAFE,
    base64_bytes,
    charset_bytes,
    compact_json,
    mapping,
    query_url,
    status_code,
    text_bytes,
    timestamp,
    with_content_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["MOCKSERVER"]

#: Characters that mark a path or a value as a regular expression.
_PATTERN = re.compile(r"[\\^$*+?()\[\]{}|]")
_PARAMETER = re.compile(r"\{([^{}]+)\}")
#: What regular expressions contain, but recorded headers or parameters hardly ever do.
_LIKELY_PATTERN = re.compile(r"\\.|\[.+\](?:[+*]|\{\d)|\.\*|\.\+")
#: Members that show the type of a body without `type`.
_BODY_MEMBERS = {
    "string": "STRING",
    "json": "JSON",
    "xml": "XML",
    "base64Bytes": "BINARY",
    "parameters": "PARAMETERS",
    "filePath": "FILE",
    "regex": "REGEX",
    "jsonSchema": "JSON_SCHEMA",
    "jsonPath": "JSON_PATH",
    "xmlSchema": "XML_SCHEMA",
    "xpath": "XPATH",
}


def _is_mockserver(source: Source) -> bool:
    return any(isinstance(value, dict) and ("httpRequest" in value) for value in _values(source)) or any(
        isinstance(value, dict) and "httpResponse" in value for value in _values(source)
    )


def _values(source: Source) -> list[Any]:
    value = source.json
    return value if isinstance(value, list) else [value]


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(_values(source)):
        yield Entry(location=f"[{index}]", value=value)


def _pair(entry: Entry, source: Source) -> RecordedPair:
    request, response = mapping(entry.value, "httpRequest"), _response(entry.value)
    if request.get("not"):
        raise SkipEntryError("matches a negated request, not one value")
    body, sent_type = _body(request.get("body"), source)
    headers = with_content_type(_request_headers(request), sent_type)
    content, answer_type = _body(response.get("body"), source)
    return RecordedPair(
        method=_exact(request.get("method"), "method"),
        url=_url(request),
        request_headers=headers,
        request_body=body,
        status=status_code(response.get("statusCode", 200)),
        response_headers=_response_headers(response, answer_type),
        response_body=content,
        recorded_at=timestamp(entry.value.get("timestamp")),
        unrecorded=() if request.get("headers") or request.get("cookies") else ("request headers",),
    )


def _response(value: dict[str, Any]) -> dict[str, Any]:
    response = value.get("httpResponse")
    if isinstance(response, dict):
        return response
    action = next((name for name in value if name.startswith("http") and name != "httpRequest"), None)
    raise SkipEntryError(f"has {action} and no httpResponse" if action else "has no httpResponse")


def _exact(value: Any, name: str) -> str:
    """Return a literal text: neither missing nor negated nor a pattern.

    Raises:
        SkipEntryError: It is not a literal text.
    """
    if isinstance(value, dict) and not value.get("not"):
        value = value.get("value") or value.get("string")
    if value is None or value == "":
        raise SkipEntryError(f"matches any {name}")
    if not isinstance(value, str) or value.startswith("!") or _PATTERN.search(value):
        raise SkipEntryError(f"matches a pattern of {name}, not one value")
    return value


def _url(request: dict[str, Any]) -> str:
    """Return the URL, absolute if the headers or the socket address contain the host."""
    path = quote(_exact(_path(request), "path"), safe=PATH_SAFE)
    url = query_url(path, _exact_pairs(request.get("queryStringParameters"), "a query parameter"))
    host = header(_named_values(request.get("headers")), "host")
    address = request.get("socketAddress")
    if host is None and isinstance(address, dict) and address.get("host"):
        host = f"{address['host']}:{address['port']}" if address.get("port") else str(address["host"])
        secure = str(address.get("scheme", "")).upper() == "HTTPS" or bool(request.get("secure"))
        return f"{'https' if secure else 'http'}://{host}{url}"
    return f"{'https' if request.get('secure') else 'http'}://{host}{url}" if host else url


def _path(request: dict[str, Any]) -> Any:
    """Return the path, with the values of its parameters filled in: "/users/{id}"."""
    path, parameters = request.get("path"), request.get("pathParameters")
    if not isinstance(path, str) or not parameters:
        return path
    values = dict(_exact_pairs(parameters, "a path parameter"))
    if any(_PATTERN.search(value) for value in values.values()):
        raise SkipEntryError("matches a pattern of a path parameter, not one value")
    return _PARAMETER.sub(lambda match: values.get(match[1], match[0]), path)


def _exact_pairs(values: Any, name: str) -> list[tuple[str, str]]:
    """Return literal names and values: neither negated nor optional, nor patterns, nor schemas.

    Raises:
        SkipEntryError: One is not literal.
    """
    pairs = _named_values(values)
    if any(key[:1] in {"!", "?"} or value[:1] == "!" or _is_pattern(key, value) for key, value in pairs):
        raise SkipEntryError(f"matches a pattern of {name}, not one value")
    return pairs


def _is_pattern(name: str, value: str) -> bool:
    return any(_LIKELY_PATTERN.search(text) for text in (name, value))


def _named_values(value: Any) -> list[tuple[str, str]]:
    """Return headers or parameters from their three forms: lists by name, values by name, or a list of objects."""
    if isinstance(value, list):
        value = {item.get("name"): item.get("values", ()) for item in value if isinstance(item, dict)}
    members = value.items() if isinstance(value, dict) else ()
    pairs = [
        member for member in members if member[0] != "keyMatchStyle"
    ]  # states how many names have to match
    return [
        (str(name), _text(value))
        for name, values in pairs
        for value in (values if isinstance(values, list | tuple) else [values])
    ]


def _text(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    if value.get("not") or "value" not in value:
        raise SkipEntryError("matches a schema or a negated value, not one value")
    return str(value["value"])


def _request_headers(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the headers, with the cookies, which recorded requests also have as a header."""
    headers = _exact_pairs(request.get("headers"), "a header")
    cookies = _exact_pairs(request.get("cookies"), "a cookie")
    if cookies and header(headers, "cookie") is None:
        headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
    return headers


def _response_headers(response: dict[str, Any], answer_type: str | None) -> list[tuple[str, str]]:
    headers = with_content_type(_named_values(response.get("headers")), answer_type)
    cookies = _named_values(response.get("cookies"))
    return headers + [("Set-Cookie", f"{name}={value}") for name, value in cookies]


def _body(body: Any, source: Source) -> tuple[bytes, str | None]:
    """Return the bytes and, if declared, the content type."""
    kind = _kind_of_body(body)
    if kind is None:
        return (
            (compact_json(body), "application/json")
            if isinstance(body, dict | list)
            else (text_bytes(body), None)
        )
    if body.get("not"):
        raise SkipEntryError("matches a negated body, not one value")
    declared = str(body.get("contentType") or "") or _DEFAULT_TYPES.get(kind)
    return _typed_body(kind, body, declared or "", source), declared


def _kind_of_body(body: Any) -> str | None:
    """Return the type of a body, from `type` or its members; None for plain text and JSON."""
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("type"), str) and body["type"].isupper():
        return str(body["type"])
    beside = {"not", "optional", "contentType", "rawBytes", "matchType", "subString"}
    members = [item for item in body if item not in beside]
    return _BODY_MEMBERS.get(members[0]) if len(members) == 1 else None


def _typed_body(kind: str, body: dict[str, Any], declared: str, source: Source) -> bytes:
    if body.get("subString"):
        raise SkipEntryError("matches a part of bodies, not one value")
    if body.get("rawBytes"):
        return base64_bytes(body["rawBytes"])
    if kind == "JSON":
        return _json_text(body.get("json"))
    if kind in {"STRING", "XML"}:
        return charset_bytes(body.get(kind.lower()), declared)
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


def _json_text(value: Any) -> bytes:
    text = text_bytes(value) if isinstance(value, str) else compact_json(value)
    if b"${json-unit." in text:
        raise SkipEntryError("matches a pattern of bodies, not one value")
    return text


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
    early_markers=(b'"http(?:Request|Response)"',),
    unrecorded=("host", "request headers", "time"),
)
