"""Connection pools whose every read keeps the deadline of the call in progress, the head of an answer included.

http.client reads a head line by line under a time-out for each piece, so a server that sends one byte at a time can
make it last for ever. Here each wait for bytes is bounded by what the call has left.
"""

from __future__ import annotations

import http.client
import io
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, poolmanager

from pactape_clients.call_context import remaining_time

if TYPE_CHECKING:
    import socket
    from collections.abc import Buffer  # type: ignore[attr-defined]  # for type checkers of Python 3.12

__all__ = ["NotingCookies", "make_pools_timed", "pooled_session", "renew_pools"]

_abandoned: list[Any] = []  # a child must not close, or wait for, what its parent still uses


class _TimedReader(io.RawIOBase):
    """Reads a socket, waiting for each piece no longer than the call in progress may last."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket) -> None:
        self._raw = raw
        self._socket = connection
        self._timeout = connection.gettimeout()

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Buffer) -> int | None:
        left = remaining_time()
        if left is not None:
            self._socket.settimeout(left if self._timeout is None else min(left, self._timeout))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer that is read within the deadline."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        raw = sock.makefile("rb", buffering=0)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(raw, sock))


class _TimedHTTPPool(HTTPConnectionPool):
    def _new_conn(self) -> Any:
        return _timed(super()._new_conn())


class _TimedHTTPSPool(HTTPSConnectionPool):
    def _new_conn(self) -> Any:
        return _timed(super()._new_conn())


def _timed(connection: Any) -> Any:
    if isinstance(connection, http.client.HTTPConnection):  # a stand-in of a recorder is not
        connection.response_class = _TimedResponse
    return connection


def make_pools_timed(manager: poolmanager.PoolManager) -> None:
    """Have a manager's connections keep the deadline; a manager with pool classes of its own is left alone."""
    if manager.pool_classes_by_scheme is poolmanager.pool_classes_by_scheme:
        manager.pool_classes_by_scheme = {"http": _TimedHTTPPool, "https": _TimedHTTPSPool}
        manager.clear()  # connections that were made before wouldn't


class _TimedAdapter(HTTPAdapter):
    """requests' adapter with timed pools."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        make_pools_timed(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **options)
        make_pools_timed(manager)
        return manager


class NotingCookies(RequestsCookieJar):
    """A cookie jar that notes whether a cookie was ever set, which costs less to read than counting them.

    Args:
        policy: As for `http.cookiejar.CookieJar`.
    """

    was_used = False

    def set_cookie(self, cookie: Any, *arguments: Any, **options: Any) -> Any:
        self.was_used = True
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
    """Give a session new, empty pools, in a child process that must not use its parent's connections.

    The parent's pools are kept as they are: closing them could wait for a lock that no thread here will release.
    """
    for each in session.adapters.values():
        if isinstance(each, HTTPAdapter):
            adapter: Any = each
            _abandoned.append((adapter.poolmanager, adapter.proxy_manager))
            adapter.__setstate__(adapter.__getstate__())  # as pickle does, which renews the pools
