"""Contexts in which reads are not those of the code under test, but of a library, or only test a presence."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["internal", "is_internal", "is_presence", "is_sending", "presence", "sending"]

_INTERNAL: ContextVar[bool] = ContextVar("pactape_internal", default=False)
_SENDING: ContextVar[bool] = ContextVar("pactape_sending", default=False)
_PRESENCE: ContextVar[bool] = ContextVar("pactape_presence", default=False)


@contextmanager
def internal() -> Iterator[None]:
    """Record nothing inside the context: the library reads for its own purposes, not for its caller."""
    with _set(_INTERNAL):
        yield


def is_internal() -> bool:
    """Return whether a library is reading for its own purposes."""
    return _INTERNAL.get()


@contextmanager
def sending() -> Iterator[None]:
    """Record only what code outside the library reads: its hooks, adapters, transports and middlewares."""
    with _set(_SENDING):
        yield


def is_sending() -> bool:
    """Return whether a library is sending a request and receiving its response."""
    return _SENDING.get()


@contextmanager
def presence() -> Iterator[None]:
    """Record no value inside the context: only the presence of a header or cookie is tested."""
    with _set(_PRESENCE):
        yield


def is_presence() -> bool:
    """Return whether only the presence of a header or cookie is tested, although a library may read its value."""
    return _PRESENCE.get()


@contextmanager
def _set(variable: ContextVar[bool]) -> Iterator[None]:
    token = variable.set(True)
    try:
        yield
    finally:
        variable.reset(token)
