"""A loopback server that sets up provider states for the official verifier."""

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
#: After a 4xx, the verifier gives up at once; after a 500, it would retry for two minutes.
_FAILED = 422


class StateServer(LoopbackServer):
    """Sets up provider states on request.

    Args:
        states: The handlers.
        reasons: Collects failures.
        on_progress: Called with the number of interactions started so far.
        limit: The time limit for a handler in seconds; None if the verifier's limit applies.
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
        """Return the values of the handlers called since the last call, and clear them."""
        with self._lock:
            values, self._values = self._values, {}
        return values

    def reply(self, request: ReceivedRequest) -> Response:
        """Set up the state of a state change request, and return its values."""
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
        """Call the handler; if it takes too long, it continues on a thread that nobody waits for.

        Raises:
            ProviderStateError: The handler failed, or took too long.
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
    """Return a handler's result for the contract's generators, if it is a mapping of JSON values."""
    try:
        return msgspec.json.encode(returned) if isinstance(returned, dict) else b"{}"
    except TypeError:
        return b"{}"
