"""Connection pools whose reads keep the deadline of the current call, including reads of the response's head.

http.client reads a head line by line with a time-out for each piece, so a server that sends one byte at a time can
make it last forever. Here, each wait for bytes is limited by the call's remaining time.
"""

from __future__ import annotations

import http.client
import io
import threading
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, poolmanager

from pactape_clients.concurrency.call_context import remaining_time
from pactape_clients.wire._connecting import timed_class

if TYPE_CHECKING:
    import socket
    from collections.abc import Buffer  # type: ignore[attr-defined]  # for type checkers of Python 3.12

__all__ = ["ChangeFlag", "NotingCookies", "is_timed", "make_pools_timed", "pooled_session", "renew_pools"]

_SLACK = 0.005  # seconds by which a wait may exceed the deadline
_INTERIM = range(102, 200)  # 100 is skipped by http.client, 101 is final
_abandoned: list[Any] = []  # a child must not close, or wait for, objects that its parent still uses


class _TimedReader(io.RawIOBase):
    """Reads a socket, waiting for each piece no longer than the remaining time of the current call."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket) -> None:
        self._raw = raw
        self._socket = connection
        timeout = connection.gettimeout()
        self._timeout = float("inf") if timeout is None else timeout

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Buffer) -> int | None:
        seconds = remaining_time()
        # Setting it costs as much as a small read.
        if seconds is not None and seconds < self._timeout - _SLACK:
            self._timeout = seconds
            self._socket.settimeout(seconds)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _TimedSocket:
    """The part of a socket that a response is read from."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        raw = self._socket.makefile("rb", buffering=0)
        return io.BufferedReader(_TimedReader(raw, self._socket))


class _TimedResponse(http.client.HTTPResponse):
    """A response that is read within the deadline."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(_TimedSocket(sock), *arguments, **options)  # type: ignore[arg-type]  # the part that is used

    def _read_status(self) -> tuple[str, int, str]:
        """Skip interim responses, such as early hints; http.client only skips "100 Continue"."""
        status: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]  # http.client's own seam
        while status[1] in _INTERIM:
            http.client.parse_headers(self.fp)
            status = super()._read_status()  # type: ignore[misc]  # as above
        return status


class _TimedHTTPPool(HTTPConnectionPool):
    def _new_conn(self) -> Any:
        return _with_time_limit(super()._new_conn())


class _TimedHTTPSPool(HTTPSConnectionPool):
    def _new_conn(self) -> Any:
        return _with_time_limit(super()._new_conn())


def _with_time_limit(connection: Any) -> Any:
    if isinstance(connection, http.client.HTTPConnection):  # a recorder's replacement is not a urllib3 class
        connection.__class__ = timed_class(type(connection))  # type: ignore[arg-type]  # classes can be hashed
        connection.response_class = _TimedResponse
    return connection


def is_timed(raw: Any) -> bool:
    """Return whether a urllib3 response is already read within the deadline."""
    return isinstance(getattr(raw, "_original_response", None), _TimedResponse)


def make_pools_timed(manager: poolmanager.PoolManager) -> None:
    """Make a manager's connections keep the deadline, unless the manager has its own pool classes."""
    if manager.pool_classes_by_scheme is poolmanager.pool_classes_by_scheme:
        manager.pool_classes_by_scheme = {"http": _TimedHTTPPool, "https": _TimedHTTPSPool}
        manager.clear()  # existing connections wouldn't


class _TimedAdapter(HTTPAdapter):
    """requests' adapter with timed pools."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        make_pools_timed(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **options)
        make_pools_timed(manager)
        return manager


class ChangeFlag:
    """A flag for frequent readers, which is set when something happened.

    Args:
        has_happened: The initial value.
    """

    __slots__ = ("has_happened",)

    def __init__(self, *, has_happened: bool = False) -> None:
        self.has_happened = has_happened


class NotingCookies(RequestsCookieJar):
    """A cookie jar with a flag whether a cookie was ever set, which is faster to read than a count."""

    def __init__(self) -> None:
        super().__init__()
        self.change = ChangeFlag()

    def set_cookie(self, cookie: Any, *arguments: Any, **options: Any) -> Any:
        self.change.has_happened = True
        return super().set_cookie(cookie, *arguments, **options)


def pooled_session(size: int) -> requests.Session:
    """Return a session that keeps up to `size` connections open and reads nothing from the environment."""
    session = requests.Session()
    session.trust_env = False
    session.cookies = NotingCookies()
    for prefix in ("http://", "https://"):
        session.mount(prefix, _TimedAdapter(pool_connections=size, pool_maxsize=size))
    return session


def renew_pools(session: requests.Session) -> None:
    """Give a session new, empty pools in a child process, which must not use its parent's connections.

    The parent's pools are not changed: closing them could wait for a lock that no thread here will release.
    """
    jar: Any = session.cookies
    jar._cookies_lock = threading.RLock()  # noqa: SLF001 -- a thread of the parent may hold it
    for mounted in session.adapters.values():
        if isinstance(mounted, HTTPAdapter):
            adapter: Any = mounted
            _abandoned.append((adapter.poolmanager, adapter.proxy_manager))
            adapter.__setstate__(adapter.__getstate__())  # as pickle does; this renews the pools
