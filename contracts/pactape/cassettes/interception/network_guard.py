"""The guard: while it stands, no thread of the process opens a connection to anywhere.

It closes the way below every HTTP library: `socket.connect`, `connect_ex`, `sendto`, `sendmsg`, and name
resolution; and that of http.client's connections, which may have been made before. Code that brings its own
network stack (uvloop, gRPC, pycurl, database drivers in C) goes past it.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

from pactape.errors import NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Guard", "network_closed", "network_open"]

#: The methods that take an address, and the place of the address in their arguments.
_METHODS = {"connect": 0, "connect_ex": 0, "sendto": -1, "sendmsg": 3}
_LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_LOCAL = ("localhost", "127.0.0.1", "::1")

_lock = threading.Lock()
_standing: list[Guard] = []
_originals: dict[str, Any] = {}
_INHERITED = object()


class Guard:
    """One reason why the network is closed, and what stays open nevertheless.

    Args:
        reason: What closes it, for messages: the cassette, and the test.
        allow: Hosts ("db.example.com"), hosts with ports ("127.0.0.1:5432") and paths of Unix sockets or of
            folders above them ("/run/postgresql") that stay open. "localhost" stands for the loopback
            addresses.

    Attributes:
        refused: The errors raised, in order, whichever thread they were raised on.
    """

    def __init__(self, reason: str, *, allow: Sequence[str] = ()) -> None:
        self.reason = reason
        self.refused: list[NetworkBlockedError] = []
        self._allowed = dict.fromkeys(allow)
        if "localhost" in self._allowed:
            self._allowed |= dict.fromkeys(_LOCAL)
        self._hosts = {entry.rpartition(":")[0] for entry in self._allowed} | set(self._allowed)

    def lets_connect(self, address: object) -> bool:
        """Whether a socket may go to `address`."""
        if isinstance(address, tuple) and len(address) > 1:
            host, port = address[:2]
            return host in self._allowed or f"{host}:{port}" in self._allowed
        path = _text(address)
        return any(path == entry or path.startswith(f"{entry}/") for entry in self._allowed)

    def lets_look_up(self, host: object) -> bool:
        """Whether the addresses of `host` may be asked for."""
        return _text(host) in self._hosts

    def looked_up(self, host: object, address: str) -> None:
        """Let sockets go to an address of an allowed host."""
        for entry in list(self._allowed):
            name, _, port = entry.rpartition(":")
            if entry == host:
                self._allowed[address] = None
            elif name == host:
                self._allowed[f"{address}:{port}"] = None

    def refuse(self, target: object) -> NetworkBlockedError:
        """Remember and give the error for an attempt to reach `target`."""
        error = NetworkBlockedError(
            f"a connection to {_shown(target)} was tried while {self.reason} replays; "
            "a test that replays never reaches the network, but for what its marker allows: "
            'cassette(allow=["host:port"])'
        )
        self.refused.append(error)
        return error


#: The guard of this thread or task; False where it may go anywhere, None where it has no say of its own.
_mine: ContextVar[Guard | bool | None] = ContextVar("pactape_guard", default=None)


@contextmanager
def network_closed(reason: str, *, allow: Sequence[str] = ()) -> Iterator[Guard]:
    """Close the network for all threads while the context lasts; contexts may nest and overlap."""
    guard = Guard(reason, allow=allow)
    _close(guard)
    before = _mine.get()
    _mine.set(guard)
    try:
        yield guard
    finally:
        _mine.set(before)
        _open(guard)


@contextmanager
def network_open() -> Iterator[None]:
    """Keep the network open for this thread or task, whatever others have closed."""
    before = _mine.get()
    _mine.set(False)
    try:
        yield
    finally:
        _mine.set(before)


def _close(guard: Guard) -> None:
    with _lock:
        if not _standing:
            for name, place in _METHODS.items():
                _replace(socket.socket, name, partial(_guarded_method, place=place))
            for name in _LOOKUPS:
                _replace(socket, name, _guarded_lookup)
            _replace(HTTPConnection, "send", _guarded_send)
        _standing.append(guard)


def _open(guard: Guard) -> None:
    with _lock:
        _standing.remove(guard)
        if _standing:
            return
        for name in _METHODS:
            _put_back(socket.socket, name)
        for name in _LOOKUPS:
            _put_back(socket, name)
        _put_back(HTTPConnection, "send")


def _replace(owner: Any, name: str, guarded: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    _originals[name] = vars(owner).get(name, _INHERITED)
    setattr(owner, name, guarded(getattr(owner, name)))


def _put_back(owner: Any, name: str) -> None:
    if _originals[name] is _INHERITED:
        delattr(owner, name)
    else:
        setattr(owner, name, _originals[name])


def _guards() -> Sequence[Guard]:
    """The guards that must all agree: this thread's own, else every one that stands."""
    mine = _mine.get()
    if mine is False:
        return ()
    return (mine,) if mine in _standing and isinstance(mine, Guard) else tuple(_standing)


def _guarded_method(original: Callable[..., Any], *, place: int) -> Callable[..., Any]:
    def method(self: socket.socket, *arguments: Any) -> Any:
        for address in arguments[place:][:1]:
            for guard in _guards():
                if not guard.lets_connect(address):
                    if place == 0:
                        self.close()  # whoever was to own the connection never gets to close it
                    raise guard.refuse(address)
        return original(self, *arguments)

    return method


def _guarded_send(original: Callable[..., Any]) -> Callable[..., Any]:
    def send(self: HTTPConnection, data: Any) -> None:
        target = (self.host, self.port)
        for guard in _guards() if self.sock is not None else ():
            if not guard.lets_connect(target) and not guard.lets_connect(self.sock.getpeername()):
                self.close()  # what it has half asked for is not to be answered later
                raise guard.refuse(target)
        original(self, data)

    return send


def _guarded_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    def lookup(host: Any, *arguments: Any, **options: Any) -> Any:
        guards = _guards()
        for guard in guards:
            if not guard.lets_look_up(host):
                raise guard.refuse((host, *arguments[:1]))
        found = original(host, *arguments, **options)
        for guard in guards:
            for address in _addresses(found):
                guard.looked_up(host, address)
        return found

    return lookup


def _addresses(found: Any) -> list[str]:
    """The addresses in the answer of any of the look-up functions."""
    if isinstance(found, str):
        return [found]
    if isinstance(found, tuple):
        return list(found[2])
    return [str(each[4][0]) for each in found]


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _shown(target: object) -> str:
    if isinstance(target, tuple) and target:
        return ":".join(_text(part) for part in target[:2])
    return _text(target)
