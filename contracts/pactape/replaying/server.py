"""Serves recordings over HTTP."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pactape.replaying.application import ReplayApplication
from pactape.replaying.cors import allow_origin, preflight_response
from pactape.replaying.recordings import Recordings
from pactape.serving import LoopbackServer, running

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pactape.exchange import Response
    from pactape.serving import ReceivedRequest

__all__ = ["ReplayServer", "replaying"]


class ReplayServer(LoopbackServer):
    """A replay server that is bound to a port but doesn't serve yet.

    Args:
        recordings: The recordings to serve.
        host: The address to listen on.
        port: The port; 0 for any free port.
        cors: The origin of the pages that may use the server from a browser, "*" for any; None for none.

    Raises:
        OutputError: The port can't be bound.
    """

    def __init__(
        self, recordings: Recordings, *, host: str = "127.0.0.1", port: int = 0, cors: str | None = None
    ) -> None:
        super().__init__(host=host, port=port)
        self._application = ReplayApplication(recordings)
        self._cors = cors

    def reply(self, request: ReceivedRequest) -> Response:
        """Return the recorded response to a request."""
        if self._cors is None:
            return self._application.respond(request)
        preflight = preflight_response(request, self._cors)
        return preflight or allow_origin(request, self._application.respond(request), self._cors)


@contextmanager
def replaying(files: Iterable[Path], *, base_url: str | None = None) -> Iterator[str]:
    """Serve cassettes on a free port of the loopback interface inside the context.

    Args:
        files: Cassettes.
        base_url: Serve only what was recorded below this URL, at paths relative to it; None for everything.

    Yields:
        The server's base URL.

    Raises:
        CassetteFormatError: A cassette can't be read, or no interaction is left to replay.
    """
    with running(ReplayServer(Recordings(files, base_url=base_url))) as server:
        yield server.url
