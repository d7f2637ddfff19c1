"""Resolves host names within a time limit, because the operating system may wait long for name servers."""

from __future__ import annotations

import contextvars
import socket
import threading
from typing import Any

from pactape_clients.concurrency.processes import renew_after_fork
from pactape_clients.concurrency.single_flight import Flight

__all__ = ["RESOLVER", "Resolver"]

_MOST_LOOKUPS = 64  # threads; a hanging look-up can't be ended, only abandoned


class Resolver:
    """Resolves names on separate threads, so that an unresponsive name server doesn't delay callers for long.

    Args:
        most: The most concurrent look-ups.
    """

    def __init__(self, *, most: int = _MOST_LOOKUPS) -> None:
        self._most = most
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Discard the look-ups of the parent's threads."""
        self._free = threading.BoundedSemaphore(self._most)

    def addresses(self, host: str, port: int, family: int, *, within: float) -> list[Any]:
        """Return what `socket.getaddrinfo` returns for a TCP connection.

        Raises:
            TimeoutError: It took longer than `within` seconds.
            OSError: The name can't be resolved.
        """
        free = self._free
        if not free.acquire(timeout=within):
            raise TimeoutError("too many name look-ups are in progress")
        flight: Flight[list[Any]] = Flight()

        def look_up() -> None:
            try:
                flight.set_result(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))
            except Exception as error:  # noqa: BLE001 -- any exception is passed to the caller
                flight.set_exception(error)
            finally:
                free.release()

        work = contextvars.copy_context().run
        threading.Thread(target=work, args=(look_up,), name="pactape-dns", daemon=True).start()
        return flight.result(timeout=within)


#: The resolver of this process.
RESOLVER = Resolver()
