"""Wraps a caller's own cache, so that its exceptions don't make reads fail."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pactape_clients.cache._memory import TTLCache
from pactape_clients.cache._redis import RedisCache
from pactape_clients.caller_code.callbacks import error_text, is_own, passes_through, without_frames
from pactape_clients.caller_code.checks import check_callable
from pactape_clients.errors import CacheUnavailableError, ClientError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from pactape_clients.cache._entries import Cache, CacheStats, Expired, Loaded

__all__ = ["guarded"]

logger = logging.getLogger(__name__)


def guarded(cache: Cache) -> Cache:
    """Return a cache whose failures are `ClientError`s; the caches of this package are returned unchanged.

    Raises:
        UsageError: The object is not a cache.
    """
    check_callable("cache.get_or_load", getattr(cache, "get_or_load", None))
    return cache if type(cache) in {TTLCache, RedisCache, _GuardedCache} else _GuardedCache(cache)


class _Load:
    """Runs a load, and keeps its outcome."""

    def __init__(self, load: Callable[[Expired | None], Loaded]) -> None:
        self._load = load
        self.loaded: Loaded | None = None
        self.failure: BaseException | None = None

    def __call__(self, expired: Expired | None) -> Loaded:
        try:
            self.loaded = self._load(expired)
        except BaseException as error:
            self.failure = error
            raise
        return self.loaded


class _GuardedCache:
    """Continues without the cache if it raises: reads are loaded, and a failed invalidation is an error."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.keeps_objects = bool(getattr(cache, "keeps_objects", False))

    def lookup(self, full_key: str) -> Any:
        try:
            return self._cache.lookup(full_key)
        except (KeyError, ClientError):
            raise
        except Exception as error:  # noqa: BLE001 -- the caller's own cache may raise anything
            self._report(error)
        raise KeyError(full_key)

    def get_or_load(
        self,
        key: str,
        load: Callable[[Expired | None], Loaded],
        *,
        namespace: str = "",
        tags: tuple[str, ...] = (),
    ) -> Any:
        loading = _Load(load)
        try:
            return self._cache.get_or_load(key, loading, namespace=namespace, tags=tags)
        except ClientError:
            raise
        except Exception as error:
            if error is loading.failure:
                raise
            self._report(error)
        return (load(None) if loading.loaded is None else loading.loaded).value

    def put(self, key: str, loaded: Loaded, *, namespace: str = "") -> None:
        self._run(lambda: self._cache.put(key, loaded, namespace=namespace))

    def invalidate(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        pattern: str | re.Pattern[str] | None = None,
    ) -> int:
        count: int = self._run(lambda: self._cache.invalidate(keys=keys, tags=tags, pattern=pattern))
        return count

    def clear(self) -> None:
        self._run(self._cache.clear)

    def stats(self) -> CacheStats:
        stats: CacheStats = self._run(self._cache.stats)
        return stats

    def _run(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except ClientError:
            raise
        except Exception as error:  # noqa: BLE001 -- as above
            self._report(error)
            failure = CacheUnavailableError(f"the cache {type(self._cache).__name__} {error_text(error)}")
            cause = without_frames(error) if is_own(error) else None
        raise failure from cause

    def _report(self, error: Exception) -> None:
        if passes_through(error):
            raise error
        logger.warning("the cache %s %s", type(self._cache).__name__, error_text(error))
