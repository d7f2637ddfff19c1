"""Caches with a time to live per entry, single flight, and invalidation that also affects loads in progress."""

from pactape_clients.cache._entries import (
    Cache,
    CacheStats,
    Expired,
    Invalidation,
    Loaded,
    full_key,
    is_outage,
    pattern_of,
)
from pactape_clients.cache._freezing import is_immutable
from pactape_clients.cache._guarded import guarded
from pactape_clients.cache._memory import TTLCache
from pactape_clients.cache._redis import RedisCache

__all__ = [
    "Cache",
    "CacheStats",
    "Expired",
    "Invalidation",
    "Loaded",
    "RedisCache",
    "TTLCache",
    "full_key",
    "guarded",
    "is_immutable",
    "is_outage",
    "pattern_of",
]
