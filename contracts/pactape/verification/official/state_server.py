"""A loopback server at which the official verifier sets up provider states."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import ProviderStateError
from pactape.exchange import ProviderState
from pactape.loopback import LoopbackServer, Reply
from pactape.provider_states import set_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.loopback import ReceivedRequest
    from pactape.provider_states import States
    from pactape.verification.official.reasons import Reasons

__all__ = ["StateServer"]

_JSON = (("Content-Type", "application/json"),)
#: The verifier gives up at once after a 4xx, and tries again for two minutes after a 500.
_FAILED = 422


class StateServer(LoopbackServer):
    """Sets up provider states on request.

    Args:
        states: The handlers.
        reasons: Where failures are noted.
        on_progress: Called with the number of interactions that were begun.
    """

    def __init__(
        self, states: States, reasons: Reasons, on_progress: Callable[[int], None] | None = None
    ) -> None:
        super().__init__()
        self._states = states
        self._reasons = reasons
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._count = 0
        self._values: dict[str, Any] = {}

    def take_values(self) -> dict[str, Any]:
        """Return the values of the handlers that were called since the last call, and forget them."""
        with self._lock:
            values, self._values = self._values, {}
        return values

    def reply(self, request: ReceivedRequest) -> Reply:
        """Set up the state that a state change names, and return its values."""
        self._note_progress()
        change = json.loads(request.body)
        name, parameters = str(change.get("state") or ""), change.get("params") or {}
        if not name:
            return Reply(status=200, headers=_JSON, body=b"{}")
        try:
            with self._reasons.timed(name):
                returned = set_up(ProviderState(name=name, parameters=parameters), self._states)
        except ProviderStateError as error:
            self._reasons.add(name, str(error))
            return Reply(status=_FAILED, headers=_JSON, body=b"{}")
        body = _json_object(returned)
        with self._lock:
            self._values |= parameters | json.loads(body)
        return Reply(status=200, headers=_JSON, body=body)

    def _note_progress(self) -> None:
        with self._lock:
            self._count += 1
            count = self._count
        if self._on_progress is not None:
            self._on_progress(count)


def _json_object(returned: object) -> bytes:
    """What a handler returned, for the contract's generators, when it is a mapping of JSON values."""
    try:
        return msgspec.json.encode(returned) if isinstance(returned, dict) else b"{}"
    except TypeError:
        return b"{}"
