"""Calls a WSGI application in this process (PEP 3333), without a socket."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from pactape.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from pactape.exchange import Request

__all__ = ["WsgiApplication"]

_BARE = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class WsgiApplication:
    """A WSGI application that responds to `pactape.exchange` requests.

    Args:
        app: The application.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: nothing was opened."""

    def __call__(self, request: Request) -> Response:
        """Return the application's response; its exceptions are raised.

        Raises:
            RuntimeError: The application didn't call `start_response`.
        """
        started = _StartedResponse()
        chunks = self._app(_environ(request), started.start)
        try:
            body = b"".join(chunks)  # an application may call start_response as late as its first chunk
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        if started.status is None:
            raise RuntimeError("the application did not call start_response")
        return Response(
            status=int(started.status.partition(" ")[0]),
            headers=tuple(started.headers),
            body=b"" if request.method == "HEAD" else b"".join(started.chunks) + body,
        )


class _StartedResponse:
    def __init__(self) -> None:
        self.status: str | None = None
        self.headers: list[tuple[str, str]] = []
        self.chunks: list[bytes] = []

    def start(
        self, status: str, headers: list[tuple[str, str]], _error: Any = None
    ) -> Callable[[bytes], object]:
        """Receive status and headers, as `start_response` of PEP 3333."""
        self.status = status
        self.headers = list(headers)
        return self.chunks.append


def _environ(request: Request) -> dict[str, Any]:
    parts = urlsplit(request.url)
    target = parts._replace(scheme="", netloc="").geturl()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": target,  # PATH_INFO doesn't show which slashes were encoded; servers add these two
        "RAW_URI": target,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = _BARE.get(name.lower(), f"HTTP_{name.upper().replace('-', '_')}")
        repeated = key.startswith("HTTP_") and key in environ and key != "HTTP_HOST"
        environ[key] = f"{environ[key]}, {value}" if repeated else value
    environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ
