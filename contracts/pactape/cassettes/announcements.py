"""Announcements of clients about their calls, and their assignment to recorded requests."""

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
        method: The HTTP method of the request.
        path: The route template, or the end of the request's path; None if unknown.
        call: Information about the call.
    """

    __slots__ = ("_pattern", "call", "method")

    def __init__(self, *, method: str, path: str | None, call: Call) -> None:
        self.method = method
        self.call = call
        self._pattern = re.compile(_pattern(path)) if path else None

    def fits(self, method: str, url: str) -> bool:
        """Return whether the announcement is about this request, rather than, say, a token request in between."""
        if method != self.method:
            return False
        return self._pattern is None or self._pattern.search(urlsplit(url).path) is not None


_last: ContextVar[Announcement | None] = ContextVar("pactape_announcement", default=None)


def announce(announcement: Announcement) -> None:
    """Store the call that this thread or task is about to make."""
    _last.set(announcement)


def withdraw() -> None:
    """Discard the announcement of this thread or task, so that it isn't assigned to a later test."""
    _last.set(None)


def announced_for(method: str, url: str) -> Call | None:
    """Return the last call that this thread announced, if it is about this request."""
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
