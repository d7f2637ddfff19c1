"""Keys: what two requests have in common exactly when one recorded answer serves both."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from vcr.util import read_body

from pactape.cassettes.replay.canonical_body import meaning_of, query_meaning, spelled
from pactape.cassettes.scrubbing.filters import content_type_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vcr.request import Request as VcrRequest

__all__ = ["Asked", "key_of", "same_request"]

_PORTS = {"http": 80, "https": 443}


class Asked:
    """A live request as far as it decides which recorded one answers it.

    Args:
        method: The HTTP method.
        uri: Absolute, clean.
        body: Clean; None when there is none.
        headers: Those about the body, clean.
    """

    __slots__ = ("key",)

    def __init__(self, method: str, uri: str, body: Any, headers: Mapping[str, Any]) -> None:
        meaning = _meaning(body, headers) if body else b""
        self.key = blake2b(b"%s\n%s\n%s" % (method.encode(), _place(uri), meaning), digest_size=16).digest()


def key_of(request: VcrRequest | Asked) -> bytes:
    """What two requests share exactly when one answers for the other: method, place, query and body's meaning."""
    if isinstance(request, Asked):
        return request.key
    return Asked(request.method, request.uri, read_body(request), request.headers).key


def same_request(live: VcrRequest | Asked, recorded: VcrRequest) -> bool:
    """Whether a recorded request answers for a live one; vcrpy calls matchers with the live one first."""
    return key_of(live) == key_of(recorded)


same_request.index_key = key_of  # type: ignore[attr-defined]  # what the index looks for


def _meaning(body: Any, headers: Mapping[str, Any]) -> bytes:
    return spelled(meaning_of(body, content_type_of(headers)) if isinstance(body, bytes) else body)


@lru_cache(maxsize=4096)
def _place(uri: str) -> bytes:
    """Scheme, host, port, path and what the query means, in one spelling; tests ask for few URLs many times."""
    parts = urlparse(uri)
    port = parts.port or _PORTS.get(parts.scheme)
    query = query_meaning(parts.query) if parts.query else ""
    return repr((parts.scheme, parts.hostname, port, parts.path or "/", query)).encode()
