"""A loopback server that the official verifier asks to set up provider states.

A handler that fails is answered with 422 and remembered: the verifier tries again for two minutes after a
500, but gives up at once after a 4xx.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from pactape.errors import ProviderStateError
from pactape.exchange import ProviderState
from pactape.states import set_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.states import States

__all__ = ["StateServer", "running_state_server"]

_POLL_SECONDS = 0.02


class StateServer(ThreadingHTTPServer):
    """Sets up provider states on request.

    Attributes:
        failures: The errors of the handlers that failed, in order.
    """

    daemon_threads = True

    def __init__(self, states: States) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.states = states
        self.failures: list[ProviderStateError] = []

    @property
    def url(self) -> str:
        """Where the verifier posts its state changes."""
        return f"http://127.0.0.1:{self.server_port}/"

    def set_up(self, change: dict[str, Any]) -> int:
        """Set up the state that a state change names; gives the status code to answer with."""
        state = ProviderState(name=change["state"], parameters=change.get("params") or {})
        try:
            if state.name:
                set_up(state, self.states)
        except ProviderStateError as error:
            self.failures.append(error)
            return 422
        return 200


class _Handler(BaseHTTPRequestHandler):
    server: StateServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        change = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.set_up(change))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the verifier's report is the log."""


@contextmanager
def running_state_server(states: States) -> Iterator[StateServer]:
    """A state server on a free loopback port, for as long as the context lasts."""
    with StateServer(states) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
