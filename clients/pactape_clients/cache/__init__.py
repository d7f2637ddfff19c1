"""Caches with a time to live for each entry, single flight, and invalidation that no load in flight can undo."""

from pactape_clients.cache._entries import Cache, CacheStats, Invalidation, Kept, Loaded, pattern_of
from pactape_clients.cache._freezing import is_immutable
from pactape_clients.cache._memory import TTLCache
from pactape_clients.cache._redis import RedisCache

__all__ = [
    "Cache",
    "CacheStats",
    "Invalidation",
    "Kept",
    "Loaded",
    "RedisCache",
    "TTLCache",
    "is_immutable",
    "pattern_of",
]
