"""The network guard: while it is active, no thread of the process can open a connection.

It works below every HTTP library: `socket.connect`, `connect_ex`, `sendto`, `sendmsg` and name resolution, and
`http.client`'s connections, which may have been opened before. It doesn't guard code with its own network stack
(uvloop, gRPC, pycurl, database drivers in C), spawned (rather than forked) child processes, and resolver functions
imported by name before (`from socket import getaddrinfo`).
"""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

from pactape.cassettes.child_log import ChildLog
from pactape.cassettes.interception.allowed_hosts import AllowedHosts, is_numeric
from pactape.errors import NetworkBlockedError
from pactape.urls import is_loopback_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["NetworkGuard", "network_closed", "network_open"]

#: The methods with an address argument, and its position.
_METHODS = {"connect": 0, "connect_ex": 0, "sendto": -1, "sendmsg": 3}
_LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")
#: Sockets of `multiprocessing` for its child processes: in its own folder, or abstract.
_MULTIPROCESSING = re.compile(r"(.*/)?pymp-[^/]+/[^/]+|\0listener-\d+-\d+.*", re.DOTALL)
#: Address families that only reach the kernel.
_KERNEL = frozenset(getattr(socket, name, None) for name in ("AF_NETLINK", "AF_ALG")) - {None}

_lock = threading.Lock()
_active: list[NetworkGuard] = []
_originals: dict[str, Any] = {}
_INHERITED = object()


class NetworkGuard:
    """A reason why the network is closed, with its exceptions.

    Args:
        reason: Why it is closed, for messages: the cassette and the test.
        allow: The exceptions; see `AllowedHosts`.

    Attributes:
        refused: The errors raised on any thread, in order.
    """

    def __init__(self, reason: str, *, allow: Sequence[str] = ()) -> None:
        self.reason = reason
        self.refused: list[NetworkBlockedError] = []
        self._allowed_hosts = AllowedHosts(allow)
        self._child_log = ChildLog()

    def permits_connection(self, address: object) -> bool:
        """Return whether a socket may connect to `address`."""
        if isinstance(address, tuple) and len(address) > 1:
            return self._allowed_hosts.includes(_text(address[0]), address[1])
        path = _text(address)
        return bool(_MULTIPROCESSING.fullmatch(path)) or self._allowed_hosts.includes_path(path)

    def permits_lookup(self, host: object) -> bool:
        """Return whether `host` may be resolved; numeric addresses always may."""
        name = _text(host or "")
        if not name or is_numeric(name) or is_loopback_host(name) or name == socket.gethostname():
            return True
        return self._allowed_hosts.includes_name(name)

    def permits_reverse_lookup(self, host: object) -> bool:
        """Return whether the name of an address may be looked up."""
        name = _text(host)
        return self.permits_lookup(host) and (not is_numeric(name) or is_loopback_host(name))

    def add_resolved(self, host: object, address: str) -> None:
        """Permit connections to an address of an allowed host."""
        self._allowed_hosts.add_address(_text(host or ""), address)

    def refuse(self, target: object) -> NetworkBlockedError:
        """Record and return the error for an attempt to reach `target`."""
        error = NetworkBlockedError(
            f"a connection to {_target_text(target)} was attempted while {self.reason} replays. Replaying "
            "tests can't use the network. "
            'Fix: record the request, or allow the host: cassette(allow=["host:port"]).'
        )
        self.refused.append(error)
        self._child_log.add(_target_text(target))
        return error

    def collect_from_children(self) -> None:
        """Add the blocked attempts of forked children, whose memory is separate."""
        for target in self._child_log.take():
            self.refuse(f"{target} (in a child process)")


class _ThreadState(threading.local):
    """Whether this thread is creating a socket pair, which on some platforms connects over the loopback."""

    makes_pair = False


_thread = _ThreadState()


class _OpenNetwork:
    """An open network for one thread or task, as long as its context lasts."""

    has_ended = False


#: The guard of this thread or task, or its open network; None if other guards decide.
_current: ContextVar[NetworkGuard | _OpenNetwork | None] = ContextVar("pactape_guard", default=None)


@contextmanager
def network_closed(reason: str, *, allow: Sequence[str] = ()) -> Iterator[NetworkGuard]:
    """Close the network for all threads inside the context; contexts may be nested and overlap."""
    guard = NetworkGuard(reason, allow=allow)
    _activate(guard)
    before = _current.get()
    _current.set(guard)
    try:
        yield guard
    finally:
        _current.set(before)
        _deactivate(guard)
        guard.collect_from_children()


@contextmanager
def network_open() -> Iterator[None]:
    """Keep the network open for this thread or task, even if others have closed it."""
    before, network = _current.get(), _OpenNetwork()
    _current.set(network)
    try:
        yield
    finally:
        network.has_ended = True  # a task that began inside may go on
        _current.set(before)


def _activate(guard: NetworkGuard) -> None:
    with _lock:
        if not _active:
            for owner, name, replacement in _replacements():
                _originals[name] = vars(owner).get(name, _INHERITED)
                setattr(owner, name, replacement(getattr(owner, name)))
        _active.append(guard)


def _deactivate(guard: NetworkGuard) -> None:
    with _lock:
        _active.remove(guard)
        if not _active:
            for owner, name, _ in _replacements():
                _put_back(owner, name)


def _replacements() -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """Yield the patches: owner, name, and a function that wraps the original."""
    for name, position in _METHODS.items():
        yield socket.socket, name, partial(_guarded_method, position=position)
    for name in _LOOKUPS:
        yield socket, name, partial(_guarded_lookup, is_reverse=name == "gethostbyaddr")
    yield socket, "getnameinfo", _guarded_name_lookup
    yield socket, "socketpair", _guarded_socketpair
    yield HTTPConnection, "send", _guarded_send


def _put_back(owner: Any, name: str) -> None:
    if _originals[name] is _INHERITED:
        delattr(owner, name)
    else:
        setattr(owner, name, _originals[name])


def _guards() -> Sequence[NetworkGuard]:
    """Return the guards that must all permit an attempt: this thread's own, or else every active one."""
    current = _current.get()
    if isinstance(current, _OpenNetwork) and not current.has_ended:
        return ()
    is_active = isinstance(current, NetworkGuard) and current in _active
    return (current,) if is_active and isinstance(current, NetworkGuard) else tuple(_active)


def _guarded_method(original: Callable[..., Any], *, position: int) -> Callable[..., Any]:
    def method(self: socket.socket, *arguments: Any) -> Any:
        for address in arguments[position:][:1]:
            if self.family in _KERNEL or _is_pair(address):
                continue
            for guard in _guards():
                if not guard.permits_connection(address):
                    if position == 0:
                        self.close()  # the caller gets no connection that it could close
                    raise guard.refuse(address)
        return original(self, *arguments)

    return method


def _is_pair(address: object) -> bool:
    """Return whether this thread is connecting two of its own sockets."""
    return _thread.makes_pair and isinstance(address, tuple) and is_loopback_host(_text(address[0]))


def _guarded_socketpair(original: Callable[..., Any]) -> Callable[..., Any]:
    def socketpair(*arguments: Any, **options: Any) -> Any:
        before, _thread.makes_pair = _thread.makes_pair, True
        try:
            return original(*arguments, **options)
        finally:
            _thread.makes_pair = before

    return socketpair


def _guarded_send(original: Callable[..., Any]) -> Callable[..., Any]:
    def send(self: HTTPConnection, data: Any) -> None:
        target = (self.host, self.port)
        for guard in _guards() if self.sock is not None else ():
            if not guard.permits_connection(target) and not guard.permits_connection(self.sock.getpeername()):
                self.close()  # a half-sent request must not get a response later
                raise guard.refuse(target)
        original(self, data)

    return send


def _guarded_lookup(original: Callable[..., Any], *, is_reverse: bool) -> Callable[..., Any]:
    def lookup(host: Any, *arguments: Any, **options: Any) -> Any:
        guards = _guards()
        for guard in guards:
            permits = guard.permits_reverse_lookup if is_reverse else guard.permits_lookup
            if not permits(host):
                raise guard.refuse((host, *arguments[:1]))
        result = original(host, *arguments, **options)
        for guard in guards if not is_reverse else ():
            for address in _addresses(result):
                guard.add_resolved(host, address)
        return result

    return lookup


def _guarded_name_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    def getnameinfo(address: Any, flags: int) -> Any:
        for guard in _guards() if not flags & socket.NI_NUMERICHOST else ():
            if not guard.permits_reverse_lookup(address[0]):
                raise guard.refuse(address)
        return original(address, flags)

    return getnameinfo


def _addresses(result: Any) -> list[str]:
    """Return the addresses in the result of any of the look-up functions."""
    if isinstance(result, str):
        return [result]
    if isinstance(result, tuple):
        return list(result[2])
    return [str(item[4][0]) for item in result]


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _target_text(target: object) -> str:
    if isinstance(target, tuple) and target:
        return ":".join(_text(part) for part in target[:2])
    return _text(target)
