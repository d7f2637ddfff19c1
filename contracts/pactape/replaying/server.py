"""Serving the replay: cheroot on the loopback, until it is told to stop."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pactape.replaying.application import ReplayApplication
from pactape.replaying.recordings import Recordings
from pactape.serving import WsgiServer, address_of, bind, in_background
from pactape.settings import ScrubSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["ReplayServer", "replaying"]

_DEFAULT_SCRUB = ScrubSettings()
_THREADS = 10
_POLL_SECONDS = 0.1  # how often an idle server looks whether it is to stop
_SHUTDOWN_SECONDS = 5


class ReplayServer:
    """A server bound to a port, not yet serving.

    Args:
        recordings: What there is to answer.
        host: Where to listen.
        port: 0 takes any free port.

    Raises:
        OutputError: The port can't be bound.
    """

    def __init__(self, recordings: Recordings, *, host: str = "127.0.0.1", port: int = 0) -> None:
        application = ReplayApplication(recordings)
        self._host = host
        self._server = WsgiServer(
            (host, port), application, numthreads=_THREADS, shutdown_timeout=_SHUTDOWN_SECONDS
        )
        self._server.expiration_interval = _POLL_SECONDS
        bind(self._server, host=host, port=port)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return address_of(self._server, host=self._host)

    def serve(self) -> None:
        """Serve until `stop` is called from another thread."""
        self._server.serve()

    def stop(self) -> None:
        """Finish the requests that are being answered, and let the port go."""
        self._server.stop()


@contextmanager
def replaying(
    files: Iterable[Path], *, base_url: str | None = None, scrub: ScrubSettings = _DEFAULT_SCRUB
) -> Iterator[str]:
    """Serve cassettes on a free port of the loopback while the context lasts.

    Args:
        files: Cassettes.
        base_url: Only what was recorded below this URL, at paths that start after it; None for everything.
        scrub: The project's own rules of what a secret is.

    Yields:
        The server's base URL.

    Raises:
        CassetteFormatError: A cassette can't be read, or there is nothing to replay.
    """
    server = ReplayServer(Recordings(files, base_url=base_url, scrub=scrub))
    with in_background(server, name="pactape-replay"):
        yield server.url
