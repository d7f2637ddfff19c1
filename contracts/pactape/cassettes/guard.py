"""The guard: while it stands, no thread of the process opens a connection to anywhere.

It closes the way below every HTTP library: `socket.connect`, `connect_ex`, `sendto`, and name resolution.
Unix sockets stay open: they lead nowhere beyond the machine.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pactape.errors import NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["network_closed"]

_lock = threading.Lock()
_closed_for: list[Guard] = []
_originals: dict[str, Any] = {}


class Guard:
    """One reason why the network is closed.

    Attributes:
        reason: What closed it: the cassette's path.
        refused: The errors raised, in order, whichever thread they were raised on.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.refused: list[NetworkBlockedError] = []

    def refuse(self, address: object) -> NetworkBlockedError:
        """Remember and give the error for an attempt to reach `address`."""
        error = NetworkBlockedError(
            f"a connection to {_shown(address)} was tried while {self.reason} replays; "
            "a test that replays never reaches the network"
        )
        self.refused.append(error)
        return error


@contextmanager
def network_closed(reason: str) -> Iterator[Guard]:
    """Close the network for all threads while the context lasts; contexts may nest and overlap."""
    guard = Guard(reason)
    _close(guard)
    try:
        yield guard
    finally:
        _open(guard)


def _close(guard: Guard) -> None:
    with _lock:
        if not _closed_for:
            for name in ("connect", "connect_ex", "sendto"):
                _replace(socket.socket, name, _guarded_method)
            for name in ("getaddrinfo", "gethostbyname"):
                _replace(socket, name, _guarded_function)
        _closed_for.append(guard)


def _open(guard: Guard) -> None:
    with _lock:
        _closed_for.remove(guard)
        if not _closed_for:
            for name in ("connect", "connect_ex", "sendto"):
                setattr(socket.socket, name, _originals.pop(name))
            for name in ("getaddrinfo", "gethostbyname"):
                setattr(socket, name, _originals.pop(name))


def _replace(owner: Any, name: str, guarded: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    _originals[name] = getattr(owner, name)
    setattr(owner, name, guarded(_originals[name]))


def _guarded_method(original: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: socket.socket, *arguments: Any) -> Any:
        guards = _closed_for[-1:]
        if guards and self.family != getattr(socket, "AF_UNIX", None):
            raise guards[0].refuse(arguments[-1] if arguments else "")
        return original(self, *arguments)

    return method


def _guarded_function(original: Callable[..., Any]) -> Callable[..., Any]:
    def function(host: Any, *arguments: Any, **options: Any) -> Any:
        guards = _closed_for[-1:]
        if guards:
            raise guards[0].refuse((host, *arguments[:1]))
        return original(host, *arguments, **options)

    return function


def _shown(address: object) -> str:
    if isinstance(address, tuple) and address:
        return ":".join(str(part) for part in address[:2])
    return str(address)
