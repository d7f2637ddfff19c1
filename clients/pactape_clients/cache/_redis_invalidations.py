"""Invalidations on a Redis server, and the repetition of failed ones."""

from __future__ import annotations

import re
import uuid
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from pactape_clients.cache._entries import labels_of, pattern_of
from pactape_clients.cache._scripts import INVALIDATE, REMOVE
from pactape_clients.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape_clients.cache._redis_server import RedisServer

    Missed = tuple[list[str], int, re.Pattern[str] | None]

__all__ = ["RedisInvalidations", "stamped_label"]

_BY_TAG, _BY_PATTERN = 1, 2


class RedisInvalidations:
    """Invalidates entries on a server.

    Args:
        server: The server.
        prefix: The prefix of all the cache's names on the server.
        load_may_last: The longest time of a load in milliseconds.
    """

    def __init__(self, server: RedisServer, *, prefix: str, load_may_last: int) -> None:
        self._server = server
        self._prefix = prefix
        self._life = load_may_last * 2
        self._invalidate = server.client.register_script(INVALIDATE)
        self._remove = server.client.register_script(REMOVE)
        self._backlog: deque[Missed] = deque()

    def make(self, *, keys: Iterable[str], tags: Iterable[str], pattern: str | re.Pattern[str] | None) -> int:
        """Invalidate entries; see `Cache`. A failed invalidation is repeated later."""
        key_labels, tag_labels = labels_of(keys, tags)
        searched = None if pattern is None else pattern_of(pattern)
        scope = _BY_PATTERN if searched is not None else _BY_TAG if tag_labels else 0
        labels = [stamped_label(key_label) for key_label in (*key_labels, *tag_labels)]
        if not labels and not scope:
            return 0
        try:
            self.make_up()
            return int(self._server.run(lambda: self._run(labels, scope, searched)))
        except ClientError:
            self._backlog.append((labels, scope, searched))
            raise

    def make_up(self) -> None:
        """Repeat the invalidations that failed while the server couldn't be reached.

        Raises:
            CacheUnavailableError: It still can't be reached.
        """
        while self._backlog:
            first = self._backlog[0]
            self._server.run(partial(self._run, *first))
            with suppress(ValueError):  # another thread may have done this already
                self._backlog.remove(first)

    def _run(self, labels: list[str], scope: int, pattern: re.Pattern[str] | None) -> int:
        count = int(self._invalidate(args=[self._prefix, uuid.uuid4().hex, self._life, scope, *labels]))
        return count + (self._remove_found(pattern) if pattern is not None else 0)

    def _remove_found(self, pattern: re.Pattern[str]) -> int:
        entry_names = self._names("v")
        with self._server.client.pipeline(transaction=False) as pipe:
            for entry_name in entry_names:
                pipe.hget(entry_name, "k")
            keys: list[Any] = pipe.execute(raise_on_error=False)
        start = len(self._prefix.encode()) + 2
        names = [
            name[start:]
            for name, key in zip(entry_names, keys, strict=True)
            if isinstance(key, bytes) and pattern.search(key.decode("utf-8", "replace"))
        ]
        return int(self._remove(args=[self._prefix, *names])) if names else 0

    def clear(self) -> None:
        """Invalidate everything, loads in flight included.

        Raises:
            CacheUnavailableError: The server can't be reached.
        """
        self._server.run(self._remove_all)
        self._backlog.clear()

    def _remove_all(self) -> None:
        self._server.client.delete(f"{self._prefix}g")  # from now on, no load in progress can store its value
        for kind in "vltf":
            for name in self._names(kind):
                self._server.client.delete(name)

    def _names(self, kind: str) -> list[bytes]:
        literal = re.sub(r"([*?\[\]\\])", r"\\\1", self._prefix)
        return list(self._server.client.scan_iter(match=f"{literal}{kind}:*", count=1000))


def stamped_label(label: str) -> str:
    """Return a label without line breaks, which separate labels on the server."""
    return label.replace("%", "%25").replace("\n", "%0A")
