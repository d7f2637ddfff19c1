"""Resolving host names within a time: the operating system takes as long as its name servers do."""

from __future__ import annotations

import contextvars
import socket
import threading
from typing import Any

from pactape_clients.processes import renew_after_fork
from pactape_clients.single_flight import Flight

__all__ = ["RESOLVER", "Resolver"]

_MOST_LOOKUPS = 64  # threads; a look-up that hangs can't be ended, only left alone


class Resolver:
    """Resolves names on threads of its own, so that a name server that doesn't answer delays no caller for long.

    Args:
        most: How many look-ups may be under way at once.
    """

    def __init__(self, *, most: int = _MOST_LOOKUPS) -> None:
        self._most = most
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Forget the look-ups of the parent's threads."""
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
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is the caller's
                flight.set_exception(error)
            finally:
                free.release()

        work = contextvars.copy_context().run
        threading.Thread(target=work, args=(look_up,), name="pactape-dns", daemon=True).start()
        return flight.result(timeout=within)


#: The resolver of this process.
RESOLVER = Resolver()
