"""Parts of URLs (RFC 3986): origin, host, path, query, and which URLs lie below a base URL."""

from __future__ import annotations

from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

__all__ = [
    "authority",
    "is_base_url",
    "is_below",
    "is_loopback",
    "origin",
    "path_segments",
    "request_target",
    "split_url",
    "url_error",
    "without_credentials",
]

DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def split_url(url: str) -> SplitResult:
    """Return the parts of a URL.

    Raises:
        ValueError: It has a port or an address in brackets that isn't one; the message says which.
    """
    parts = urlsplit(url)
    _ = parts.port  # raises for what isn't a port
    return parts


def authority(url: str) -> str:
    """Return host and port of a URL, in lower case, without user and default port.

    Example:
        >>> authority("https://ann:pw@API.example.com:443/v1"), authority("http://[::1]:8080/")
        ('api.example.com', '[::1]:8080')
    """
    parts = split_url(url)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f"{shown}:{parts.port}"


def origin(url: str) -> str:
    """Return scheme, host and port of a URL: "https://api.example.com"."""
    return f"{split_url(url).scheme}://{authority(url)}"


def request_target(url: str) -> str:
    """Return path and query of a URL, as a request line has them: "/users?page=2"."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def path_segments(url: str) -> list[str]:
    """Return the decoded segments of a URL's path: ["users", "7"] of "http://a.test/users/7".

    Example:
        >>> path_segments("http://a.test/a%2Fb//"), path_segments("http://a.test")
        (['a/b', '', ''], [''])
    """
    return [unquote(each) for each in (urlsplit(url).path or "/").split("/")[1:]]


def is_below(url: str, base: str) -> bool:
    """Whether a URL is a base URL or lies below it, by whole segments of the path; schemes count.

    Example:
        >>> is_below("http://a.test/v1/users", "http://A.test:80/v1/")
        True
        >>> is_below("http://a.test/v10", "http://a.test/v1")
        False
    """
    return origin(url) == origin(base) and _path_is_below(urlsplit(url).path, urlsplit(base).path)


def is_base_url(text: str) -> bool:
    """Whether a text is an absolute http or https URL with a host."""
    return url_error(text) is None


def url_error(text: str) -> str | None:
    """Return why a text is not an absolute http or https URL; None when it is one."""
    try:
        parts = split_url(text)
    except ValueError as error:
        return str(error)
    if parts.scheme not in DEFAULT_PORTS:
        return "it has no scheme http or https"
    return None if parts.hostname else "it has no host"


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine, by its usual names and addresses."""
    host = urlsplit(url).hostname or ""
    return host in _LOOPBACK or _is_127(host) or host.endswith(".localhost")


def _is_127(host: str) -> bool:
    return host.startswith("127.") and host.replace(".", "").isdecimal()


def without_credentials(url: str) -> str:
    """Return a URL without user, password and query, for messages."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def _path_is_below(path: str, base: str) -> bool:
    folder = base.rstrip("/")
    return path == folder or path.startswith(f"{folder}/")
