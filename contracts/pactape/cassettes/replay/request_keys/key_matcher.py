"""A vcrpy matcher for requests that are looked up by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcr.util import read_body

from pactape.http_bodies import sent_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.request_keys.request_key import RequestKey

__all__ = ["KeyMatcher", "sent_bytes"]


class KeyMatcher:
    """Compares a live request and a recorded one by their keys.

    Args:
        key_of: Returns the key of a request.
    """

    def __init__(self, key_of: Callable[[Any], RequestKey]) -> None:
        self._key_of = key_of

    def __call__(self, live: VcrRequest, recorded: VcrRequest) -> bool:
        """Return whether two requests have the same key."""
        return self.index_key(live) == self.index_key(recorded)

    def index_key(self, request: VcrRequest) -> bytes:
        """Return the key for the index."""
        return self._key_of(request).digest


def sent_bytes(request: VcrRequest) -> bytes | None:
    """Return a request's body as the bytes that are sent; None if it has none."""
    body = read_body(request)
    return body if body is None or isinstance(body, bytes) else sent_body(body).data
