"""nock's recorder (Node): a JSON list of scope, method, path, body, status and response.

Format: https://github.com/nock/nock#recording. A list of hex strings is a compressed body; `responseIsBinary` says
that one string is hex.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.http_bodies import content_codings, header
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import compact_json, hex_bytes, status_code, text_bytes
from pactape.urls import DEFAULT_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["NOCK"]

_ANY = "*"
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


def _is_nock(source: Source) -> bool:
    value = source.json
    return isinstance(value, list) and any(
        isinstance(each, dict) and "scope" in each and "path" in each for each in value
    )


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.json):
        yield Entry(place=f"[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    value = entry.value
    if not isinstance(value, dict) or "scope" not in value or "path" not in value:
        raise SkipEntryError("has no scope and path")
    headers = _response_headers(value)
    return RecordedPair(
        method=str(value.get("method") or "GET"),
        url=f"{_without_default_port(_host(value['scope']))}{value['path']}",
        request_headers=value.get("reqheaders") or {},
        request_body=_request_body(value.get("body"), value.get("reqheaders") or {}),
        status=status_code(value.get("status", 200)),
        response_headers=headers,
        response_body=hex_bytes(value["response"])
        if value.get("responseIsBinary")
        else _body(value.get("response"), headers),
        unrecorded=_unrecorded(value),
    )


def _unrecorded(value: dict[str, Any]) -> tuple[str, ...]:
    """Without an option nock keeps no request headers; a filter may put a star in place of the body."""
    headers = () if value.get("reqheaders") else ("request headers",)
    return (*headers, "request body") if value.get("body") == _ANY else headers


def _host(scope: Any) -> str:
    """Scheme, host and port; fixtures that were edited may have a regular expression or a star instead."""
    text = str(scope)
    if text.startswith("/") or "*" in text:
        raise SkipEntryError("matches a pattern of hosts, not one value")
    if "://" not in text:
        raise SkipEntryError(f"has the scope {text!r}, which has no scheme")
    return text.rstrip("/")


def _without_default_port(scope: str) -> str:
    scheme = scope.partition(":")[0]
    return scope.removesuffix(f":{DEFAULT_PORTS.get(scheme, '')}")


def _response_headers(value: dict[str, Any]) -> list[tuple[str, str]]:
    """A flat list of names and values in turn; also a list of pairs; in older and in cleaned files a mapping."""
    raw = value.get("rawHeaders") or value.get("headers") or []
    if isinstance(raw, dict):
        return [
            (str(name), str(each))
            for name, values in raw.items()
            for each in (values if isinstance(values, list) else [values])
        ]
    flat = [part for each in raw for part in (each if isinstance(each, list) else [each])]
    return [(str(name), str(each)) for name, each in zip(flat[::2], flat[1::2], strict=False)]


def _request_body(body: Any, headers: Any) -> bytes:
    """A binary body is a text of hex digits, which nothing marks but that it has half of the declared length."""
    if body == _ANY:
        return b""
    length = str(header(headers, "content-length") or "")
    if isinstance(body, str) and _HEX.fullmatch(body) and length == str(len(body) // 2):
        return hex_bytes(body)
    return _body(body, headers=())


def _body(body: Any, headers: Any) -> bytes:
    if (
        isinstance(body, list)
        and body
        and content_codings(headers)
        and all(isinstance(each, str) for each in body)
    ):
        with suppress(ValueError):
            return b"".join(bytes.fromhex(each) for each in body)
    return compact_json(body) if isinstance(body, dict | list | bool | int | float) else text_bytes(body)


NOCK = Reader(
    tool="nock",
    key="nock",
    markers=(b'"scope"', b'"path"'),
    recognizes=_is_nock,
    entries=_entries,
    pair=_pair,
    unrecorded=("time",),
)
