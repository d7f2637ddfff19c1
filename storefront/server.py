"""Serve a WSGI application from threads of this process."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pactape.errors import OutputError
from pactape.serving import WsgiServer, address_of, in_background

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

__all__ = ["running"]

_THREADS = 16
_WAITING = 128  # connections waiting for a thread; with cheroot's default of 5 the next one waits a second
_MAX_HEADER_BYTES = 64 * 1024


@contextmanager
def running(app: WSGIApplication, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve `app` while the context lasts.

    Args:
        app: A WSGI application.
        host: The address to listen at.
        port: The port; 0 takes a free one.

    Yields:
        Its base URL.

    Raises:
        OutputError: The port is in use or may not be used.
    """
    server = WsgiServer((host, port), app, numthreads=_THREADS, request_queue_size=_WAITING)
    server.expiration_interval = 0.05  # how often an idle server checks for a stop request, in seconds
    server.max_request_header_size = _MAX_HEADER_BYTES
    _listen(server, host=host, port=port)
    with in_background(server, name="storefront"):
        yield address_of(server, host=host)


def _listen(server: WsgiServer, *, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # This error says why; cheroot's only says that no address worked.
        socket.create_server((host, port), family=family).close()
        server.prepare()
    except OSError as error:
        raise OutputError(
            f"can't listen there ({_why(error)})",
            where=f"{host}:{port}",
            remedy="choose another port, or stop what uses this one",
        ) from error


def _why(error: OSError) -> str:
    """Return the operating system's error message, without Python's prefix."""
    system = not isinstance(error, socket.gaierror) and error.errno
    return os.strerror(system) if system else error.strerror or str(error)
