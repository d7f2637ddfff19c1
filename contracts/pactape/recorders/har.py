"""HAR 1.2 (browsers, Charles, Insomnia, Playwright, mitmproxy …) and Polly.js, which writes a HAR of its own.

Format: http://www.softwareishard.com/blog/har-12-spec/.
"""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.http_bodies import content_codings, content_type
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.recorders.source import Source

__all__ = ["HAR", "POLLY"]


def _is_har(source: Source) -> bool:
    return isinstance(source.member("log", "entries"), list) and not _is_polly(source)


def _is_polly(source: Source) -> bool:
    return (
        isinstance(source.member("log", "entries"), list)
        and source.member("log", "creator", "name") == "Polly.JS"
    )


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.member("log", "entries")):
        yield Entry(place=f"log.entries[{index}]", value=value)


def _pair(entry: Entry, source: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), _response(entry.value)
    headers = list(_headers(request.get("headers")))
    body, sent_type = _request_body(request.get("postData"), content_type(headers))
    if body and sent_type and not content_type(headers):
        headers.append(("Content-Type", sent_type))
    content = response.get("content") if isinstance(response.get("content"), dict) else {}
    coded = bool(content_codings(_headers(response.get("headers"))))
    stored = _response_body(content or {}, source, coded=coded)
    return RecordedPair(
        method=str(request.get("method", "")),
        url=_absolute(str(request.get("url", ""))),
        request_headers=headers if sent_type is None else _with_type(headers, sent_type),
        request_body=body,
        status=status_code(response.get("status")),
        response_headers=list(_headers(response.get("headers"))),
        response_body=stored or b"",
        recorded_at=timestamp(entry.value.get("startedDateTime")),
        unrecorded=("response body",)
        if stored is None and _was_sent(request, response, content or {})
        else (),
    )


def _polly_pair(entry: Entry, source: Source) -> RecordedPair:
    pair = _pair(entry, source)
    name = source.member("log", "_recordingName")
    return RecordedPair(**{**{each: getattr(pair, each) for each in pair.__struct_fields__}, "test": name})


def _response(value: Any) -> dict[str, Any]:
    response = value.get("response") if isinstance(value, dict) else None
    if not isinstance(response, dict):
        raise SkipEntryError("has no response")
    return response


def _absolute(url: str) -> str:
    if not url.lower().startswith(("http://", "https://")):
        raise SkipEntryError(
            f"is not HTTP: {url.partition(':')[0]!r}" if ":" in url else "has no absolute URL"
        )
    return url.partition("#")[0]


def _headers(headers: Any) -> Iterator[tuple[str, str]]:
    """Pairs of name and value; pseudo headers of HTTP/2, which describe the request line, are dropped."""
    for each in headers if isinstance(headers, list) else ():
        if isinstance(each, dict) and not str(each.get("name", ":")).startswith(":"):
            value = each.get("value", "")
            for one in value if isinstance(value, list) else (value,):
                yield str(each["name"]), str(one)


def _with_type(headers: list[tuple[str, str]], value: str) -> list[tuple[str, str]]:
    return [(name, value if name.lower() == "content-type" else old) for name, old in headers]


def _request_body(data: Any, declared: str) -> tuple[bytes, str | None]:
    """The body that was sent, and its content type when the headers don't have it right."""
    if not isinstance(data, dict):
        return b"", None
    kind = declared or str(data.get("mimeType") or "")
    if data.get("text"):
        stored = _stored(data["text"], data.get("encoding") or data.get("_encoding"))
        return stored, None if declared else kind or None
    parameters = [each for each in data.get("params") or () if isinstance(each, dict)]
    if not parameters:
        return b"", None
    if kind.startswith("multipart/"):
        return _multipart(parameters, kind)
    fields = [(str(each.get("name", "")), str(each.get("value", ""))) for each in parameters]
    return urlencode(fields).encode(), None if declared else kind or "application/x-www-form-urlencoded"


def _multipart(parameters: list[dict[str, Any]], kind: str) -> tuple[bytes, str]:
    """The parts as RFC 7578 writes them; the boundary comes from the parts, so that it is the same each time."""
    boundary = f"pactape-{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parameters, sort_keys=True)).hex}"
    lines: list[str] = []
    for each in parameters:
        file = f'; filename="{each["fileName"]}"' if each.get("fileName") else ""
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{each.get("name", "")}"{file}']
        lines += [f"Content-Type: {each['contentType']}"] if each.get("contentType") else []
        lines += ["", str(each.get("value", ""))]
    lines += [f"--{boundary}--", ""]
    return "\r\n".join(lines).encode(), f"{kind.partition(';')[0]}; boundary={boundary}"


def _response_body(content: dict[str, Any], source: Source, *, coded: bool) -> bytes | None:
    """The stored bytes; None when the recorder saved none."""
    if content.get("_file"):
        data = source.attachment(str(content["_file"]))
        if data is None:
            raise SkipEntryError(f"its body is in the file {content['_file']!r}, which is missing")
        return data
    if not content.get("text"):
        return None
    if _is_polly(source):
        return _polly_body(content["text"], content.get("encoding"), coded=coded)
    return _stored(content["text"], content.get("encoding"))


def _stored(text: Any, encoding: Any) -> bytes:
    return base64_bytes(text) if str(encoding or "").lower() == "base64" else text_bytes(text)


def _polly_body(text: Any, encoding: Any, *, coded: bool) -> bytes:
    """Decode a body of Polly.js: a JSON list of strings, base64 when it says so, else hex of compressed bytes."""
    with suppress(ValueError):
        chunks = json.loads(str(text)) if str(text).startswith('["') else None
        if isinstance(chunks, list) and encoding == "base64":
            return b"".join(base64_bytes(each) for each in chunks)
        if isinstance(chunks, list) and coded:
            return b"".join(bytes.fromhex(each) for each in chunks)
    return _stored(text, encoding)


def _was_sent(request: dict[str, Any], response: dict[str, Any], content: dict[str, Any]) -> bool:
    """Whether the response had a body that the recorder didn't save."""
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
)
POLLY = Reader(
    tool="Polly.js",
    key="polly",
    markers=(b'"log"', b'"_recordingName"'),
    recognizes=_is_polly,
    entries=_entries,
    pair=_polly_pair,
)
