"""Connections that connect and send within the deadline of the current call.

The connect time-out of urllib3 restarts for each address of a host, and its time-out for sending is that of the
socket. Here, the addresses share the remaining time, which also limits each piece that is sent.
"""

from __future__ import annotations

import socket
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from urllib3 import connection as urllib3_connection
from urllib3 import exceptions as urllib3_errors
from urllib3.util import connection as urllib3_util

from pactape_clients.concurrency.call_context import current_call, remaining_time
from pactape_clients.concurrency.name_resolution import RESOLVER

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["timed_class"]

_PIECE = 65_536  # how many bytes are sent with one time-out

_urllib3_create_connection = urllib3_util.create_connection


class _TimedConnection(urllib3_connection.HTTPConnection):
    """The part of a connection that waits for the network before the response's head is read."""

    def _new_conn(self) -> socket.socket:
        seconds = remaining_time()
        if seconds is None or urllib3_util.create_connection is not _urllib3_create_connection:
            return super()._new_conn()
        try:
            connected = self._connect_within(seconds)
        except socket.gaierror as error:
            raise urllib3_errors.NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            remaining_time()
            raise urllib3_errors.ConnectTimeoutError(
                self, f"connecting to {self.host} took too long"
            ) from error
        except OSError as error:
            raise urllib3_errors.NewConnectionError(self, f"{self.host} can't be reached: {error}") from error
        sys.audit("http.client.connect", self, self.host, self.port)
        return connected

    def _connect_within(self, seconds: float) -> socket.socket:
        host = self._dns_host.strip("[]")
        try:
            host.encode("idna")
        except UnicodeError:
            raise urllib3_errors.LocationParseError(f"{host!r}, label empty or too long") from None
        addresses = RESOLVER.addresses(host, self.port, urllib3_util.allowed_gai_family(), within=seconds)
        failure = OSError("the name has no addresses")
        for number, (family, kind, protocol, _, address) in enumerate(addresses):
            limit = self._share(len(addresses) - number)
            try:
                return self._connect_to(socket.socket(family, kind, protocol), address, limit)
            except OSError as error:
                failure = error
        raise failure

    def _share(self, addresses: int) -> float:
        """Return the time-out for one of the remaining addresses."""
        seconds = remaining_time()
        limit = float("inf") if not isinstance(self.timeout, int | float) else self.timeout
        return limit if seconds is None else min(limit, seconds / addresses)

    def _connect_to(self, new: socket.socket, address: Any, limit: float) -> socket.socket:
        try:
            for option in self.socket_options or ():
                new.setsockopt(*option)
            new.settimeout(limit)
            if self.source_address:
                new.bind(self.source_address)
            new.connect(address)
            new.settimeout(self._share(1))  # for the TLS handshake
        except BaseException:
            new.close()
            raise
        return new

    def send(self, data: Any) -> None:
        """Send bytes, each piece within the read time-out and the call's remaining time."""
        if self.sock is None:
            self.connect()
        for piece in _pieces(data):
            self._limit_sending()
            super().send(piece)

    def _limit_sending(self) -> None:
        call = current_call.get()
        seconds = None if call is None else call.remaining()
        if call is not None and self.sock is not None:
            limit = call.settings.connect_and_read[1]
            self.sock.settimeout(limit if seconds is None else min(limit, seconds))


def _pieces(data: Any) -> Iterable[Any]:
    if not isinstance(data, bytes | bytearray | memoryview) or len(data) <= _PIECE:
        return (data,)
    view = memoryview(data).cast("B")
    return (view[start : start + _PIECE] for start in range(0, len(view), _PIECE))


@lru_cache(maxsize=64)
def timed_class(kind: type[Any]) -> type[Any]:
    """Return a connection class that keeps the deadline; a class with its own way to connect is not changed."""
    if getattr(kind, "_new_conn", None) is not urllib3_connection.HTTPConnection._new_conn:  # noqa: SLF001 -- urllib3's own seam between pools and sockets
        return kind
    return type(kind.__name__, (_TimedConnection, kind), {})
