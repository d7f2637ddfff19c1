"""Keploy: test cases and mocks in YAML or JSON documents of kinds Http and Http2; other kinds are skipped.

Format: https://keploy.io/docs/keploy-explained/docs-design/.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.http_bodies import content_type, header
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["KEPLOY"]


def _is_keploy(source: Source) -> bool:
    return any(
        isinstance(document, dict) and str(document.get("version", "")).startswith("api.keploy.io")
        for document in _documents(source)
    )


def _documents(source: Source) -> list[Any]:
    """Return the YAML documents, or the JSON values: one per file, or one per line."""
    if source.json is not None:
        return [source.json]
    if not source.data.lstrip().startswith(b"{"):
        return source.yaml_documents
    with suppress(ValueError, RecursionError):
        return [json.loads(line) for line in source.data.split(b"\n") if line.strip()]
    return []


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(_documents(source)):
        yield Entry(location=f"document {index + 1}", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    kind = entry.value.get("kind") if isinstance(entry.value, dict) else None
    if kind not in {"Http", "Http2"}:
        raise SkipEntryError(f"is not HTTP: kind {kind}")
    spec = mapping(entry.value, "spec")
    request, response = mapping(spec, "req"), mapping(spec, "resp")
    headers = request.get("header") or request.get("headers") or {}
    received = response.get("header") or response.get("headers") or {}
    is_mock = str((spec.get("metadata") or {}).get("type", "")) == "HTTP_CLIENT"
    return RecordedPair(
        method=str(request.get("method", "")),
        url=_url(request),
        host=_host(headers),
        request_headers=headers,
        request_body=_body(request),
        status=status_code(response.get("status_code")),
        response_headers=received,
        response_body=_body(response, received),
        recorded_at=_time(request.get("timestamp"), spec),
        test=None if is_mock else str(entry.value.get("name") or "") or None,
        unrecorded=_lost(request, response),
    )


def _is_whole(entry: Entry, _: Source) -> bool:
    """Return whether a document is complete: the time of creation comes last in its HTTP part."""
    spec = entry.value.get("spec") if isinstance(entry.value, dict) else None
    return isinstance(spec, dict) and "created" in spec


def _url(request: dict[str, Any]) -> str:
    """Return the URL; in HTTP/2, scheme and host are pseudo headers, which Keploy keeps as members."""
    url, authority = str(request.get("url", "")), request.get("authority")
    return f"{request.get('scheme') or 'https'}://{authority}{url}" if authority and url[:1] == "/" else url


def _host(headers: dict[str, Any]) -> str:
    """Return the Host header: mocks, whose URL is a path, have the host only there."""
    return header(headers, "host") or ""


def _lost(request: dict[str, Any], response: dict[str, Any]) -> tuple[str, ...]:
    """Return what is missing: keploy stores only names and paths of uploaded files, and omits large bodies."""
    has_form = bool(request.get("form")) and not _body(request)
    sides = (("request body", has_form or _is_skipped(request)), ("response body", _is_skipped(response)))
    return tuple(name for name, is_lost in sides if is_lost)


def _is_skipped(message: dict[str, Any]) -> bool:
    reference = message.get("body_ref")
    is_elsewhere = isinstance(reference, dict) and bool(reference.get("path"))
    return is_elsewhere or str(message.get("body_skipped", "")).lower() == "true"


def _body(message: dict[str, Any], headers: Any = ()) -> bytes:
    """Return the body: text, base64, or a list of a stream's events (`text/event-stream`) or lines."""
    body = message.get("body")
    if not body and message.get("binary"):
        return base64_bytes(message["binary"])
    if not isinstance(body, list):
        return text_bytes(body)
    if not content_type(headers).startswith("text/event-stream") and any(map(_is_line, body)):
        return "\n".join(_line(item) for item in body).encode()
    return "".join(f"{_event(item)}\n" for item in body).encode()


def _is_line(value: Any) -> bool:
    fields = value.get("data") if isinstance(value, dict) else None
    return not isinstance(fields, dict) or "raw" in fields


def _line(value: Any) -> str:
    """Return one line of a stream: the field `raw`, or else the first one."""
    fields = value.get("data") if isinstance(value, dict) else None
    if not isinstance(fields, dict):
        return str(fields or "")
    return str(fields.get("raw", next(iter(fields.values()), "")) or "")


def _event(value: Any) -> str:
    """Return one server-sent event in the format of the HTML standard, section 9.2."""
    fields = value.get("data") if isinstance(value, dict) else None
    pairs = fields.items() if isinstance(fields, dict) else [("data", fields)]
    return "".join(
        f":{line}\n" if name == "comment" else f"{name}: {line}\n"
        for name, text in pairs
        for line in str(text or "").split("\n")
    )


def _time(value: Any, spec: dict[str, Any]) -> Any:
    moment = timestamp(value)
    return moment if moment and moment.year > 1 else timestamp(spec.get("created"))


KEPLOY = Reader(
    tool="Keploy",
    key="keploy",
    markers=(b"api.keploy.io",),
    recognizes=_is_keploy,
    entries=_entries,
    pair=_pair,
    is_whole=_is_whole,
)
