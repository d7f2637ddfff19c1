"""The parts of a saga."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from pactape_clients.errors import ResponseError

__all__ = ["RefusedError", "Run", "Saga", "Step", "is_refusal", "message_of"]

#: Statuses of a final refusal by a provider, stored with the idempotency key.
_REFUSALS = frozenset({402, 404, 409, 422})


class RefusedError(Exception):
    """A step refused to continue the saga; the step itself has nothing to compensate."""


class Run(msgspec.Struct, kw_only=True):
    """A running saga.

    Args:
        id: Its id, a UUID.
        request: The request, as JSON values.
        secrets: Values that are deleted when the saga ends.
        results: The result of each step by name, as JSON values.
        reason: Why it is being compensated.
    """

    id: str
    request: dict[str, Any]
    secrets: dict[str, Any] = {}
    results: dict[str, Any] = {}
    reason: str | None = None

    def key(self, step: str) -> str:
        """Return the idempotency key of a step, the same for each attempt."""
        return f"{self.id}:{step}"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step.

    Args:
        name: "reserve_items".
        do: Performs the step and returns JSON values; idempotent.
        undo: The compensation; gets the result of `do`, or None if that is unknown and must be looked up.
            Idempotent. None if there is nothing to compensate.
        timeout: Seconds that `do` or `undo` may take.
        partial: Whether a refused step may be partly done, so that it must be compensated, too.
    """

    name: str
    do: Callable[[Run], Any]
    undo: Callable[[Run, Any], object] | None = None
    timeout: float = 5.0
    partial: bool = False


class Saga(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of saga.

    Args:
        kind: Its name in the log.
        steps: The steps in order.
        on_success: A final step, retried until it succeeds; its failure compensates nothing.
        on_failure: The same, after all compensations.
    """

    kind: str
    steps: tuple[Step, ...]
    on_success: tuple[Step, ...] = ()
    on_failure: tuple[Step, ...] = ()


def is_refusal(error: BaseException) -> bool:
    """Return whether an error proves that the step did nothing.

    No other error does: a 401, for example, may be the response to the second attempt, after the first was
    processed.
    """
    return isinstance(error, RefusedError) or (isinstance(error, ResponseError) and error.status in _REFUSALS)


def message_of(error: BaseException) -> str:
    """Return an error's message for the log and the customer: the provider's own, if there is one."""
    if isinstance(error, ResponseError) and error.problem is not None and error.problem.detail:
        return error.problem.detail
    return str(error) or type(error).__name__
