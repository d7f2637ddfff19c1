"""The connection to a cache's Redis server, with time limits, pauses after failures, and logging."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from pactape_clients.caller_code.callbacks import passes_through
from pactape_clients.concurrency.call_context import remaining_time
from pactape_clients.concurrency.name_resolution import RESOLVER
from pactape_clients.errors import CacheUnavailableError, ClientError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

__all__ = ["RedisServer"]

logger = logging.getLogger(__name__)

_PAUSE = 1.0  # how long to wait before calling a failed server again, in seconds


class RedisServer:
    """Runs commands on a Redis server, each within a time-out and the deadline of the current call.

    Args:
        client: The server's address. Its connections aren't used: the cache has its own, which have time-outs and
            return bytes.
        timeout: The time limit of a command in seconds.
        name: The cache's name in the log.
        timer: A monotonic clock in seconds.
    """

    def __init__(self, client: redis.Redis, *, timeout: float, name: str, timer: Callable[[], float]) -> None:
        self.client: Any = _bounded_client(client, timeout)
        self._name = name
        self._timer = timer
        self._paused_until = 0.0
        self._is_down = False

    def run(self, command: Callable[[], Any]) -> Any:
        """Return the result of a command.

        Raises:
            CacheUnavailableError: The server can't be reached, rejects the command, or has just failed.
            DeadlineExceededError: The deadline of the call on this thread passed.
        """
        if self._timer() < self._paused_until:
            raise CacheUnavailableError(f"{self._name} can't be reached: it has just failed")
        try:
            result = command()
        except ClientError:
            raise
        except Exception as error:  # an error of Redis, or any error if another server responds
            if passes_through(error):
                raise
            remaining_time()
            failure = self._unavailable(error)
        else:
            if self._is_down:
                self._is_down = False
                logger.warning("%s can be reached again", self._name)
            return result
        raise failure

    def _unavailable(self, error: BaseException) -> CacheUnavailableError:
        from redis import exceptions  # noqa: PLC0415 -- an optional library, installed if a client exists

        kind = type(error).__name__
        is_refusal = isinstance(error, exceptions.AuthenticationError | exceptions.NoPermissionError)
        is_unreachable = is_refusal or isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError)
        is_unreachable = is_unreachable or not isinstance(error, exceptions.RedisError)
        words = (
            "refuses the user or password"
            if is_refusal
            else "can't be reached"
            if is_unreachable
            else "failed"
        )
        if is_unreachable:
            self._paused_until = self._timer() + _PAUSE
        if not self._is_down:
            self._is_down = True
            logger.warning("%s %s (%s): reads continue without the cache", self._name, words, kind)
        return CacheUnavailableError(
            f"{self._name} {words} ({kind}): stale values may be served until they expire"
        )


def _bounded_client(client: Any, timeout: float) -> Any:
    """Return a client for the same server with time-outs, few retries, and bytes as results."""
    from redis import BlockingConnectionPool, ConnectionPool, Redis  # noqa: PLC0415 -- as above
    from redis.backoff import NoBackoff  # noqa: PLC0415 -- as above
    from redis.exceptions import ConnectionError as ResetError  # noqa: PLC0415 -- as above
    from redis.retry import Retry  # noqa: PLC0415 -- as above

    pool: Any = getattr(client, "connection_pool", None)
    if type(pool) not in {ConnectionPool, BlockingConnectionPool}:
        if pool is None or _gives_text(pool):
            raise UsageError(
                "RedisCache needs a redis.Redis client that returns bytes. "
                "Fix: create it with decode_responses=False"
            )
        return client
    options = {
        **pool.connection_kwargs,
        "decode_responses": False,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(NoBackoff(), 1, supported_errors=(ResetError,)),  # one retry, for a stale connection
        "retry_on_timeout": False,
    }
    # a client from a pool owns the pool: its sockets are closed with the cache
    return Redis.from_pool(ConnectionPool(connection_class=_with_deadline(pool.connection_class), **options))


def _gives_text(pool: Any) -> bool:
    return bool(getattr(pool, "connection_kwargs", {}).get("decode_responses"))


class _TimedSocket:
    """A socket whose reads end when the command's time is over, even if the response arrives slowly."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._timeout: float | None = raw.gettimeout()
        self.ends = float("inf")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout
        self._raw.settimeout(timeout)

    def recv(self, *arguments: Any) -> Any:
        self._limit()
        return self._raw.recv(*arguments)

    def recv_into(self, *arguments: Any) -> Any:
        self._limit()
        return self._raw.recv_into(*arguments)

    def _limit(self) -> None:
        if self._timeout == 0:  # a short wait for data that has arrived
            return
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        self._raw.settimeout(seconds if self._timeout is None else min(self._timeout, seconds))


def _with_deadline(connection_class: Any) -> Any:
    """Return a connection class whose waits are also limited by the deadline of the current call."""

    class DeadlineConnection(connection_class):  # type: ignore[misc]  # the client's own class
        """Waits for the server at most until the deadline of the current call on this thread."""

        socket_connect_timeout: float
        socket_timeout: float

        def _connect(self) -> Any:
            seconds = remaining_time()
            host = getattr(self, "host", None)  # a Unix socket has none
            if seconds is not None and host is not None:
                addresses = RESOLVER.addresses(host, int(self.port), 0, within=seconds)
                self.socket_connect_timeout = min(
                    self.socket_connect_timeout, seconds / max(1, len(addresses))
                )
            connected = _TimedSocket(super()._connect())
            connected.ends = self._ends()  # for the exchange when connecting
            return connected

        def send_packed_command(self, *arguments: Any, **options: Any) -> Any:
            connected = getattr(self, "_sock", None)
            if isinstance(connected, _TimedSocket):
                connected.ends = self._ends()
                connected.settimeout(max(connected.ends - time.monotonic(), 0.001))
            return super().send_packed_command(*arguments, **options)

        def _ends(self) -> float:
            seconds = remaining_time()
            return time.monotonic() + (
                self.socket_timeout if seconds is None else min(self.socket_timeout, seconds)
            )

    return DeadlineConnection
