"""Calls an ASGI application in this process (ASGI 3.0: HTTP and lifespan), without a socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pactape.exchange import Response
from pactape.verification.in_process.lifespan import Lifespan

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

    from pactape.exchange import Request

__all__ = ["AsgiApplication"]

_Event = dict[str, Any]
_LONGEST_SECONDS = 30.0
_CANCEL_SECONDS = 1.0


class AsgiApplication:
    """An ASGI application that responds to `pactape.exchange` requests; entering the context starts it.

    All calls run in one event loop, so that the application's connections and pools stay usable.

    Args:
        app: The application.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self._runner = asyncio.Runner()
        self._lifespan = Lifespan(app)

    def __enter__(self) -> Self:
        try:
            self._runner.run(self._lifespan.start())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._lifespan.stop())
        finally:
            self._runner.close()

    def __call__(self, request: Request) -> Response:
        """Return the application's response; an exception before the response is complete is raised."""
        return self._runner.run(self._call(request))

    async def _call(self, request: Request) -> Response:
        connection = _Connection(request)
        scope = _scope(request, self._lifespan.state)
        task = asyncio.ensure_future(_run(self._app(scope, connection.receive, connection.send)))
        done, _ = await asyncio.wait([task], timeout=_LONGEST_SECONDS)
        if not done:
            task.cancel()
            await asyncio.wait([task], timeout=_CANCEL_SECONDS)
        error = _error_of(task) if done else TimeoutError(f"no response within {_LONGEST_SECONDS:g} s")
        if error is not None and not connection.is_complete:
            raise error
        return connection.response()


def _error_of(task: asyncio.Task[None]) -> BaseException | None:
    """Return the exception that the application raised; its own cancellation would end the run."""
    return RuntimeError("the application cancelled its response") if task.cancelled() else task.exception()


async def _run(response: Awaitable[None]) -> None:
    try:
        await response
    except SystemExit as error:  # otherwise it would end the event loop, and the test run with it
        raise RuntimeError(f"SystemExit: {error}") from error


class _Connection:
    """One request and its response, with the events of the specification.

    `http.disconnect` is sent when the response is complete and not before, as by a server, because applications
    wait for it to stop early or to clean up.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._is_read = False
        self._complete = asyncio.Event()
        self._start: _Event | None = None
        self._chunks: list[bytes] = []

    @property
    def is_complete(self) -> bool:
        """Whether the last part of the response was sent."""
        return self._complete.is_set()

    async def receive(self) -> _Event:
        """Return the request's body, then `http.disconnect` once the response is complete."""
        if not self._is_read:
            self._is_read = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        await self._complete.wait()
        return {"type": "http.disconnect"}

    async def send(self, event: _Event) -> None:
        """Receive a part of the response; parts after its end are ignored, as the specification requires."""
        if self.is_complete:
            return
        if event["type"] == "http.response.start":
            self._start = event
        elif event["type"] == "http.response.body":
            if self._start is None:
                raise RuntimeError("the application sent http.response.body before http.response.start")
            self._chunks.append(bytes(event.get("body", b"")))
            if not event.get("more_body", False):
                self._complete.set()

    def response(self) -> Response:
        """Return the response.

        Raises:
            RuntimeError: The application returned before the response was complete.
        """
        if self._start is None:
            raise RuntimeError("the application sent no response")
        if not self.is_complete:
            raise RuntimeError("the application returned before its response was complete")
        return Response(
            status=int(self._start["status"]),
            headers=tuple(
                (bytes(name).decode("latin-1"), bytes(value).decode("latin-1"))
                for name, value in self._start.get("headers", ())
            ),
            body=b"" if self._request.method == "HEAD" else b"".join(self._chunks),
        )


def _scope(request: Request, state: dict[str, Any]) -> dict[str, Any]:
    parts = urlsplit(request.url)
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    has_length = any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers)
    length = [] if has_length or not request.body else [(b"content-length", b"%d" % len(request.body))]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode("ascii", "replace"),
        "query_string": parts.query.encode("ascii", "replace"),
        "root_path": "",
        "headers": [(b"host", parts.netloc.encode()), *length, *headers],
        "client": ("127.0.0.1", 50000),
        "server": (parts.hostname or "localhost", parts.port or 80),
        "state": dict(state),
        "extensions": {},
    }
