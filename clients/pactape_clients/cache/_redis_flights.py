"""Loads led by this process, and the encoding of values on a Redis server."""

from __future__ import annotations

import uuid

from pactape_clients.cache._entries import Expired
from pactape_clients.cache._redis_invalidations import stamped_label

__all__ = ["RedisFlight", "expired_of", "milliseconds"]

_LONGEST = 315_360_000_000  # milliseconds: ten years


class RedisFlight:
    """A load led by this process."""

    __slots__ = ("key", "labels", "moment", "name", "token")

    def __init__(self, name: str, key: str, tags: tuple[str, ...]) -> None:
        self.name = name
        self.key = key
        self.labels = list(dict.fromkeys([stamped_label(f"={key}"), *map(stamped_label, tags)]))
        self.token = uuid.uuid4().hex
        self.moment = b""


def expired_of(fields: list[bytes]) -> Expired | None:
    """Return the expired entry that the server returned when it made this process the leader."""
    if not fields:
        return None
    return Expired(value=fields[0], etag=fields[1].decode("latin-1") or None)


def milliseconds(seconds: float) -> int:
    """Return seconds as the server's milliseconds, at most ten years."""
    return int(min(max(seconds, 0.0) * 1000, _LONGEST))
