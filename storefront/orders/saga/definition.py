"""What a saga consists of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from pactape_clients.errors import ResponseError

__all__ = ["RefusedError", "Run", "Saga", "Step", "is_refusal", "told"]

#: Statuses by which a provider says that it did not do it and will not: kept with the idempotency key.
_REFUSALS = frozenset({402, 404, 409, 422})


class RefusedError(Exception):
    """A step found that the saga must not go on; there is nothing of its own to undo."""


class Run(msgspec.Struct, kw_only=True):
    """One saga on its way.

    Args:
        id: Its id, a UUID.
        request: What was asked for, JSON values.
        secrets: What is kept only until it ends.
        results: What each step gave, JSON values, by its name.
        reason: Why it is being undone.
    """

    id: str
    request: dict[str, Any]
    secrets: dict[str, Any] = {}
    results: dict[str, Any] = {}
    reason: str | None = None

    def key(self, step: str) -> str:
        """The idempotency key of a step, the same however often it is tried."""
        return f"{self.id}:{step}"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step.

    Args:
        name: "reserve_items".
        do: Does it and gives JSON values; doing it again gives the same and does no more.
        undo: Undoes it, given what `do` gave, or None when that is not known: then it has to find out. Doing it
            again does no harm. None: there is nothing to undo.
        timeout: Seconds that `do` or `undo` may take.
        partial: Whether it may be refused with a part of it done, so that a refusal has to be undone, too.
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
        steps: In their order.
        on_success: What is done after all of them, tried again until it works, and never undoes anything.
        on_failure: The same, after all has been undone.
    """

    kind: str
    steps: tuple[Step, ...]
    on_success: tuple[Step, ...] = ()
    on_failure: tuple[Step, ...] = ()


def is_refusal(error: BaseException) -> bool:
    """Whether a step surely did nothing; of everything else it isn't known, however it looks.

    An answer about the token, say, may be the second try's, after a first one that got through.
    """
    return isinstance(error, RefusedError) or (isinstance(error, ResponseError) and error.status in _REFUSALS)


def told(error: BaseException) -> str:
    """An error for the log and the customer: what the provider said, where it said something."""
    if isinstance(error, ResponseError) and error.problem is not None and error.problem.detail:
        return error.problem.detail
    return str(error) or type(error).__name__
