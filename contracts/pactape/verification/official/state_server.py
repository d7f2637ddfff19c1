"""A loopback server that the official verifier asks to set up provider states.

A handler that fails is answered with 422 and remembered.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import ProviderStateError
from pactape.exchange import ProviderState
from pactape.provider_states import set_up
from pactape.serving import in_background
from pactape.verification.official.loopback_server import LoopbackServer, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.provider_states import States

__all__ = ["StateServer", "running_state_server"]

_JSON = {"Content-Type": "application/json"}


class StateServer(LoopbackServer):
    """Sets up provider states on request.

    Attributes:
        failures: The errors of the handlers that failed, in order.
    """

    def __init__(self, states: States) -> None:
        super().__init__()
        self.states = states
        self.failures: list[ProviderStateError] = []

    def reply(self, message: dict[str, Any]) -> Reply:
        """Set up the state that a state change names, and answer with its values."""
        state = ProviderState(name=message["state"], parameters=message.get("params") or {})
        try:
            returned = set_up(state, self.states) if state.name else None
        except ProviderStateError as error:
            self.failures.append(error)
            return Reply(status=422, headers=_JSON, body=b"{}")
        return Reply(status=200, headers=_JSON, body=_values(returned))


def _values(returned: object) -> bytes:
    """What a handler returned, for the contract's generators, when it is a mapping of JSON values."""
    try:
        return msgspec.json.encode(returned) if isinstance(returned, dict) else b"{}"
    except TypeError:
        return b"{}"


@contextmanager
def running_state_server(states: States) -> Iterator[StateServer]:
    """A state server on a free loopback port, for as long as the context lasts."""
    server = StateServer(states)
    with in_background(server, name="pactape-states"):
        yield server
