"""Corrections of vcrpy's stubs for `http.client`, and so for urllib, urllib3, requests and botocore.

The corrections: an IPv6 host keeps its brackets, header values are returned as they were decoded, text is encoded
as in `http.client`, a body of several chunks keeps all of them, and a stream is recorded up to the part that the
code under test reads.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import vcr.patch
import vcr.stubs
from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection as _Urllib3Connection
from vcr.stubs import VCRConnection, VCRHTTPResponse

from pactape.cassettes.interception.libraries.stored_codings import as_read, body_as_read
from pactape.cassettes.interception.libraries.streams import RecordingFile, is_stream, pieces
from pactape.cassettes.interception.live_addresses import connection_to, with_host
from pactape.errors import ReplayError
from pactape.http_bodies import content_type, grouped_headers, sent_body
from pactape.urls import request_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from email.message import Message

    from vcr.request import Request as VcrRequest

__all__ = ["ReplayedResponse", "corrections", "parse_headers"]

#: The time limit in seconds for a response that isn't recognized as a stream.
READ_SECONDS = 120
_CHUNK = 65536
_real_parse = vcr.stubs.parse_headers
_real_request = VCRConnection.request


def corrections() -> Iterator[tuple[Any, str, Any]]:
    """Yield the patches while a cassette is in use: owner, name, replacement."""
    yield vcr.stubs, "parse_headers", parse_headers
    yield VCRConnection, "_real_host", _real_host
    yield VCRConnection, "request", _request
    yield VCRConnection, "putheader", _putheader
    yield VCRConnection, "send", _send
    yield VCRConnection, "endheaders", _endheaders
    yield VCRConnection, "getresponse", _getresponse


def parse_headers(headers: Mapping[str, list[str]]) -> Message:
    """Return recorded headers as parsed by `http.client`, which uses ISO-8859-1 (RFC 9110, section 5.5)."""
    lines = (
        f"{name}:{value}\r\n".encode("latin-1", "surrogateescape")
        for name, values in headers.items()
        for value in map(_latin, values)
    )
    parsed: Message = vcr.stubs.compat.get_httpmessage(b"".join(lines))
    return parsed


def _latin(value: str) -> str:
    """Return a value that ISO-8859-1 can encode; other values are encoded as UTF-8, as servers do."""
    try:
        value.encode("latin-1", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


def _real_host(self: Any) -> str:
    connection = self.real_connection
    host = str(connection._tunnel_host or connection.host)
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _request(
    self: Any, method: str, url: str, body: Any = None, headers: Any = None, *rest: Any, **more: Any
) -> None:
    if body is not None and not isinstance(body, bytes):
        body = sent_body(body, encoding=_encoding(self)).data
    self._options = _live_options(self.real_connection, encode_chunked=bool(more.get("encode_chunked")))
    _real_request(self, method, url, body, headers, *rest, **more)


def _is_urllib3(connection: Any) -> bool:
    return isinstance(connection.real_connection, _Urllib3Connection)


def _live_options(connection: Any, *, encode_chunked: bool) -> dict[str, bool]:
    """Return the options of the real request; we read urllib3's response ourselves."""
    if isinstance(connection, _Urllib3Connection):
        return {"preload_content": False}
    return {"encode_chunked": True} if encode_chunked else {}


def _encoding(connection: Any) -> str:
    """Return the charset of text: ISO-8859-1 for `http.client` itself, UTF-8 for libraries above it."""
    return "latin-1" if type(connection.real_connection).__module__ == "http.client" else "utf-8"


def _putheader(self: Any, header: str | bytes, *values: str | bytes | int) -> None:
    """Set a header, which may be bytes or a number and have several values (RFC 9110, section 5.3)."""
    self._vcr_request.headers[_header_text(header)] = ", ".join(map(_header_text, values))


def _header_text(part: str | bytes | int) -> str:
    return part.decode("latin-1") if isinstance(part, bytes) else str(part)


def _send(self: Any, data: Any) -> None:
    more = sent_body(data, encoding=_encoding(self)).data
    self._vcr_request.body = (self._vcr_request.body or b"") + more


def _endheaders(self: Any, message_body: Any = None, **_: Any) -> None:
    if message_body is not None:
        self._vcr_request.body = sent_body(message_body, encoding=_encoding(self)).data


def _getresponse(self: Any, *_: Any, **__: Any) -> Any:
    request, cassette = self._vcr_request, self.cassette
    if cassette.can_play_response_for(request):
        recording = cassette.play_response(request)
        return _replayed(self, recording if _is_urllib3(self) else as_read(recording))
    if cassette.write_protected and cassette.filter_request(request):
        raise vcr.stubs.CannotOverwriteExistingCassetteException(cassette=cassette, failed_request=request)
    connection = _send_live(self, request)
    live = connection.getresponse()
    response = {
        "status": {"code": live.status, "message": live.reason},
        "headers": grouped_headers(live.headers.items()),
    }
    if is_stream(content_type(response["headers"])):
        return _with_headers(self, _streaming_response(live, response, request, cassette))
    response["body"] = body_as_read(_read_all(live, request), response["headers"])
    if connection is not self.real_connection:
        connection.close()
    cassette.append(request, response)
    return _replayed(self, response)


def _replayed(connection: Any, response: dict[str, Any]) -> Any:
    return _with_headers(connection, ReplayedResponse(response, connection._vcr_request.uri))


def _with_headers(connection: Any, response: Any) -> Any:
    """Give a response the headers of its library: urllib3's join the values of one name."""
    if _is_urllib3(connection):
        response.headers = HTTPHeaderDict(response.msg.items())
    return response


def _send_live(self: Any, request: VcrRequest) -> Any:
    """Send a request to its live URL, and return the connection of its response."""
    switch = self.cassette  # or a stock cassette inside, which has no live URLs
    address = switch.live_address(request) if hasattr(switch, "live_address") else None
    if address is not None:
        connection = connection_to(address, self.real_connection)
        headers, target = _headers_for(address, request), request_target(address)
        connection.request(request.method, target, request.body_bytes, headers, preload_content=False)
        return connection
    with vcr.patch.force_reset():
        if self.__dict__.get("_deferred_connect"):
            arguments, options = self._deferred_connect
            self._deferred_connect = None
            self.real_connection.connect(*arguments, **options)
        self.real_connection.request(
            method=request.method,
            url=self._url(request.uri),
            body=request.body_bytes,
            headers=request.headers,
            **self.__dict__.get("_options", {}),
        )
    return self.real_connection


def _headers_for(address: str, request: VcrRequest) -> dict[str, Any]:
    """Return the headers of a request to another address, over a connection for this request alone."""
    own = {name: value for name, value in request.headers.items() if name.lower() != "connection"}
    return {**with_host(own, address), "Connection": "close"}


def _read_all(live: Any, request: VcrRequest) -> bytes:
    """Read a whole response within a time limit: `http.client`'s own limit only applies between bytes.

    Raises:
        ReplayError: The response didn't end in time.
    """
    deadline = time.monotonic() + READ_SECONDS
    parts: list[bytes] = []
    for part in _parts(live):
        parts.append(part)
        if time.monotonic() > deadline:
            live.close()
            raise ReplayError(
                f"the response to {request.method} {request.uri} didn't end within {READ_SECONDS} seconds, "
                "and with this HTTP library a response is recorded when it ends. Fix: use httpx or aiohttp "
                "for it, or make the provider send a streaming content type (text/event-stream)."
            )
    return b"".join(parts)


def _parts(live: Any) -> Iterator[bytes]:
    """Yield the decoded parts of urllib3's response, or the bytes of `http.client`'s."""
    if hasattr(live, "stream"):  # urllib3's
        yield from live.stream(_CHUNK, decode_content=True)
        return
    yield from iter(lambda: live.read1(_CHUNK) if live.length is None else live.read(_CHUNK), b"")


def _streaming_response(live: Any, response: dict[str, Any], request: VcrRequest, cassette: Any) -> Any:
    """Return a response that reads the live one, and records the part that is read."""
    recording = {**response, "headers": {name: list(values) for name, values in response["headers"].items()}}

    is_ours = hasattr(cassette, "open_response")  # and not a stock cassette inside
    target = cassette.open_response(request) if is_ours else cassette

    def record(body: bytes) -> None:
        target.append(request, {**response, "body": {"string": body}})

    streaming_response = _StreamingResponse({**recording, "body": {"string": b""}}, request.uri)
    file = streaming_response.start(live, record)
    if is_ours:
        target.at_end_of_cassette(file.record)
    return streaming_response


class _Response(VCRHTTPResponse):  # type: ignore[misc]  # vcrpy ships no types
    """vcrpy's response, with what urllib3's has in addition for chunks."""

    chunked = False

    def supports_chunked_reads(self) -> bool:
        """Return False: a recorded body has no chunks."""
        return False

    def read_chunked(self, amt: int | None = None, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: FBT001 -- urllib3's signature
        """Yield the body in pieces, as urllib3 yields its chunks."""
        return (piece for piece in self.stream(amt or _CHUNK, decode_content) if piece)


class ReplayedResponse(_Response):
    """A replayed response, which returns an event stream event by event."""

    def stream(self, amt: int | None = _CHUNK, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: FBT001 -- urllib3's signature
        """Yield the body in the pieces in which it arrived."""
        kind = content_type(self.recorded_response["headers"])
        if is_stream(kind):
            yield from pieces(self._content.read(), kind)
        else:
            yield from super().stream(amt, decode_content)


class _StreamingResponse(_Response):
    """A response over a body that is still arriving."""

    def start(self, live: Any, record: Callable[[bytes], None]) -> RecordingFile:
        """Begin to read the live response, and return the file with what was read."""
        self._live = live
        self._content = RecordingFile(lambda size: _read_some(live, size), record)
        return self._content

    def read(self, *arguments: Any, **_: Any) -> bytes:
        """Read available data from the live response."""
        return self._content.read(*arguments)

    def stream(self, amt: int | None = _CHUNK, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: ARG002, FBT001 -- urllib3's signature
        """Yield available data, piece by piece."""
        yield from iter(lambda: self._content.read(amt or _CHUNK), b"")

    def close(self) -> bool:
        """Close the live response, and record the part that was read."""
        self._content.finish()
        self._live.close()
        return bool(super().close())

    def release_conn(self) -> None:
        """Do nothing: the connection of a stream isn't reused."""
        self._content.finish()

    drain_conn = release_conn

    @property
    def data(self) -> bytes:
        """The rest of the body, which must end."""
        return self._content.read()


def _read_some(live: Any, size: int) -> bytes:
    """Read the available bytes, at least one."""
    if hasattr(live, "read1"):
        return bytes(live.read1(size))
    return bytes(live.read(size))
