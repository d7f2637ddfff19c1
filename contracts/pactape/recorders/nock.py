"""nock's recorder (Node): a JSON list of scope, method, path, body, status and response.

Format: https://github.com/nock/nock#recording. A list of hex strings is a compressed body; `responseIsBinary` says
that one string is hex.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.http_bodies import content_codings
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import compact_json, status_code, text_bytes
from pactape.urls import DEFAULT_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["NOCK"]


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
        url=f"{_without_default_port(str(value['scope']))}{value['path']}",
        request_headers=value.get("reqheaders") or {},
        request_body=_body(value.get("body"), headers=()),
        status=status_code(value.get("status", 200)),
        response_headers=headers,
        response_body=_hex(value["response"])
        if value.get("responseIsBinary")
        else _body(value.get("response"), headers),
        unrecorded=() if value.get("reqheaders") else ("request headers",),
    )


def _without_default_port(scope: str) -> str:
    scheme = scope.partition(":")[0]
    return scope.removesuffix(f":{DEFAULT_PORTS.get(scheme, '')}")


def _response_headers(value: dict[str, Any]) -> list[tuple[str, str]]:
    """A flat list of names and values in turn; in older and in cleaned files a mapping."""
    raw = value.get("rawHeaders") or value.get("headers") or []
    if isinstance(raw, dict):
        return [
            (str(name), str(each))
            for name, values in raw.items()
            for each in (values if isinstance(values, list) else [values])
        ]
    return [(str(name), str(each)) for name, each in zip(raw[::2], raw[1::2], strict=False)]


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


def _hex(text: Any) -> bytes:
    try:
        return b"".join(bytes.fromhex(each) for each in (text if isinstance(text, list) else [text]))
    except (ValueError, TypeError) as error:
        raise SkipEntryError(f"its response is not hex ({error})") from error


NOCK = Reader(
    tool="nock",
    key="nock",
    markers=(b'"scope"', b'"path"'),
    recognizes=_is_nock,
    entries=_entries,
    pair=_pair,
    unrecorded=("time",),
)
