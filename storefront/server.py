"""Serving a WSGI application from threads of this process."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cheroot import wsgi
from pactape.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

__all__ = ["running"]

_THREADS = 8


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
    server = wsgi.Server((host, port), app, numthreads=_THREADS)
    server.expiration_interval = 0.05  # how often an idle server looks whether it is to stop, in seconds
    try:
        socket.create_server(
            (host, port)
        ).close()  # whose error says why; cheroot's says that all ways failed
        server.prepare()
    except OSError as error:
        raise OutputError(
            f"can't listen there ({os.strerror(error.errno) if error.errno else error})",
            where=f"{host}:{port}",
            remedy="choose another port, or stop what uses this one",
        ) from error
    thread = threading.Thread(target=server.serve, name="storefront", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()
