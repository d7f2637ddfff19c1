"""A loopback server at which the official verifier sets up provider states."""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import ProviderStateError
from pactape.exchange import ProviderState, Response
from pactape.provider_states import set_up
from pactape.serving import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.provider_states import States
    from pactape.serving import ReceivedRequest
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
        limit: The seconds that a handler may take; None when the verifier's own limit is that of handlers.
    """

    def __init__(
        self,
        states: States,
        reasons: Reasons,
        on_progress: Callable[[int], None] | None = None,
        *,
        limit: float | None = None,
    ) -> None:
        super().__init__()
        self._states = states
        self._reasons = reasons
        self._on_progress = on_progress
        self._limit = limit
        self._lock = threading.Lock()
        self._count = 0
        self._values: dict[str, Any] = {}

    def take_values(self) -> dict[str, Any]:
        """Return the values of the handlers that were called since the last call, and forget them."""
        with self._lock:
            values, self._values = self._values, {}
        return values

    def reply(self, request: ReceivedRequest) -> Response:
        """Set up the state that a state change names, and return its values."""
        self._note_progress()
        change = json.loads(request.body)
        name, parameters = str(change.get("state") or ""), change.get("params") or {}
        if not name:
            return Response(status=200, headers=_JSON, body=b"{}")
        try:
            with self._reasons.timed(name):
                returned = self._set_up(ProviderState(name=name, parameters=parameters))
        except ProviderStateError as error:
            self._reasons.add(name, str(error))
            return Response(status=_FAILED, headers=_JSON, body=b"{}")
        body = _json_object(returned)
        with self._lock:
            self._values |= parameters | json.loads(body)
        return Response(status=200, headers=_JSON, body=body)

    def _set_up(self, state: ProviderState) -> object:
        """Call the handler; one that takes too long goes on, on a thread that nobody waits for.

        Raises:
            ProviderStateError: It failed, or took too long.
        """
        if self._limit is None:
            return set_up(state, self._states)
        result: Future[object] = Future()

        def call() -> None:
            try:
                result.set_result(set_up(state, self._states))
            except ProviderStateError as error:
                result.set_exception(error)

        threading.Thread(target=call, daemon=True).start()
        try:
            return result.result(self._limit)
        except TimeoutError:
            raise ProviderStateError(
                self._reasons.too_slow(state.name, self._limit),
                remedy="make it faster, or give it more time with --state-timeout",
            ) from None

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
