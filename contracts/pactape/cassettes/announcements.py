"""What clients announce about their calls, and which recorded request each announcement is about."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.exchange import Call

__all__ = ["Announcement", "announce", "announced_for", "announcing", "withdraw"]


class Announcement:
    """A call that a client is about to make.

    Args:
        method: The HTTP method of the request that it will send.
        path: The route template or the path that the request's path will end with; None when unknown.
        call: What is known about it.
    """

    __slots__ = ("_pattern", "call", "method")

    def __init__(self, *, method: str, path: str | None, call: Call) -> None:
        self.method = method
        self.call = call
        self._pattern = re.compile(_pattern(path)) if path else None

    def fits(self, method: str, url: str) -> bool:
        """Whether the announcement is about this request, and not about, say, a token request in between."""
        if method != self.method:
            return False
        return self._pattern is None or self._pattern.search(urlsplit(url).path) is not None


_last: ContextVar[Announcement | None] = ContextVar("pactape_announcement", default=None)


def announce(announcement: Announcement) -> None:
    """Remember the call that this thread or task is about to make."""
    _last.set(announcement)


def withdraw() -> None:
    """Drop what this thread or task announced, so that it isn't attributed to a later test."""
    _last.set(None)


def announced_for(method: str, url: str) -> Call | None:
    """The call that this thread announced last, if it is about this request."""
    announcement = _last.get()
    return announcement.call if announcement is not None and announcement.fits(method, url) else None


@contextmanager
def announcing(announcement: Announcement) -> Iterator[None]:
    """Announce a call for the requests made inside the context."""
    token = _last.set(announcement)
    try:
        yield
    finally:
        _last.reset(token)


def _pattern(path: str) -> str:
    parts = re.split(r"(\{[^{}]*\})", path)
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts) + "$"
