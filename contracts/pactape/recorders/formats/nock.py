"""nock's recorder (Node): a JSON list of scope, method, path, body, status and response.

Format: https://github.com/nock/nock#recording. A list of hex strings is a compressed body; `responseIsBinary` says
that one string is hex.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.http_bodies import content_codings, decode_body, header
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import compact_json, hex_bytes, status_code, text_bytes
from pactape.urls import DEFAULT_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["NOCK"]

_ANY = "*"
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_PORT = re.compile(r":\d+$")
#: The beginning of gzip's data (RFC 1952, section 2.3): its magic number and the only method.
_GZIP = "1f8b08"


def _is_nock(source: Source) -> bool:
    value = source.json
    return isinstance(value, list) and any(
        isinstance(item, dict) and "scope" in item and "path" in item for item in value
    )


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.json):
        yield Entry(location=f"[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    value = entry.value
    if not isinstance(value, dict) or "scope" not in value or "path" not in value:
        raise SkipEntryError("has no scope and path")
    headers = _response_headers(value)
    return RecordedPair(
        method=str(value.get("method") or "GET"),
        url=f"{_without_default_port(_host(value))}{value['path']}",
        request_headers=value.get("reqheaders") or {},
        request_body=_request_body(value.get("body"), value.get("reqheaders") or {}),
        status=status_code(value.get("reply") or value.get("status", 200)),  # `reply` in old files
        response_headers=headers,
        response_body=hex_bytes(value["response"])
        if value.get("responseIsBinary")
        else _body(value.get("response"), headers),
        unrecorded=_unrecorded(value),
    )


def _unrecorded(value: dict[str, Any]) -> tuple[str, ...]:
    """Return what isn't recorded: by default request headers, and bodies that a filter replaced with "*"."""
    headers = () if value.get("reqheaders") else ("request headers",)
    return (*headers, "request body") if value.get("body") == _ANY else headers


def _host(value: dict[str, Any]) -> str:
    """Return scheme, host and port; edited fixtures may have a regular expression or a star instead.

    In old files, the port may be a member of its own.
    """
    text = str(value["scope"])
    if text.startswith("/") or "*" in text:
        raise SkipEntryError("matches a pattern of hosts, not one value")
    if "://" not in text:
        raise SkipEntryError(f"has the scope {text!r}, which has no scheme")
    text = text.rstrip("/")
    return f"{text}:{value['port']}" if value.get("port") and not _PORT.search(text) else text


def _without_default_port(scope: str) -> str:
    scheme = scope.partition(":")[0]
    return scope.removesuffix(f":{DEFAULT_PORTS.get(scheme, '')}")


def _response_headers(value: dict[str, Any]) -> list[tuple[str, str]]:
    """Return headers from a flat list of names and values, a list of pairs, or (older files) a mapping."""
    raw = value.get("rawHeaders") or value.get("headers") or []
    if isinstance(raw, dict):
        return [
            (str(name), str(value))
            for name, values in raw.items()
            for value in (values if isinstance(values, list) else [values])
        ]
    flat = [part for item in raw for part in (item if isinstance(item, list) else [item])]
    return [(str(name), str(value)) for name, value in zip(flat[::2], flat[1::2], strict=False)]


def _request_body(body: Any, headers: Any) -> bytes:
    """Return the request body; hex digits are binary if their length or beginning says so."""
    if body == _ANY:
        return b""
    length = str(header(headers, "content-length") or "")
    is_hex = isinstance(body, str) and bool(_HEX.fullmatch(body))
    if is_hex and length == str(len(body) // 2):
        return hex_bytes(body)
    if is_hex and not length and body.startswith(_GZIP):
        with suppress(ValueError):
            return decode_body(hex_bytes(body), "gzip")  # the header with the coding isn't recorded
    return _body(body, headers=())


def _body(body: Any, headers: Any) -> bytes:
    if (
        isinstance(body, list)
        and body
        and content_codings(headers)
        and all(isinstance(item, str) for item in body)
    ):
        with suppress(ValueError):
            return b"".join(bytes.fromhex(item) for item in body)
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
