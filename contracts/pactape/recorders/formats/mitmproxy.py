"""mitmproxy's flow dumps, read with mitmproxy itself, which must be installed."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pactape.errors import CassetteFormatError
from pactape.http_bodies import content_type
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["MITMPROXY"]


#: Members of a flow, in current netstrings and in those before version 0.11.
_MEMBERS = (b"7:version;", b"11:httpversion,")


def _is_dump(source: Source) -> bool:
    """Recognize a dump by its netstrings: "1234:8:response;…" with the flow's members."""
    length, colon, _ = source.data[:12].partition(b":")
    head = source.data[: 64 * 2**10]
    return bool(colon) and length.isdigit() and any(member in head for member in _MEMBERS)


def _entries(source: Source) -> Iterable[Entry]:
    reader, error_class = _flow_reader(source)
    index = 0
    try:
        for flow in reader.stream():
            yield Entry(location=f"flow {index + 1}", value=flow)
            index += 1
    except error_class as error:
        raise CassetteFormatError(
            f"is a mitmproxy dump that can't be read after {index} flows ({error})",
            where=source.path,
            remedy="save the flows again with a current mitmproxy",
        ) from error


def _flow_reader(source: Source) -> tuple[Any, type[Exception]]:
    try:
        from mitmproxy.exceptions import FlowReadException  # noqa: PLC0415 -- optional, and slow to import
        from mitmproxy.io import FlowReader  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise CassetteFormatError(
            "is a mitmproxy dump, and mitmproxy is not installed",
            where=source.path,
            remedy="run `pip install mitmproxy`, or export the flows as HAR",
        ) from error
    return FlowReader(io.BytesIO(source.data)), FlowReadException


def _pair(entry: Entry, _: Source) -> RecordedPair:
    flow = entry.value
    if getattr(flow, "type", "http") != "http" or getattr(flow, "request", None) is None:
        raise SkipEntryError(f"is not HTTP: {type(flow).__name__}")
    if getattr(flow, "websocket", None) is not None:
        raise SkipEntryError("is a WebSocket connection")
    if flow.response is None:
        raise SkipEntryError("has no response")
    headers, content = _headers(flow.response), flow.response.raw_content
    if flow.error is not None and not content_type(headers).startswith("text/event-stream"):
        content = None  # the connection ended in the middle of it
    return RecordedPair(
        method=flow.request.method,
        url=_url(flow.request.pretty_url, flow.request.pretty_host),
        request_headers=_headers(flow.request),
        request_body=flow.request.raw_content or b"",
        status=flow.response.status_code,
        response_headers=headers,
        response_body=content or b"",
        recorded_at=datetime.fromtimestamp(flow.request.timestamp_start, UTC),
        unrecorded=tuple(
            name
            for name, body in (("request body", flow.request.raw_content), ("response body", content))
            if body is None
        ),
    )


def _url(url: str, host: str) -> str:
    """Return a URL with an IPv6 address in brackets, which mitmproxy omits."""
    return url.replace(f"://{host}", f"://[{host}]", 1) if ":" in host and "[" not in host else url


def _headers(message: Any) -> list[tuple[str, str]]:
    """Return the headers without HTTP/2's pseudo headers, which describe the request line."""
    pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in message.headers.fields)
    return [(name, value) for name, value in pairs if not name.startswith(":")]


MITMPROXY = Reader(
    tool="mitmproxy",
    key="mitmproxy",
    markers=(b"version;", b"certificate_list"),
    recognizes=_is_dump,
    entries=_entries,
    pair=_pair,
    captures_traffic=True,
)
