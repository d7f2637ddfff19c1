"""Addresses of servers: what of them may be shown, and whether two name the same server."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["same_server", "shown"]

_PORTS = {"http": 80, "https": 443}


def shown(url: str) -> str:
    """A URL without what may be secret in it: user, password, query and fragment.

    Example:
        >>> shown("http://ada:pass@api.test:8080/graphql?key=k")
        'http://api.test:8080/graphql'
    """
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def same_server(url: str, other: str) -> bool:
    """Whether both have one scheme, host and port (RFC 6454 section 4).

    Example:
        >>> same_server("http://API.test/a", "http://api.test:80/b")
        True
    """
    return _origin(url) == _origin(other)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
