"""php-vcr: a list of requests and responses, in YAML or JSON: https://php-vcr.github.io/.

Headers that are empty are those that curl was told not to send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.http_bodies import content_type, header
from pactape.recorders.recording import Entry, Reader, RecordedPair
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.recorders.source import Source

__all__ = ["PHP_VCR"]


def _is_php_vcr(source: Source) -> bool:
    value = source.value
    return isinstance(value, list) and any(map(_is_interaction, value))


def _is_interaction(value: Any) -> bool:
    """Recognize an interaction by its request's `url` and its response's `status` with a code."""
    if not isinstance(value, dict) or not {"request", "response"} <= value.keys():
        return False
    request, response = value["request"], value["response"]
    return (
        isinstance(request, dict)
        and isinstance(response, dict)
        and {"method", "url"} <= request.keys()
        and isinstance(response.get("status"), dict)
        and "code" in response["status"]
    )


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.value):
        yield Entry(location=f"[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    body, received = _request_body(request), _headers(response)
    is_lost = bool(request.get("post_files")) and not body
    return RecordedPair(
        method=str(request.get("method", "")),
        url=str(request.get("url", "")),
        request_headers=_headers(request),
        request_body=body,
        status=status_code(mapping(response, "status").get("code")),
        response_headers=received,
        response_body=_response_body(response.get("body"), received),
        unrecorded=("request body",) if is_lost else (),
    )


def _is_whole(entry: Entry, source: Source) -> bool:
    """Return whether an entry is complete: newer versions write its index last."""
    return "index" in entry.value or not any("index" in value for value in source.value)


def _headers(message: dict[str, Any]) -> list[tuple[str, str]]:
    headers = message.get("headers")
    return [
        (str(name), str(value))
        for name, values in (headers.items() if isinstance(headers, dict) else ())
        for value in (values if isinstance(values, list) else [values])
        if value not in {None, ""}
    ]


def _request_body(request: dict[str, Any]) -> bytes:
    """Return the body; of a form that curl encodes, only the fields are recorded."""
    fields = request.get("post_fields")
    if request.get("body") or not isinstance(fields, dict) or request.get("post_files"):
        return text_bytes(request.get("body"))
    return urlencode(list(_form_fields(fields, ""))).encode()


def _form_fields(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield the fields of nested arrays as PHP names them: "user[name]"."""
    if not isinstance(value, dict | list):
        yield name, "" if value is None else str(value)
        return
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _form_fields(member, f"{name}[{key}]" if name else str(key))


def _response_body(body: Any, headers: list[tuple[str, str]]) -> bytes:
    """Return the bytes of a response; php-vcr encodes what it considers binary, by its headers."""
    is_zip = "application/x-gzip" in content_type(headers)
    if body and (is_zip or header(headers, "content-transfer-encoding") == "binary"):
        return base64_bytes(body)
    return text_bytes(body)


PHP_VCR = Reader(
    tool="php-vcr",
    key="php-vcr",
    markers=(rb"\brequest\b", rb"\burl\b", rb"\bcurl_info\b"),
    recognizes=_is_php_vcr,
    entries=_entries,
    pair=_pair,
    early_markers=(rb"(?m)^    request:", rb"(?m)^        (?:method|url): "),
    is_whole=_is_whole,
    unrecorded=("time",),
)
