"""The cache on a Redis server (the extra `redis`): single flight and invalidation work across processes."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from pactape_clients.cache._entries import (
    CacheStats,
    Expired,
    Loaded,
    full_key,
    is_outage,
)
from pactape_clients.cache._redis_flights import RedisFlight, expired_of, milliseconds
from pactape_clients.cache._redis_invalidations import RedisInvalidations, stamped_label
from pactape_clients.cache._redis_server import RedisServer
from pactape_clients.cache._remote_failures import decode_failure, encode_failure
from pactape_clients.cache._scripts import BEGIN, FINISH
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import check_callable, check_kind, check_number
from pactape_clients.concurrency.call_context import remaining_time, time_to_finish
from pactape_clients.concurrency.processes import NotCopyable, renew_after_fork
from pactape_clients.errors import CacheUnavailableError, ClientError, DeadlineExceededError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    import redis

__all__ = ["RedisCache"]

_POLL = 0.005
_POLL_MAX = 0.05


class RedisCache(NotCopyable):
    """A cache shared by processes, with the same interface as `TTLCache`.

    If the server can't be reached, reads are sent to their origin. A failed invalidation is an error, and is
    repeated before this process reads from the cache again. Whatever the server evicts, an invalidated value is
    never served. Supports a single server or primary; not Redis Cluster.

    Args:
        client: A client of the `redis` package, whose address is used; the cache has its own connections.
        prefix: The prefix of all its names on the server.
        flight_timeout: Seconds after which another process takes over the load of a crashed one.
        timeout: The time limit of a command in seconds; a call's deadline also applies.
        timer: A monotonic clock in seconds.

    Raises:
        UsageError: The client is of another type, or a number is out of range.

    Example:
        >>> import redis
        >>> RedisCache(redis.Redis(), prefix="users:")
        <RedisCache users:>
    """

    keeps_objects = False

    @public
    def __init__(
        self,
        client: redis.Redis,
        *,
        prefix: str = "pactape:",
        flight_timeout: float = 60.0,
        timeout: float = 1.0,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        check_kind("RedisCache.prefix", prefix, str, "a string")
        check_number("RedisCache.flight_timeout", flight_timeout, above=True, finite=True)
        check_number("RedisCache.timeout", timeout, above=True, finite=True)
        self._server = RedisServer(client, timeout=timeout, name=f"the Redis cache {prefix!r}", timer=timer)
        check_callable("RedisCache.timer", timer)
        self._prefix = prefix
        self._life = max(1, int(flight_timeout * 1000))
        register = self._server.client.register_script
        self._begin, self._finish = register(BEGIN), register(FINISH)
        self._invalidations = RedisInvalidations(self._server, prefix=prefix, load_may_last=self._life)
        self._counts: Counter[str] = Counter()
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Create new locks; the connections renew themselves."""
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<RedisCache {self._prefix}>"

    def lookup(self, full_key: str) -> bytes:
        """Return the value at a full key.

        Raises:
            KeyError: No value is cached, or the server can't be reached.
        """
        try:
            step, *rest = self._begin_step([self._prefix, full_key, "", 0, 0])
        except CacheUnavailableError:
            self._count("errors")
            raise KeyError(full_key) from None
        if step != b"hit":
            raise KeyError(full_key)
        self._count("hits")
        value: bytes = rest[0]
        return value

    def get_or_load(
        self,
        key: str,
        load: Callable[[Expired | None], Loaded],
        *,
        namespace: str = "",
        tags: tuple[str, ...] = (),
    ) -> Any:
        """Return the value at `key` in `namespace`, loading it if needed; see `Cache`."""
        flight = RedisFlight(full_key(namespace, key), key, tags)
        arguments = [self._prefix, flight.name, flight.token, self._life, 0, *flight.labels]
        while True:
            try:
                step, *rest = self._begin_step(arguments)
                if step == b"wait":
                    self._count("misses")
                    value = self._await_result(rest[0].decode(), flight.name)
                    if value is not None:
                        return value
                    continue
            except CacheUnavailableError:
                self._count("errors")
                return load(None).value
            if step == b"hit":
                self._count("hits")
                return rest[0]
            self._count("misses")
            flight.moment = rest[0]
            return self._load_for_all(flight, load, rest[1:])

    def _load_for_all(
        self, flight: RedisFlight, load: Callable[[Expired | None], Loaded], fields: list[bytes]
    ) -> Any:
        self._count("loads")
        expired = expired_of(fields)
        loaded: Loaded | None = None
        failure: Exception | None = None
        try:
            loaded = load(expired)
        except Exception as error:
            if expired is None or fields[2] != b"1" or not is_outage(error):
                failure = error
                raise
            self._count("stale")
            loaded = Loaded(value=expired.value, ttl=0)
        finally:  # even if this thread has to exit, no caller may wait for long
            if loaded is None:
                self._cancel_flight(flight, failure)
        if not self._end(flight, loaded):
            self._count("dropped")
        return loaded.value

    def _end(self, flight: RedisFlight, loaded: Loaded) -> bool:
        ttl = milliseconds(loaded.ttl)
        servable = milliseconds(loaded.ttl + loaded.stale_for)
        life = milliseconds(loaded.ttl + loaded.seconds_after_ttl)
        labels = [*flight.labels, *map(stamped_label, loaded.tags)]
        arguments = [self._prefix, flight.name, flight.token, flight.moment, ttl, servable, life]
        label_count = len(flight.labels)
        arguments += [loaded.value, flight.key, loaded.etag or "", label_count, *dict.fromkeys(labels)]
        try:
            with time_to_finish():
                return bool(self._run(lambda: self._finish(args=arguments)))
        except (CacheUnavailableError, DeadlineExceededError):
            self._count("errors")
            return True

    def _cancel_flight(self, flight: RedisFlight, failure: Exception | None) -> None:
        """End a flight without a value; waiting processes get the failure or, without one, load for themselves.

        An exceeded deadline is not passed on, because it is this call's own.
        """
        result, name = f"{self._prefix}r:{flight.token}", f"{self._prefix}f:{flight.name}"

        def publish_failure() -> None:
            if failure is not None and not isinstance(failure, DeadlineExceededError):
                with self._server.client.pipeline() as pipe:
                    pipe.hset(result, "e", encode_failure(failure)).pexpire(result, 10_000)
                    pipe.execute()
            if self._server.client.get(name) == b"%s|%s" % (flight.token.encode(), flight.moment):
                self._server.client.delete(name)

        try:
            with time_to_finish():
                self._server.run(publish_failure)
        except (CacheUnavailableError, ClientError):
            self._count("errors")

    def _await_result(self, leader: str, name: str) -> Any:
        """Return the leader's result; None if the leader has crashed.

        Raises:
            ClientError: The leader's failure.
            DeadlineExceededError: The deadline of the call on this thread passed.
        """
        result, flying = f"{self._prefix}r:{leader}", f"{self._prefix}f:{name}"
        client = self._server.client
        pause = _POLL
        while True:
            is_flying = self._server.run(
                lambda: client.get(flying)
            )  # first, because a result is stored before its flight ends
            value, failure = self._server.run(lambda: client.hmget(result, "v", "e"))
            if value is not None:
                return value
            if failure is not None:
                raise decode_failure(failure)
            if is_flying is None or not is_flying.startswith(leader.encode()):
                return None
            seconds = remaining_time()
            time.sleep(pause if seconds is None else min(pause, seconds))
            pause = min(_POLL_MAX, pause * 1.5)

    def put(self, key: str, loaded: Loaded, *, namespace: str = "") -> None:
        """Store a value without a load.

        Raises:
            CacheUnavailableError: The server can't be reached.
        """
        flight = RedisFlight(full_key(namespace, key), key, ())
        arguments = [self._prefix, flight.name, flight.token, self._life, 1, *flight.labels]
        flight.moment = self._begin_step(arguments)[1]
        self._end(flight, loaded)

    def invalidate(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        pattern: str | re.Pattern[str] | None = None,
    ) -> int:
        """Invalidate entries in every namespace and process; see `Cache`.

        Raises:
            CacheUnavailableError: The server can't be reached; other processes may serve stale entries until they
                expire.
        """
        return self._invalidations.make(keys=keys, tags=tags, pattern=pattern)

    def clear(self) -> None:
        """Invalidate everything, including loads in progress.

        Raises:
            CacheUnavailableError: The server can't be reached.
        """
        self._invalidations.clear()

    def stats(self) -> CacheStats:
        """Return this process's statistics of the cache."""
        with self._lock:
            return CacheStats(**{name: self._counts[name] for name in CacheStats.__struct_fields__})

    def _begin_step(self, arguments: list[Any]) -> list[bytes]:
        """Return the first step of a read: its name, and its fields."""

        def begin() -> list[bytes]:
            reply: Any = self._begin(args=arguments)
            if not isinstance(reply, list) or not all(isinstance(item, bytes) for item in reply) or not reply:
                raise TypeError
            return reply

        steps: list[bytes] = self._run(begin)
        return steps

    def _run(self, command: Callable[[], Any]) -> Any:
        self._invalidations.make_up()
        return self._server.run(command)

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
