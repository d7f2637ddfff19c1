"""The basis of all caches: entries, invalidations, statistics, and the interface."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from pactape_clients.caller_code.callbacks import error_text, is_own
from pactape_clients.caller_code.values import tuple_of
from pactape_clients.errors import (
    DecodeError,
    RateLimitedError,
    RedirectError,
    ServerError,
    TokenUnavailableError,
    TransportError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "Cache",
    "CacheStats",
    "Expired",
    "Invalidation",
    "Loaded",
    "full_key",
    "is_outage",
    "labels_of",
    "pattern_of",
]


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a load.

    Args:
        value: What to cache: an immutable object, or bytes.
        ttl: Seconds to serve it; with 0 or less it isn't cached; with infinity it never expires.
        tags: Labels for invalidation.
        etag: The version, with which a later load can check whether the value has changed; None without one.
        stale_for: Seconds beyond `ttl` for which it may still be served if a new load fails.
        revalidate_for: Seconds beyond `ttl` for which it is kept for revalidation with its `etag`, but not served.
    """

    value: Any
    ttl: float
    tags: tuple[str, ...] = ()
    etag: str | None = None
    stale_for: float = 0.0
    revalidate_for: float = 0.0

    @property
    def seconds_after_ttl(self) -> float:
        """Seconds beyond `ttl` for which the value is kept."""
        return max(self.stale_for, self.revalidate_for if self.etag else 0.0)


class Expired(msgspec.Struct, frozen=True, kw_only=True):
    """An entry past its time to live, for revalidation.

    Args:
        value: The cached value.
        etag: The version.
    """

    value: Any
    etag: str | None


class CacheStats(msgspec.Struct, frozen=True, kw_only=True):
    """The statistics of a cache since its creation.

    Args:
        hits: Values served from the cache.
        misses: Look-ups that found nothing.
        loads: Loads that were run; fewer than `misses` if callers shared a load.
        stale: Expired values served because a new load failed.
        dropped: Loads whose values were not stored because of an invalidation.
        errors: How often the cache's server couldn't be reached; 0 in memory.
    """

    hits: int = 0
    misses: int = 0
    loads: int = 0
    stale: int = 0
    dropped: int = 0
    errors: int = 0


class Invalidation(msgspec.Struct, frozen=True, kw_only=True):
    """The entries to invalidate.

    Args:
        labels: Entries with any of these labels; a label is a tag, or a key after "=".
        pattern: Entries whose key matches it; None for no pattern.
    """

    labels: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None

    @property
    def may_match_any(self) -> bool:
        """Whether it has a tag, which the result of any load in progress may have, too."""
        return any(not label.startswith("=") for label in self.labels)

    def matches(self, key: str, tags: Iterable[str]) -> bool:
        """Return whether an entry with this key and these tags is to be invalidated."""
        if f"={key}" in self.labels or not self.labels.isdisjoint(tags):
            return True
        return self.pattern is not None and self.pattern.search(key) is not None


class Cache(Protocol):
    """The interface of caches for reads; `TTLCache` and `RedisCache` implement it.

    If `keeps_objects` is true, the cache returns the same objects (so clients cache only immutable ones and bytes);
    otherwise it accepts bytes only.
    """

    keeps_objects: bool

    def lookup(self, full_key: str) -> Any:
        """Return the value at a full key (see `full_key`). Raises KeyError if there is none."""
        ...

    def get_or_load(
        self,
        key: str,
        load: Callable[[Expired | None], Loaded],
        *,
        namespace: str = "",
        tags: tuple[str, ...] = (),
    ) -> Any:
        """Return the value at `key` in `namespace`, loading it if needed; callers share a load.

        Args:
            key: The entry's name, equal in every namespace.
            load: Loads the value, given the expired entry if one is kept. All waiting callers get its failure.
            namespace: Separates the values of principals.
            tags: Labels known before loading; `Loaded.tags` may add more.
        """
        ...

    def put(self, key: str, loaded: Loaded, *, namespace: str = "") -> None:
        """Store a value without a load."""
        ...

    def invalidate(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        pattern: str | re.Pattern[str] | None = None,
    ) -> int:
        """Invalidate entries in every namespace, and prevent loads in progress from storing their results.

        Args:
            keys: Entries with exactly these keys.
            tags: Entries with any of these tags.
            pattern: A regular expression, searched for in each key; see `pattern_of`.

        Returns:
            The number of invalidated entries.

        Raises:
            CacheUnavailableError: The cache's server can't be reached.
        """
        ...

    def clear(self) -> None:
        """Invalidate everything, including loads in progress."""
        ...

    def stats(self) -> CacheStats:
        """Return the cache's statistics."""
        ...


def labels_of(keys: Iterable[str], tags: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the labels of keys and tags.

    Raises:
        UsageError: A single string is given instead of a list.
    """
    for name, values in (("keys", keys), ("tags", tags)):
        if isinstance(values, str):
            raise UsageError(f"{name} must be a list of strings, not {values!r}. Fix: {name}=[{values!r}]")
    key_texts, tag_texts = (
        tuple_of(name, values, str, "strings") for name, values in (("keys", keys), ("tags", tags))
    )
    return [f"={key}" for key in key_texts], list(tag_texts)


def full_key(namespace: str, key: str) -> str:
    """Return the full name of an entry: namespace and key, or the key alone without a namespace.

    Example:
        >>> full_key("", "user:1"), full_key("7bd6cc5bb5b2", "user:1")
        ('user:1', '7bd6cc5bb5b2 user:1')
    """
    return f"{namespace} {key}" if namespace else key


def pattern_of(pattern: str | re.Pattern[str]) -> re.Pattern[str]:
    """Return a compiled pattern for invalidation.

    A string is a regular expression that must end at the end of a word, so that "GetUser.*user-1" matches user-1
    and not user-10. Words consist of letters, digits, "_" and "-". A compiled pattern is used unchanged.

    Raises:
        UsageError: It is not a regular expression.

    Example:
        >>> bool(pattern_of("GetUser.*user-1").search('GetUser:{"id":"user-1"}'))
        True
        >>> bool(pattern_of("GetUser.*user-1").search('GetUser:{"id":"user-10"}'))
        False
    """
    if not isinstance(pattern, str):
        return pattern
    try:
        return re.compile(rf"(?:{pattern})(?![\w-])")
    except (re.error, RecursionError, OverflowError) as error:
        words = error_text(error) if is_own(error) else str(error)
        failure = UsageError(f"the pattern {str(pattern)!r} is not a regular expression: {words}")
    raise failure


def is_outage(error: BaseException) -> bool:
    """Return whether a failed load says nothing about the value, so that a stale value may be served."""
    return isinstance(
        error,
        TransportError | ServerError | RateLimitedError | TokenUnavailableError | DecodeError | RedirectError,
    )
