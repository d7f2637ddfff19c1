"""HAR 1.2 (browsers, Charles, Insomnia, Playwright, mitmproxy …) and Polly.js's variant of HAR.

Format: http://www.softwareishard.com/blog/har-12-spec/.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.http_bodies import content_type, header
from pactape.recorders.formats.har_bodies import stored_body
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import mapping, status_code, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.recorders.source import Source

__all__ = ["HAR", "POLLY", "is_polly"]

#: The part headers that Firefox up to version 59 wrote before a form body.
_UPLOAD_HEADERS = re.compile(r"(?:Content-(?:Type|Length): [^\r\n]*\r\n)+\r\n")


def _is_har(source: Source) -> bool:
    return isinstance(source.member("log", "entries"), list) and not _is_polly(source)


def _is_polly(source: Source) -> bool:
    return isinstance(source.member("log", "entries"), list) and is_polly(source.member("log"))


def is_polly(log: dict[str, Any]) -> bool:
    """Return whether Polly.js wrote a document's `log`."""
    creator = log.get("creator")
    return isinstance(creator, dict) and creator.get("name") == "Polly.JS"


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.member("log", "entries")):
        yield Entry(location=f"log.entries[{index}]", value=value)


def _pair(entry: Entry, source: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), _response(entry.value)
    headers = list(_headers(request.get("headers")))
    body, sent_type = _request_body(request.get("postData"), content_type(headers), source)
    if body and sent_type and not content_type(headers):
        headers.append(("Content-Type", sent_type))
    content = response.get("content") if isinstance(response.get("content"), dict) else {}
    received = list(_headers(response.get("headers")))
    stored = _response_body(content or {}, received, source)
    return RecordedPair(
        method=str(request.get("method", "")),
        url=_absolute(str(request.get("url", ""))),
        request_headers=headers if sent_type is None else _with_type(headers, sent_type),
        request_body=body,
        status=status_code(response.get("status")),
        response_headers=received,
        response_body=stored or b"",
        recorded_at=timestamp(entry.value.get("startedDateTime")),
        unrecorded=_unrecorded(
            ("request body", not body and _had_body(request, headers)),
            ("response body", stored is None and _was_sent(request, response, content or {})),
        ),
    )


def _unrecorded(*parts: tuple[str, bool]) -> tuple[str, ...]:
    return tuple(name for name, is_missing in parts if is_missing)


def _had_body(request: dict[str, Any], headers: list[tuple[str, str]]) -> bool:
    """Return whether a request had a body, by its sizes: browsers and Polly.js don't save binary ones."""
    sizes = (request.get("bodySize"), header(headers, "content-length"))
    return any(str(size).isdecimal() and int(str(size)) > 0 for size in sizes)


def _polly_pair(entry: Entry, source: Source) -> RecordedPair:
    pair = _pair(entry, source)
    name = source.member("log", "_recordingName")
    return RecordedPair(
        **{
            **{struct_field: getattr(pair, struct_field) for struct_field in pair.__struct_fields__},
            "test": name,
        }
    )


def _response(value: Any) -> dict[str, Any]:
    response = value.get("response") if isinstance(value, dict) else None
    if not isinstance(response, dict):
        raise SkipEntryError("has no response")
    return response


def _absolute(url: str) -> str:
    if not url.lower().startswith(("http://", "https://", "<")):  # "<" begins a placeholder for the host
        raise SkipEntryError(
            f"is not HTTP: {url.partition(':')[0]!r}" if ":" in url else "has no absolute URL"
        )
    return url.partition("#")[0]


def _headers(headers: Any) -> Iterator[tuple[str, str]]:
    """Return pairs of name and value, without HTTP/2's pseudo headers, which describe the request line.

    Chrome joins the values of a repeated header with line ends.
    """
    if isinstance(headers, dict):  # some tools write a mapping, against the format
        headers = [{"name": name, "value": value} for name, value in headers.items()]
    for item in headers if isinstance(headers, list) else ():
        if isinstance(item, dict) and not str(item.get("name", ":")).startswith(":"):
            value = item.get("value", "")
            for values in value if isinstance(value, list) else (value,):
                for one in str(values).split("\n"):
                    yield str(item["name"]), one.rstrip("\r")


def _with_type(headers: list[tuple[str, str]], value: str) -> list[tuple[str, str]]:
    return [(name, value if name.lower() == "content-type" else old) for name, old in headers]


def _request_body(data: Any, declared: str, source: Source) -> tuple[bytes, str | None]:
    """Return the request body, and its content type if the headers don't state it correctly."""
    if not isinstance(data, dict):
        return b"", None
    kind = declared or str(data.get("mimeType") or "")
    stored = _attachment(data, source)
    if stored is None and data.get("text"):
        text = _UPLOAD_HEADERS.sub("", str(data["text"]), count=1) if _is_upload(data) else data["text"]
        stored = stored_body({**data, "text": text}, [("Content-Type", kind)], polly=False)
    if stored is not None:
        return stored, None if declared else kind or None
    parameters = [param for param in data.get("params") or () if isinstance(param, dict)]
    if not parameters:
        return b"", None
    if kind.startswith("multipart/"):
        return _multipart(parameters, kind)
    fields = [(str(parameter.get("name", "")), str(parameter.get("value", ""))) for parameter in parameters]
    return urlencode(fields).encode(), None if declared else kind or "application/x-www-form-urlencoded"


def _is_upload(data: dict[str, Any]) -> bool:
    return isinstance(data["text"], str) and bool(_UPLOAD_HEADERS.match(data["text"]))


def _multipart(parameters: list[dict[str, Any]], kind: str) -> tuple[bytes, str]:
    """Return a multipart body (RFC 7578); the boundary is computed from the parts, so that it is reproducible."""
    boundary = f"pactape-{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parameters, sort_keys=True)).hex}"
    lines: list[str] = []
    for parameter in parameters:
        file = f'; filename="{parameter["fileName"]}"' if parameter.get("fileName") else ""
        lines += [
            f"--{boundary}",
            f'Content-Disposition: form-data; name="{parameter.get("name", "")}"{file}',
        ]
        lines += [f"Content-Type: {parameter['contentType']}"] if parameter.get("contentType") else []
        lines += ["", str(parameter.get("value", ""))]
    lines += [f"--{boundary}--", ""]
    return "\r\n".join(lines).encode(), f"{kind.partition(';')[0]}; boundary={boundary}"


def _response_body(content: dict[str, Any], headers: list[tuple[str, str]], source: Source) -> bytes | None:
    """Return the stored bytes; None if the recorder saved none."""
    attached = _attachment(content, source)
    return stored_body(content, headers, polly=_is_polly(source)) if attached is None else attached


def _attachment(stored: dict[str, Any], source: Source) -> bytes | None:
    """Return a body from a separate file, as Playwright saves it (older versions: `_sha1`); None without one."""
    name = stored.get("_file") or stored.get("_sha1")
    if not name:
        return None
    data = source.attachment(str(name))
    if data is None:
        raise SkipEntryError(f"its body is in the file {name!r}, which is missing")
    return data


def _was_sent(request: dict[str, Any], response: dict[str, Any], content: dict[str, Any]) -> bool:
    """Return whether the response had a body that the recorder didn't save."""
    if str(request.get("method", "")).upper() == "HEAD" or response.get("status") in {204, 304}:
        return False
    size = content.get("size")
    return isinstance(size, int | float) and size > 0


HAR = Reader(
    tool="HAR",
    key="har",
    markers=(b'"log"', b'"entries"'),
    recognizes=_is_har,
    entries=_entries,
    pair=_pair,
    early_markers=(rb'\A\s*\{\s*"log"',),
    captures_traffic=True,
)
POLLY = Reader(
    tool="Polly.js",
    key="polly",
    markers=(b'"log"', b'"_recordingName"'),
    recognizes=_is_polly,
    entries=_entries,
    pair=_polly_pair,
)
