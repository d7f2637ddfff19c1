"""The cache on a Redis server (the extra `redis`): single flight and invalidation hold across processes."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients import errors
from pactape_clients.cache._entries import CacheStats, Kept, Loaded, full_key, pattern_of
from pactape_clients.cache._scripts import BEGIN, FINISH, FORGET, INVALIDATE
from pactape_clients.call_context import allowed_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import redis

__all__ = ["RedisCache"]

_POLL = 0.005
_POLL_MAX = 0.05
_BY_TAG = 1
_BY_PATTERN = 2


class _Failure(msgspec.Struct):
    """A leader's failure as other processes get it."""

    kind: str
    message: str
    status: int | None = None

    def raised(self) -> errors.ClientError:
        kind = getattr(errors, self.kind, errors.ClientError)
        known = isinstance(kind, type) and issubclass(kind, errors.ClientError)
        error: errors.ClientError = (kind if known else errors.ClientError)(self.message)
        error.status = self.status
        return error


class RedisCache:
    """A cache that processes share; the same interface as `TTLCache`.

    Reads go on without it when the server is down, straight to their origin; an invalidation that can't be made
    is an error, since it would leave stale values behind. One server or primary; not Redis Cluster.

    Args:
        client: A connection from the `redis` package, one that gives bytes (`decode_responses=False`).
        prefix: Begins the name of everything it keeps.
        flight_timeout: Seconds after which another process takes a load over from one that has vanished.

    Example:
        >>> import redis
        >>> RedisCache(redis.Redis(), prefix="users:")
        <RedisCache users:>
    """

    keeps_objects = False

    def __init__(
        self, client: redis.Redis, *, prefix: str = "pactape:", flight_timeout: float = 60.0
    ) -> None:
        from redis import RedisError  # noqa: PLC0415 -- an optional library, here for sure

        self._unavailable = RedisError
        self._client: Any = client
        self._prefix = prefix
        self._life = int(flight_timeout * 1000)
        self._begin = client.register_script(BEGIN)
        self._finish = client.register_script(FINISH)
        self._invalidate = client.register_script(INVALIDATE)
        self._forget = client.register_script(FORGET)
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"<RedisCache {self._prefix}>"

    def lookup(self, full_key: str) -> bytes:
        """The value at a full key.

        Raises:
            KeyError: There is none, or the server can't be reached.
        """
        try:
            value: bytes | None = self._client.hget(f"{self._prefix}v:{full_key}", "v")
        except self._unavailable:
            self._count("errors")
            raise KeyError(full_key) from None
        if value is None:
            raise KeyError(full_key)
        self._count("hits")
        return value

    def get_or_load(
        self,
        key: str,
        load: Callable[[Kept | None], Loaded],
        *,
        namespace: str = "",
        tags: tuple[str, ...] = (),
    ) -> Any:
        """The value at `key` in `namespace`, loaded if there is none; see `Cache`."""
        name = full_key(namespace, key)
        token = uuid.uuid4().hex
        while True:
            try:
                step, *rest = self._begin(args=[self._prefix, name, token, self._life, f"={key}", *tags])
            except self._unavailable:
                self._count("errors")
                return load(None).value
            if step == b"hit":
                self._count("hits")
                return rest[0]
            self._count("misses")
            if step == b"lead":
                return self._lead(name, key, tags, token, rest, load)
            value = self._awaited(rest[0].decode(), name)
            if value is not None:
                return value

    def _lead(
        self,
        name: str,
        key: str,
        tags: tuple[str, ...],
        token: str,
        rest: list[Any],
        load: Callable[[Kept | None], Loaded],
    ) -> Any:
        epoch, value, etag, until = (*rest, None, None, None)[:4]
        self._count("loads")
        kept = None if value is None else Kept(value=value, etag=etag.decode() if etag else None)
        try:
            loaded = load(kept)
        except BaseException as error:
            if kept is not None and _servable(error, until):
                self._count("stale")
                self._end(name, key, token, epoch, Loaded(value=kept.value, ttl=0), ())
                return kept.value
            self._crash(name, token, epoch, error)
            raise
        if not self._end(name, key, token, epoch, loaded, (*tags, *loaded.tags)):
            self._count("dropped")
        return loaded.value

    def _end(
        self, name: str, key: str, token: str, epoch: bytes, loaded: Loaded, tags: tuple[str, ...]
    ) -> bool:
        beyond = max(loaded.stale_for, loaded.revalidate_for if loaded.etag else 0.0)
        milliseconds = int(loaded.ttl * 1000), int((loaded.ttl + beyond) * 1000) if beyond > 0 else 0
        until = time.time() + loaded.ttl + loaded.stale_for
        try:
            return bool(
                self._finish(
                    args=[
                        self._prefix,
                        name,
                        token,
                        epoch,
                        milliseconds[0],
                        loaded.value,
                        key,
                        loaded.etag or "",
                        milliseconds[1],
                        until,
                        f"={key}",
                        *tags,
                    ]
                )
            )
        except self._unavailable:
            self._count("errors")
            return True

    def _crash(self, name: str, token: str, epoch: bytes, error: BaseException) -> None:
        failure = _Failure(
            kind=type(error).__name__, message=str(error), status=getattr(error, "status", None)
        )
        result = f"{self._prefix}r:{token}"
        try:
            with self._client.pipeline() as pipe:
                pipe.hset(result, "e", msgspec.json.encode(failure)).pexpire(result, 10_000)
                pipe.execute()
            if self._client.get(f"{self._prefix}f:{name}") == b"%s|%s" % (token.encode(), epoch):
                self._client.delete(f"{self._prefix}f:{name}")
        except self._unavailable:
            self._count("errors")

    def _awaited(self, token: str, name: str) -> Any:
        """What the leader brought; None if it has vanished.

        Raises:
            ClientError: The leader's failure.
            DeadlineExceededError: The deadline of the call on this thread passed first.
        """
        pause = _POLL
        while True:
            try:
                flying = self._client.get(
                    f"{self._prefix}f:{name}"
                )  # first: a flight's result precedes its end
                value, failure = self._client.hmget(f"{self._prefix}r:{token}", "v", "e")
            except self._unavailable:
                return None
            if value is not None:
                return value
            if failure is not None:
                raise msgspec.json.decode(failure, type=_Failure).raised()
            if flying is None:
                return None
            allowed_time()
            time.sleep(pause)
            pause = min(_POLL_MAX, pause * 1.5)

    def put(self, key: str, loaded: Loaded, *, namespace: str = "") -> None:
        """Keep a value without a load."""
        name, token = full_key(namespace, key), uuid.uuid4().hex
        epoch = self._client.get(f"{self._prefix}epoch") or b"0"
        self._client.set(f"{self._prefix}f:{name}", b"%s|%s" % (token.encode(), epoch), px=self._life)
        self._end(name, key, token, epoch, loaded, loaded.tags)

    def invalidate(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        pattern: str | re.Pattern[str] | None = None,
    ) -> int:
        """Forget entries in every namespace and process; see `Cache`.

        Raises:
            CacheUnavailableError: The server can't be reached; entries may be stale until they expire.
        """
        named = list(tags)
        labels = [*(f"={key}" for key in keys), *named]
        sweep = _BY_PATTERN if pattern is not None else _BY_TAG if named else 0
        if not labels and not sweep:
            return 0
        try:
            count = int(self._invalidate(args=[self._prefix, self._life * 2, sweep, *labels]))
            return count + (self._forget_found(pattern_of(pattern)) if pattern is not None else 0)
        except self._unavailable as error:
            raise _out_of_reach(error) from error

    def _forget_found(self, pattern: re.Pattern[str]) -> int:
        names = set()
        start = len(self._prefix) + 2
        for kind in ("v", "x"):
            found = list(self._client.scan_iter(match=f"{_literal(self._prefix)}{kind}:*", count=1000))
            keys = self._keys_of(found)
            names |= {
                each[start:]
                for each, key in zip(found, keys, strict=True)
                if key and pattern.search(key.decode())
            }
        return int(self._forget(args=[self._prefix, *names])) if names else 0

    def _keys_of(self, found: list[bytes]) -> list[bytes | None]:
        with self._client.pipeline(transaction=False) as pipe:
            for each in found:
                pipe.hget(each, "k")
            keys: list[bytes | None] = pipe.execute()
        return keys

    def clear(self) -> None:
        """Forget everything, loads in flight included.

        Raises:
            CacheUnavailableError: The server can't be reached.
        """
        try:
            self._invalidate(args=[self._prefix, self._life * 2, _BY_PATTERN])
            for kind in "vxt":
                for each in self._client.scan_iter(match=f"{_literal(self._prefix)}{kind}:*", count=1000):
                    self._client.delete(each)
        except self._unavailable as error:
            raise _out_of_reach(error) from error

    def stats(self) -> CacheStats:
        """What this process has done with the cache so far."""
        with self._lock:
            return CacheStats(**{name: self._counts[name] for name in CacheStats.__struct_fields__})

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1


def _servable(error: BaseException, until: bytes | None) -> bool:
    failed = isinstance(error, errors.TransportError | errors.ServerError)
    return failed and until is not None and time.time() < float(until)


def _literal(prefix: str) -> str:
    """The prefix as a SCAN pattern that finds just itself."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", prefix)


def _out_of_reach(error: Exception) -> errors.CacheUnavailableError:
    return errors.CacheUnavailableError(
        f"the cache's Redis server can't be reached ({type(error).__name__}): "
        "stale values may be served until they expire"
    )
