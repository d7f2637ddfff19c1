"""Calls an ASGI application in this process (ASGI 3.0: HTTP and lifespan), without a socket."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pactape.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

    from pactape.exchange import Request

__all__ = ["AsgiApplication"]

_Event = dict[str, Any]


class AsgiApplication:
    """An ASGI application that answers `pactape.exchange` requests; it is started when the context is entered.

    All calls run in one event loop, so that what the application keeps (connections, pools) stays usable.

    Args:
        app: The application.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self._runner = asyncio.Runner()
        self._lifespan = _Lifespan(app)

    def __enter__(self) -> Self:
        self._runner.run(self._lifespan.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._lifespan.stop())
        finally:
            self._runner.close()

    def __call__(self, request: Request) -> Response:
        """The application's answer; what it raises comes out."""
        return self._runner.run(self._call(request))

    async def _call(self, request: Request) -> Response:
        sent: list[_Event] = []
        events = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def receive() -> _Event:
            return events.pop(0) if events else {"type": "http.disconnect"}

        async def send(event: _Event) -> None:
            sent.append(event)

        await self._app(_scope(request, self._lifespan.state), receive, send)
        return _response(sent, head=request.method == "HEAD")


class _Lifespan:
    """The lifespan protocol; an application that doesn't speak it is left alone."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self._to_app: asyncio.Queue[_Event] = asyncio.Queue()
        self._from_app: asyncio.Queue[_Event] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())
        await self._to_app.put({"type": "lifespan.startup"})
        event = await self._from_app.get()
        if event["type"] == "lifespan.startup.failed":
            raise RuntimeError(f"the application failed to start: {event.get('message', '')}")

    async def stop(self) -> None:
        if self._task is not None and not self._task.done():
            await self._to_app.put({"type": "lifespan.shutdown"})
            await self._from_app.get()
            await self._task

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        with suppress(Exception):  # by the specification: then it doesn't support the protocol
            await self._app(scope, self._to_app.get, self._from_app.put)
        await self._from_app.put({"type": "lifespan.ended"})


def _scope(request: Request, state: dict[str, Any]) -> dict[str, Any]:
    parts = urlsplit(request.url)
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
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
        "headers": [(b"host", parts.netloc.encode()), *headers],
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or "localhost", parts.port or 80),
        "state": dict(state),
    }


def _response(sent: list[_Event], *, head: bool) -> Response:
    start = next((event for event in sent if event["type"] == "http.response.start"), None)
    if start is None:
        raise RuntimeError("the application sent no response")
    body = b"".join(event.get("body", b"") for event in sent if event["type"] == "http.response.body")
    return Response(
        status=int(start["status"]),
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in start.get("headers", ())
        ),
        body=b"" if head else body,
    )
