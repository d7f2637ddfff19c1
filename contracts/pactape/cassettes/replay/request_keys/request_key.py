"""Request keys: equal for two requests if and only if the same recorded response is valid for both."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from pactape.cassettes.replay.request_keys.canonical_body import (
    canonical_body,
    canonical_bytes,
    canonical_query,
)
from pactape.cassettes.replay.request_keys.match_rules import MatchRules
from pactape.cassettes.scrubbing.filters import content_type_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.request_keys.match_rules import HostRules

__all__ = ["RequestKey"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = re.compile("%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aA]|5[fF]|6[1-9a-fA-F]|7[0-9aA]|7[eE])")
_ESCAPE = re.compile("%[0-9a-fA-F]{2}")
_NO_RULES = MatchRules()


class RequestKey:
    """The key of a request, computed from method, URL and body as returned by `RecordingFilter.for_matching`.

    Args:
        method: The HTTP method.
        uri: The absolute URL.
        body: The body; None without one.
        headers: The headers about the body.
        rules: The parts to ignore.

    Attributes:
        digest: A hash that equal requests share.
        request: The live request, as it was sent; None for recorded ones.
    """

    __slots__ = ("digest", "request")

    def __init__(
        self, method: str, uri: str, body: Any, headers: Mapping[str, Any], rules: MatchRules = _NO_RULES
    ) -> None:
        self.request: VcrRequest | None = None
        url, host_rules = _canonical_url(uri, rules)
        canonical = _body_bytes(body, headers, host_rules) if body else b""
        self.digest = blake2b(b"%s\n%s\n%s" % (method.encode(), url, canonical), digest_size=16).digest()


def _body_bytes(body: Any, headers: Mapping[str, Any], rules: HostRules) -> bytes:
    if rules.ignore_body:
        return b""
    value = canonical_body(body, content_type_of(headers), rules) if isinstance(body, bytes) else body
    return canonical_bytes(value)


@lru_cache(maxsize=4096)
def _canonical_url(uri: str, rules: MatchRules) -> tuple[bytes, HostRules]:
    """Return scheme, host, port, path and query in canonical form, and the rules of the host.

    The result is cached, because tests use few URLs many times.
    """
    parts = urlparse(uri)
    host_rules = rules.for_host(parts.netloc.rpartition("@")[2])
    try:
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:  # older recordings have IPv6 hosts without brackets
        return uri.encode("utf-8", "surrogateescape"), host_rules
    query = canonical_query(parts.query, host_rules) if parts.query else []
    canonical = (parts.scheme, parts.hostname, port, _canonical_path(parts.path), query or "")
    return repr(canonical).encode("utf-8", "surrogateescape"), host_rules


def _canonical_path(path: str) -> str:
    """Return a path with its escapes in one form (RFC 3986, section 6.2.2)."""
    if "%" in path:
        path = _UNRESERVED.sub(lambda escape: chr(int(escape.group(1), 16)), path)
        path = _ESCAPE.sub(lambda escape: escape.group().upper(), path)
    return path or "/"
