"""Replays and records aiohttp's client, where requests are final, redirect by redirect.

A client middleware gets each request as it will be sent: with its cookies, its Content-Type, and its body as a
payload, whatever form of `data=` or `json=` was used. aiohttp itself follows redirects. vcrpy's own stub gets the
arguments of the call, and has to guess the rest; it is used for aiohttp before 3.12, which has no middlewares.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from vcr.request import Request as VcrRequest

from pactape.cassettes.interception.libraries.stored_codings import as_read, body_as_read
from pactape.cassettes.interception.libraries.streams import is_stream, pieces
from pactape.http_bodies import content_type, header_values
from pactape.urls import authority

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from pactape.cassettes.interception.active_cassettes import CassetteSwitch, OpenResponse

__all__ = ["session_request"]

_READ_LIMIT = 2**16


def session_request(switch: CassetteSwitch, real: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return a replacement of `ClientSession._request`; None for versions without client middlewares.

    Args:
        switch: Finds the cassette of a request.
        real: The method to replace.
    """
    if "middlewares" not in inspect.signature(real).parameters:
        return None

    async def middleware(request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        return await _respond(switch, request, handler)

    @functools.wraps(real)
    async def new_request(self: Any, *arguments: Any, **options: Any) -> Any:
        own = options.pop("middlewares", None)
        outer = self._middlewares if own is None else own
        return await real(self, *arguments, middlewares=(*outer, middleware), **options)

    return new_request


async def _respond(switch: CassetteSwitch, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
    vcr_request = VcrRequest(
        request.method, str(request.url), await _body(request), _headers(request.headers)
    )
    if switch.can_play_response_for(vcr_request):
        recording = switch.play_response(vcr_request)
        return _replay_response(request, recording if _decompresses(request) else as_read(recording))
    with _redirection(switch, vcr_request, request):
        response = await handler(request)
    if switch.filter_request(vcr_request) is not None:
        await _record(switch, vcr_request, response)
    return response


def _decompresses(request: Any) -> bool:
    return bool(getattr(request._session, "_auto_decompress", True))


@contextmanager
def _redirection(switch: CassetteSwitch, vcr_request: VcrRequest, request: Any) -> Iterator[None]:
    """Give a request its live URL while it is sent, and restore its own URL afterwards."""
    address = switch.live_address(vcr_request)
    if address is None:
        yield
        return
    url, host = request.url, request.headers.get("Host")
    request.url = type(url)(address)
    request.headers["Host"] = authority(address)
    try:
        yield
    finally:
        request.url = url
        if host is not None:
            request.headers["Host"] = host


async def _body(request: Any) -> bytes | None:
    """Return the request body in a form that can be sent again, because iterators can be read only once."""
    if not request.body:
        return None
    body: bytes = await request.body.as_bytes() if hasattr(request.body, "as_bytes") else bytes(request.body)
    if hasattr(request.body, "consumed") and request.body.consumed:
        headers = request.headers.copy()
        await request.update_body(body)
        if "Content-Type" in headers:
            request.headers["Content-Type"] = headers["Content-Type"]
    return body


def _headers(headers: Any) -> dict[str, list[str]]:
    values_by_name: dict[str, list[str]] = {}
    for name, value in headers.items():
        values_by_name.setdefault(str(name), []).append(value if value.isascii() else _decode_latin(value))
    return values_by_name


def _decode_latin(value: str) -> str:
    """Return a header value decoded as ISO-8859-1 (RFC 9110, section 5.5), unlike in aiohttp."""
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def _decode_utf8(value: str) -> str:
    """Return a recorded header value decoded as in aiohttp."""
    try:
        return value.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value


async def _record(switch: CassetteSwitch, vcr_request: VcrRequest, response: Any) -> None:
    """Record a response: a stream when it ends or is closed, others at once."""
    if is_stream(response.headers.get("Content-Type", "")) and hasattr(response.content, "_buffer"):
        _record_stream(response, vcr_request, switch.open_response(vcr_request))
        return
    body = await response.read()
    switch.append(vcr_request, _recording(response, body))
    response.content = _stream([body] if body else [])  # reading has consumed the real one


def _recording(response: Any, body: bytes) -> dict[str, Any]:
    status = {"code": response.status, "message": response.reason}
    headers = _headers(response.headers)
    return {"status": status, "headers": headers, "body": body_as_read(body, headers)}


def _record_stream(response: Any, vcr_request: VcrRequest, recording: OpenResponse) -> None:
    """Collect received data, and record it when the stream or the cassette ends, or the response is closed."""
    body_parts = [bytes(part) for part in response.content._buffer]
    base = type(response.content)

    def feed_data(self: Any, data: bytes, *rest: Any) -> Any:
        body_parts.append(bytes(data))
        return base.feed_data(self, data, *rest)

    @functools.cache
    def record_once() -> None:
        recording.append(vcr_request, _recording(response, b"".join(body_parts)))

    response.content.__class__ = type("RecordingStream", (base,), {"__slots__": (), "feed_data": feed_data})
    response.content.on_eof(record_once)
    recording.at_end_of_cassette(record_once)
    for name in ("close", "release"):
        setattr(response, name, _call_both(getattr(response, name), record_once))


def _call_both(first: Callable[[], Any], second: Callable[[], None]) -> Callable[[], Any]:
    def both() -> Any:
        result = first()
        second()
        return result

    return both


def _replay_response(request: Any, recording: dict[str, Any]) -> Any:
    """Return a recorded response as an instance of the session's response class."""
    from aiohttp import HttpVersion11  # noqa: PLC0415 -- aiohttp is optional
    from multidict import CIMultiDict, CIMultiDictProxy  # noqa: PLC0415 -- a dependency of aiohttp

    response = _empty_response(request)
    pairs = [(name, _decode_utf8(value)) for name, values in recording["headers"].items() for value in values]
    response.version = HttpVersion11
    response.status = recording["status"]["code"]
    response.reason = recording["status"].get("message") or ""
    response._headers = CIMultiDictProxy(CIMultiDict(pairs))
    response._raw_headers = tuple((_encode(name), _encode(value)) for name, value in pairs)
    response._raw_cookie_headers = tuple(header_values(pairs, "set-cookie")) or None
    response._closed = False
    response._connection = None
    response.content = _stream(list(pieces(recording["body"]["string"], content_type(recording["headers"]))))
    return response


def _empty_response(request: Any) -> Any:
    """Return a response that has not begun; `stream_writer` exists since aiohttp 3.14."""
    options: dict[str, Any] = {}
    if "stream_writer" in inspect.signature(request.response_class.__init__).parameters:
        options["stream_writer"] = SimpleNamespace(output_size=0)
    return request.response_class(
        request.method,
        request.original_url,
        writer=None,
        continue100=None,
        timer=request._timer,
        request_info=request.request_info,
        traces=request._traces,
        loop=request.loop,
        session=request._session,
        **options,
    )


def _stream(parts: list[bytes]) -> Any:
    """Return a filled aiohttp stream, which never pauses its connection, because it has none."""
    limit = max([_READ_LIMIT, *map(len, parts)])  # longer lines would be rejected
    stream = _piecewise_reader()(_NoConnection(), limit, loop=asyncio.get_running_loop())
    for part in parts:
        stream.begin_http_chunk_receiving()
        stream.feed_data(part)
        stream.end_http_chunk_receiving()
    stream.feed_eof()
    return stream


@functools.cache
def _piecewise_reader() -> Any:
    from aiohttp.streams import StreamReader  # noqa: PLC0415 -- aiohttp is optional

    class PiecewiseReader(StreamReader):
        """A stream that returns the pieces of a body one by one to readers of available data."""

        __slots__ = ()

        def _read_nowait(self, n: int) -> bytes:
            if n == -1 and self._buffer:
                self._timer.assert_timeout()
                return self._read_nowait_chunk(-1)
            return super()._read_nowait(n)

    return PiecewiseReader


class _NoConnection:
    """A connection without effect, for the calls of a stream."""

    _reading_paused = False
    connected = False

    def pause_reading(self) -> None:
        """Do nothing: there is no connection to pause."""

    def resume_reading(self, *_: Any, **__: Any) -> None:
        """Do nothing: there is no connection to resume."""


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
