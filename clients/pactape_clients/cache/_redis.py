"""The cache on a Redis server (the extra `redis`): single flight and invalidation hold across processes."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

from pactape_clients.cache._entries import (
    CacheStats,
    Expired,
    Loaded,
    full_key,
    is_outage,
)
from pactape_clients.cache._redis_invalidations import RedisInvalidations, stamped_label
from pactape_clients.cache._redis_server import RedisServer
from pactape_clients.cache._remote_failures import decode_failure, encode_failure
from pactape_clients.cache._scripts import BEGIN, FINISH
from pactape_clients.call_context import remaining_time
from pactape_clients.checks import check_number
from pactape_clients.errors import CacheUnavailableError, ClientError
from pactape_clients.processes import NotCopyable, renew_after_fork

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    import redis

__all__ = ["RedisCache"]

_POLL = 0.005
_POLL_MAX = 0.05
_LONGEST = 315_360_000_000  # milliseconds: ten years


class _Flight:
    """A load that this process leads."""

    __slots__ = ("key", "labels", "moment", "name", "token")

    def __init__(self, name: str, key: str, tags: tuple[str, ...]) -> None:
        self.name = name
        self.key = key
        self.labels = list(dict.fromkeys([stamped_label(f"={key}"), *map(stamped_label, tags)]))
        self.token = uuid.uuid4().hex
        self.moment = b""


class RedisCache(NotCopyable):
    """A cache that processes share; the same interface as `TTLCache`.

    Reads go on without it when the server is down, straight to their origin. An invalidation that can't be made is
    an error, and is made up for before this process reads from the cache again. Whatever the server evicts, an
    invalidated value is never served. One server or primary; not Redis Cluster.

    Args:
        client: A client of the `redis` package that says where the server is; the cache has its own connections.
        prefix: The beginning of the name of everything that it keeps.
        flight_timeout: Seconds after which another process takes a load over from one that has vanished.
        timeout: Seconds that one command may take; a call's deadline counts too.
        timer: A monotonic clock in seconds.

    Raises:
        UsageError: The client isn't one, or a number is out of range.

    Example:
        >>> import redis
        >>> RedisCache(redis.Redis(), prefix="users:")
        <RedisCache users:>
    """

    keeps_objects = False

    def __init__(
        self,
        client: redis.Redis,
        *,
        prefix: str = "pactape:",
        flight_timeout: float = 60.0,
        timeout: float = 1.0,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        check_number("RedisCache.flight_timeout", flight_timeout, above=True, finite=True)
        check_number("RedisCache.timeout", timeout, above=True, finite=True)
        self._server = RedisServer(client, timeout=timeout, name=f"the Redis cache {prefix!r}", timer=timer)
        self._prefix = prefix
        self._life = max(1, int(flight_timeout * 1000))
        register = self._server.client.register_script
        self._begin, self._finish = register(BEGIN), register(FINISH)
        self._invalidations = RedisInvalidations(self._server, prefix=prefix, load_may_last=self._life)
        self._counts: Counter[str] = Counter()
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Take new locks; the connections renew themselves."""
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<RedisCache {self._prefix}>"

    def lookup(self, full_key: str) -> bytes:
        """Return the value at a full key.

        Raises:
            KeyError: There is none, or the server can't be reached.
        """
        try:
            step, *rest = self._run(lambda: self._begin(args=[self._prefix, full_key, "", 0, 0]))
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
        """Return the value at `key` in `namespace`, loading it if there is none; see `Cache`."""
        flight = _Flight(full_key(namespace, key), key, tags)
        arguments = [self._prefix, flight.name, flight.token, self._life, 0, *flight.labels]
        while True:
            try:
                step, *rest = self._run(lambda: self._begin(args=arguments))
                if step == b"wait":
                    self._count("misses")
                    value = self._awaited(rest[0].decode(), flight.name)
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
            return self._lead(flight, load, rest[1:])

    def _lead(self, flight: _Flight, load: Callable[[Expired | None], Loaded], kept: list[bytes]) -> Any:
        self._count("loads")
        expired = _expired(kept)
        loaded: Loaded | None = None
        failure: Exception | None = None
        try:
            loaded = load(expired)
        except Exception as error:
            if expired is None or kept[2] != b"1" or not is_outage(error):
                failure = error
                raise
            self._count("stale")
            loaded = Loaded(value=expired.value, ttl=0)
        finally:  # whatever happens, also to a thread that is told to exit, no one waits for long
            if loaded is None:
                self._abandon(flight, failure)
        if not self._end(flight, loaded):
            self._count("dropped")
        return loaded.value

    def _end(self, flight: _Flight, loaded: Loaded) -> bool:
        ttl = _milliseconds(loaded.ttl)
        servable = _milliseconds(loaded.ttl + loaded.stale_for)
        life = _milliseconds(loaded.ttl + loaded.kept_beyond)
        labels = [*flight.labels, *map(stamped_label, loaded.tags)]
        arguments = [self._prefix, flight.name, flight.token, flight.moment, ttl, servable, life]
        known = len(flight.labels)
        arguments += [loaded.value, flight.key, loaded.etag or "", known, *dict.fromkeys(labels)]
        try:
            return bool(self._run(lambda: self._finish(args=arguments)))
        except CacheUnavailableError:
            self._count("errors")
            return True

    def _abandon(self, flight: _Flight, failure: Exception | None) -> None:
        """End a flight without a value; those who wait get the failure, or load for themselves without one."""
        result, name = f"{self._prefix}r:{flight.token}", f"{self._prefix}f:{flight.name}"

        def tell() -> None:
            if failure is not None:
                with self._server.client.pipeline() as pipe:
                    pipe.hset(result, "e", encode_failure(failure)).pexpire(result, 10_000)
                    pipe.execute()
            if self._server.client.get(name) == b"%s|%s" % (flight.token.encode(), flight.moment):
                self._server.client.delete(name)

        try:
            self._server.run(tell)
        except (CacheUnavailableError, ClientError):
            self._count("errors")

    def _awaited(self, leader: str, name: str) -> Any:
        """Return what the leader brought; None if it has vanished.

        Raises:
            ClientError: The leader's failure.
            DeadlineExceededError: The deadline of the call on this thread passed first.
        """
        result, flying = f"{self._prefix}r:{leader}", f"{self._prefix}f:{name}"
        client = self._server.client
        pause = _POLL
        while True:
            is_flying = self._server.run(
                lambda: client.get(flying)
            )  # first: a result precedes its flight's end
            value, failure = self._server.run(lambda: client.hmget(result, "v", "e"))
            if value is not None:
                return value
            if failure is not None:
                raise decode_failure(failure)
            if is_flying is None or not is_flying.startswith(leader.encode()):
                return None
            left = remaining_time()
            time.sleep(pause if left is None else min(pause, left))
            pause = min(_POLL_MAX, pause * 1.5)

    def put(self, key: str, loaded: Loaded, *, namespace: str = "") -> None:
        """Cache a value without a load.

        Raises:
            CacheUnavailableError: The server can't be reached.
        """
        flight = _Flight(full_key(namespace, key), key, ())
        arguments = [self._prefix, flight.name, flight.token, self._life, 1, *flight.labels]
        flight.moment = self._run(lambda: self._begin(args=arguments))[1]
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
        """Invalidate everything, loads in flight included.

        Raises:
            CacheUnavailableError: The server can't be reached.
        """
        self._invalidations.clear()

    def stats(self) -> CacheStats:
        """Return what this process has done with the cache so far."""
        with self._lock:
            return CacheStats(**{name: self._counts[name] for name in CacheStats.__struct_fields__})

    def _run(self, command: Callable[[], Any]) -> Any:
        self._invalidations.make_up()
        return self._server.run(command)

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1


def _expired(kept: list[bytes]) -> Expired | None:
    if not kept:
        return None
    return Expired(value=kept[0], etag=kept[1].decode("latin-1") or None)


def _milliseconds(seconds: float) -> int:
    return int(min(max(seconds, 0.0) * 1000, _LONGEST))
