"""Replays and records httpx's (and httpx2's) transports piece by piece, as the code under test reads.

vcrpy's own stubs read a whole response before the code under test gets any part of it, and can't replay header
values that aren't ASCII.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vcr.request import Request as VcrRequest

from pactape.cassettes.interception.libraries.stored_codings import as_read, body_as_read
from pactape.cassettes.interception.libraries.streams import pieces
from pactape.http_bodies import content_type, grouped_headers
from pactape.urls import authority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from pactape.cassettes.interception.active_cassettes import CassetteSwitch, OpenResponse

__all__ = ["async_handler", "handler"]


def handler(switch: CassetteSwitch, real: Callable[..., Any], httpx: Any) -> Callable[..., Any]:
    """Return a replacement of a transport's `handle_request`.

    Args:
        switch: Finds the cassette of a request.
        real: The method to replace.
        httpx: The module `httpx` or `httpx2`.
    """

    @functools.wraps(real)
    def handle_request(self: Any, request: Any) -> Any:
        body = b"".join(request.stream)
        request.stream = httpx.ByteStream(body)  # the iterator has been consumed
        vcr_request = VcrRequest(request.method, str(request.url), body, request.headers)
        if switch.can_play_response_for(vcr_request):
            return _replay_response(as_read(switch.play_response(vcr_request)), httpx)
        with _redirection(switch, vcr_request, request, httpx):
            response = real(self, request)
        if switch.filter_request(vcr_request) is not None:
            response.stream = _sync_stream(httpx)(response, vcr_request, switch.open_response(vcr_request))
        return response

    return handle_request


def async_handler(switch: CassetteSwitch, real: Callable[..., Any], httpx: Any) -> Callable[..., Any]:
    """Return a replacement of a transport's `handle_async_request`; see `handler`."""

    @functools.wraps(real)
    async def handle_async_request(self: Any, request: Any) -> Any:
        body = b"".join([part async for part in request.stream])
        request.stream = httpx.ByteStream(body)
        vcr_request = VcrRequest(request.method, str(request.url), body, request.headers)
        if switch.can_play_response_for(vcr_request):
            return _replay_response(as_read(switch.play_response(vcr_request)), httpx)
        with _redirection(switch, vcr_request, request, httpx):
            response = await real(self, request)
        if switch.filter_request(vcr_request) is not None:
            response.stream = _async_stream(httpx)(response, vcr_request, switch.open_response(vcr_request))
        return response

    return handle_async_request


@contextmanager
def _redirection(switch: CassetteSwitch, vcr_request: VcrRequest, request: Any, httpx: Any) -> Iterator[None]:
    """Give a request its live URL while it is sent, and restore its own URL afterwards."""
    address = switch.live_address(vcr_request)
    if address is None:
        yield
        return
    url, headers = request.url, request.headers
    request.url = httpx.URL(address)
    request.headers = headers.copy()
    request.headers["Host"] = authority(address)
    try:
        yield
    finally:
        request.url, request.headers = url, headers


def _replay_response(recording: dict[str, Any], httpx: Any) -> Any:
    """Return a recorded response as an httpx response; headers are bytes, because httpx encodes texts as ASCII."""
    headers = [
        (name.encode("latin-1", "replace"), _header_bytes(value))
        for name, values in recording["headers"].items()
        for value in values
    ]
    message = recording["status"].get("message")
    extensions = {"reason_phrase": message.encode("latin-1", "replace")} if message else None
    stream = _replay_stream(httpx)(recording["body"]["string"], content_type(recording["headers"]))
    return httpx.Response(recording["status"]["code"], headers=headers, stream=stream, extensions=extensions)


def _header_bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")


@functools.cache
def _replay_stream(httpx: Any) -> type:
    class ReplayStream(httpx.SyncByteStream, httpx.AsyncByteStream):  # type: ignore[misc]  # the module is a parameter
        """A recorded body, in the pieces in which it arrived."""

        def __init__(self, body: bytes, kind: str) -> None:
            self._pieces = list(pieces(body, kind))

        def __iter__(self) -> Iterator[bytes]:
            yield from self._pieces

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in self._pieces:
                yield piece

    return ReplayStream


class _Recorder:
    """Collects data read from a live stream, and records it once: when the stream or its cassette ends.

    A response that a transport has made or read itself is recorded at once: nothing reads its stream again.
    """

    def __init__(self, response: Any, vcr_request: VcrRequest, recording: OpenResponse) -> None:
        self._live = response.stream
        self._response = response
        self._headers = grouped_headers(response.headers.multi_items())
        self._status = {"code": response.status_code, "message": response.reason_phrase}
        self._request = vcr_request
        self._recording: OpenResponse | None = recording
        self._read: list[bytes] = []
        recording.at_end_of_cassette(self._finish)
        if hasattr(response, "_content") and isinstance(response.stream, Iterable):
            self._read.extend(response.stream)
            self._finish()

    def _finish(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            body = self._body(b"".join(self._read))
            recording.append(self._request, {"status": self._status, "headers": self._headers, "body": body})

    def _body(self, data: bytes) -> dict[str, Any]:
        """Return the body, with its coding if the code under test read the coded bytes (`iter_raw`)."""
        is_decoded = hasattr(self._response, "_decoder") or hasattr(self._response, "_content")
        return {"string": data} if is_decoded else body_as_read(data, self._headers)


@functools.cache
def _sync_stream(httpx: Any) -> type:
    class RecordingStream(_Recorder, httpx.SyncByteStream):  # type: ignore[misc]  # as above
        """A live stream, of which the read part is recorded."""

        def __iter__(self) -> Iterator[bytes]:
            for part in self._live:
                self._read.append(part)
                yield part

        def close(self) -> None:
            self._live.close()
            self._finish()

    return RecordingStream


@functools.cache
def _async_stream(httpx: Any) -> type:
    class AsyncRecordingStream(_Recorder, httpx.AsyncByteStream):  # type: ignore[misc]  # as above
        """A live stream, of which the read part is recorded."""

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for part in self._live:
                self._read.append(part)
                yield part

        async def aclose(self) -> None:
            await self._live.aclose()
            self._finish()

    return AsyncRecordingStream
