"""URLs: removing secrets, comparing servers, and checking a client's base URL."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from pactape_clients.caller_code.checks import is_instance
from pactape_clients.errors import UsageError

__all__ = ["Server", "keeps_credentials", "parse_server", "same_server", "shown", "with_user", "without_user"]

_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")
_PORTS = {"http": 80, "https": 443}


def shown(url: str) -> str:
    """Return a URL without possible secrets: user, password, query and fragment.

    Example:
        >>> shown("http://ada:pass@api.test:8080/graphql?key=k")
        'http://api.test:8080/graphql'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "***"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def without_user(url: str) -> str:
    """Return a URL without user and password.

    Example:
        >>> without_user("http://ada:pass@api.test/users?page=2")
        'http://api.test/users?page=2'
    """
    if "@" not in url:
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def with_user(url: str, of: str) -> str:
    """Return a URL with the user and password of another URL on the same server.

    Example:
        >>> with_user("http://api.test/users", "http://ada:pass@api.test/v1")
        'http://ada:pass@api.test/users'
    """
    user = urlsplit(of).netloc.rpartition("@")[0]
    if not user or not same_server(url, of):
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=f"{user}@{parts.netloc}").geturl()


def same_server(url: str, other: str) -> bool:
    """Return whether both URLs have the same scheme, host and port (RFC 6454 section 4).

    Example:
        >>> same_server("http://API.test/a", "http://api.test:80/b")
        True
    """
    return _origin(url) == _origin(other)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def keeps_credentials(url: str, target: str) -> bool:
    """Return whether a redirect may carry credentials: the same server, or the same host from http to https.

    Example:
        >>> keeps_credentials("http://api.test/a", "https://api.test/a")
        True
        >>> keeps_credentials("https://api.test/a", "http://api.test/a")
        False
    """
    if same_server(url, target):
        return True
    before, after = _origin(url), _origin(target)
    return before[1] == after[1] and (before[0], before[2], after[0], after[2]) == ("http", 80, "https", 443)


class Server(NamedTuple):
    """The parts of a client's URL.

    Args:
        url: The URL without a slash at its end.
        path: Its path; "/" if it has none.
        host: Its host.
        port: Its port; by default the scheme's.
        user_info: "user:password", or "" without them.
    """

    url: str
    path: str
    host: str
    port: int
    user_info: str


def parse_server(url: str) -> Server:
    """Check the URL of a server and return its parts.

    Raises:
        UsageError: It is not an http or https URL with a host.

    Example:
        >>> parse_server("https://api.test/v1/").port
        443
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except (ValueError, TypeError, AttributeError):
        parts, port = urlsplit(""), None
    if is_instance(url, str) and _BLANK.search(url):  # urlsplit would drop them
        raise UsageError(f"{shown(url)!r} contains white space or control characters. Fix: remove them")
    if parts.scheme not in _PORTS or not parts.hostname:
        text = shown(url) if is_instance(url, str) else type(url).__name__
        raise UsageError(f"{text!r} is not the URL of a server. Fix: begin it with http:// or https://")
    return Server(
        url.rstrip("/"),
        parts.path or "/",
        parts.hostname,
        port or _PORTS[parts.scheme],
        parts.netloc.rpartition("@")[0],
    )
