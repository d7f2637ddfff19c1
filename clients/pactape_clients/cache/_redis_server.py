"""The connection to a cache's Redis server: bounded in time, left alone for a while after a failure, logged."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pactape_clients.call_context import remaining_time
from pactape_clients.errors import CacheUnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

__all__ = ["RedisServer"]

logger = logging.getLogger(__name__)

_PAUSE = 1.0  # seconds for which a server that failed is not asked again


class RedisServer:
    """Runs commands on a Redis server, each within a time-out and the deadline of the call in progress.

    Args:
        client: Says where the server is. Its connections aren't used: the cache has its own, which time out and
            give bytes.
        timeout: Seconds that one command may take.
        name: What is connected, for the log.
        timer: A monotonic clock in seconds.
    """

    def __init__(self, client: redis.Redis, *, timeout: float, name: str, timer: Callable[[], float]) -> None:
        from redis import RedisError  # noqa: PLC0415 -- an optional library, installed if there is a client

        self._errors = (RedisError, OSError)
        self.client: Any = _bounded_client(client, timeout)
        self._name = name
        self._timer = timer
        self._paused_until = 0.0
        self._is_down = False

    def run(self, command: Callable[[], Any]) -> Any:
        """Return what a command gives.

        Raises:
            CacheUnavailableError: The server can't be reached, refuses, or failed a moment ago.
            DeadlineExceededError: The deadline of the call on this thread passed.
        """
        if self._timer() < self._paused_until:
            raise CacheUnavailableError(f"{self._name} can't be reached: it failed a moment ago")
        try:
            result = command()
        except self._errors as error:
            remaining_time()
            failure = self._failed(error)
        else:
            if self._is_down:
                self._is_down = False
                logger.warning("%s can be reached again", self._name)
            return result
        raise failure

    def _failed(self, error: BaseException) -> CacheUnavailableError:
        from redis import exceptions  # noqa: PLC0415 -- as above

        kind = type(error).__name__
        refused = isinstance(error, exceptions.AuthenticationError | exceptions.NoPermissionError)
        unreachable = refused or isinstance(
            error, exceptions.ConnectionError | exceptions.TimeoutError | OSError
        )
        words = "refuses the user or password" if refused else "can't be reached" if unreachable else "failed"
        if unreachable:
            self._paused_until = self._timer() + _PAUSE
        if not self._is_down:
            self._is_down = True
            logger.warning("%s %s (%s): reads go on without the cache", self._name, words, kind)
        return CacheUnavailableError(
            f"{self._name} {words} ({kind}): stale values may be served until they expire"
        )


def _bounded_client(client: Any, timeout: float) -> Any:
    """Return a client for the same server whose connections time out, don't retry for long, and give bytes."""
    from redis import BlockingConnectionPool, ConnectionPool, Redis  # noqa: PLC0415 -- as above
    from redis.backoff import NoBackoff  # noqa: PLC0415 -- as above
    from redis.exceptions import ConnectionError as ResetError  # noqa: PLC0415 -- as above
    from redis.retry import Retry  # noqa: PLC0415 -- as above

    pool: Any = getattr(client, "connection_pool", None)
    if type(pool) not in {ConnectionPool, BlockingConnectionPool}:
        if pool is None or _gives_text(pool):
            raise UsageError(
                "RedisCache needs a redis.Redis client that gives bytes. Fix: make it with decode_responses=False"
            )
        return client
    options = {
        **pool.connection_kwargs,
        "decode_responses": False,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(NoBackoff(), 1, supported_errors=(ResetError,)),  # once, for a connection gone stale
        "retry_on_timeout": False,
    }
    return Redis(connection_pool=ConnectionPool(connection_class=_in_time(pool.connection_class), **options))


def _gives_text(pool: Any) -> bool:
    return bool(getattr(pool, "connection_kwargs", {}).get("decode_responses"))


def _in_time(connection_class: Any) -> Any:
    """Return a connection class whose waits are bounded by the deadline of the call in progress too."""

    class InTime(connection_class):  # type: ignore[misc]  # a class that the client was made with
        socket_connect_timeout: float
        socket_timeout: float

        def connect(self, *arguments: Any, **options: Any) -> Any:
            left = remaining_time()
            if left is not None:
                self.socket_connect_timeout = min(self.socket_connect_timeout, left)
            return super().connect(*arguments, **options)

        def send_packed_command(self, *arguments: Any, **options: Any) -> Any:
            left = remaining_time()
            connected = getattr(self, "_sock", None)
            if connected is not None:
                connected.settimeout(self.socket_timeout if left is None else min(self.socket_timeout, left))
            return super().send_packed_command(*arguments, **options)

    return InTime
