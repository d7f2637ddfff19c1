"""The seam between clients and observers: each call announces its operation before it is sent.

In production, there are no observers, and an announcement costs one attribute look-up. Pactape's pytest plugin
observes while it records, so that a recording contains the route template and the model of its call. Other client
libraries can offer the same seam.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    Observer = Callable[["Operation"], None]

__all__ = ["Operation", "add_observer", "announce"]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A declared call of an API, independent of its arguments.

    Args:
        name: "GET /users/{id}", or the GraphQL operation's name.
        method: The HTTP method, in upper case.
        path: The route template, "/users/{id}"; for GraphQL the endpoint's path.
        document: The GraphQL document; None for REST.
        result: The model that the response is decoded into; None if the caller gets plain values. For GraphQL, it
            is the model of the operation's data.
    """

    name: str
    method: str
    path: str
    document: str | None = None
    result: Any = None


_observers: tuple[Observer, ...] = ()


def add_observer(observer: Observer) -> Callable[[], None]:
    """Add a function that is called with each operation, on the calling thread, before the request is sent.

    Returns:
        A function that removes the observer; calling it again has no effect.

    Example:
        >>> names = []
        >>> remove = add_observer(lambda operation: names.append(operation.name))
        >>> announce(Operation(name="GET /users/{id}", method="GET", path="/users/{id}"))
        >>> remove()
        >>> names
        ['GET /users/{id}']
    """
    global _observers  # noqa: PLW0603 -- one process-wide list, replaced as a whole so that readers need no lock
    _observers = (*_observers, observer)

    def remove() -> None:
        global _observers  # noqa: PLW0603 -- as above
        _observers = tuple(other for other in _observers if other is not observer)

    return remove


def announce(operation: Operation) -> None:
    """Call the observers with the operation that is about to be sent on this thread."""
    for observer in _observers:
        observer(operation)
