"""Keploy: test cases and mocks in YAML documents of kind Http; documents of other kinds are skipped.

Format: https://keploy.io/docs/keploy-explained/docs-design/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import mapping, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["KEPLOY"]


def _is_keploy(source: Source) -> bool:
    return source.json is None and any(
        isinstance(each, dict) and str(each.get("version", "")).startswith("api.keploy.io")
        for each in source.yaml_documents
    )


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.yaml_documents):
        yield Entry(place=f"document {index + 1}", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    kind = entry.value.get("kind") if isinstance(entry.value, dict) else None
    if kind != "Http":
        raise SkipEntryError(f"is not HTTP: kind {kind}")
    spec = mapping(entry.value, "spec")
    request, response = mapping(spec, "req"), mapping(spec, "resp")
    headers = request.get("header") or {}
    is_mock = str((spec.get("metadata") or {}).get("type", "")) == "HTTP_CLIENT"
    return RecordedPair(
        method=str(request.get("method", "")),
        url=_url(request, headers),
        request_headers=headers,
        request_body=text_bytes(request.get("body")),
        status=status_code(response.get("status_code")),
        response_headers=response.get("header") or {},
        response_body=_body(response.get("body")),
        recorded_at=_time(request.get("timestamp"), spec),
        test=None if is_mock else str(entry.value.get("name") or "") or None,
    )


def _url(request: dict[str, Any], headers: dict[str, Any]) -> str:
    """Absolute in test cases; in mocks the path alone, with the host in the header Host, if anywhere."""
    url = str(request.get("url", ""))
    host = next((value for name, value in headers.items() if name.lower() == "host"), None)
    return f"http://{host}{url}" if host and url.startswith("/") else url


def _body(body: Any) -> bytes:
    """Text, or the events of a stream (`text/event-stream`) as a list."""
    if not isinstance(body, list):
        return text_bytes(body)
    return "".join(f"{_event(each)}\n" for each in body).encode()


def _event(value: Any) -> str:
    """One server-sent event in the format of the HTML standard, section 9.2."""
    fields = value.get("data") if isinstance(value, dict) else None
    pairs = fields.items() if isinstance(fields, dict) else [("data", fields)]
    return "".join(f"{name}: {line}\n" for name, text in pairs for line in str(text or "").split("\n"))


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
)
