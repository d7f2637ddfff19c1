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

import msgspec

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

    def set_up(self, change: dict[str, Any]) -> tuple[int, bytes]:
        """Set up the state that a state change names; gives the status code and the values to answer with."""
        state = ProviderState(name=change["state"], parameters=change.get("params") or {})
        try:
            returned = set_up(state, self.states) if state.name else None
        except ProviderStateError as error:
            self.failures.append(error)
            return 422, b"{}"
        return 200, _values(returned)


class _Handler(BaseHTTPRequestHandler):
    server: StateServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        change = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, values = self.server.set_up(change)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(values)))
        self.end_headers()
        self.wfile.write(values)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the verifier's report is the log."""


def _values(returned: object) -> bytes:
    """What a handler returned, for the contract's generators, when it is a mapping of JSON values."""
    try:
        return msgspec.json.encode(returned) if isinstance(returned, dict) else b"{}"
    except TypeError:
        return b"{}"


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
