"""Parts of URLs (RFC 3986): origin, host, path and query; whether a URL is below a base URL."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

__all__ = [
    "authority",
    "base_url_error",
    "is_base_url",
    "is_below",
    "is_loopback_host",
    "is_loopback_url",
    "origin",
    "path_segments",
    "request_target",
    "split_url",
    "url_error",
    "url_parts",
    "without_credentials",
]

DEFAULT_PORTS = {"http": 80, "https": 443}
_USER = re.compile("//[^/]*@")
#: Short forms of IPv4 loopback addresses, which resolvers understand: 127.1.
_SHORT_LOOPBACK = re.compile(r"127(\.\d+){1,3}")


@lru_cache(maxsize=4096)
def url_parts(url: str) -> SplitResult:
    """Return the parts of a URL without secrets, remembered: many modules ask for those of a recording's requests.

    Raises:
        ValueError: Its bracketed address is invalid.
    """
    return urlsplit(url)


def split_url(url: str) -> SplitResult:
    """Return the parts of a URL.

    Raises:
        ValueError: Its port or bracketed address is invalid; the message says which.
    """
    parts = urlsplit(url)
    _ = parts.port  # raises ValueError for an invalid port
    return parts


def authority(url: str) -> str:
    """Return the host and port of a URL, in lower case and ASCII (RFC 3490), without user and default port.

    Example:
        >>> authority("https://ann:pw@API.example.com:443/v1"), authority("http://[::1]:8080/")
        ('api.example.com', '[::1]:8080')
        >>> authority("https://bücher.example.com./")
        'xn--bcher-kva.example.com'
    """
    parts = split_url(url)
    host = _ascii_host((parts.hostname or "").rstrip("."))
    address = f"[{host}]" if ":" in host else host
    return address if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f"{address}:{parts.port}"


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:  # no valid name of a host
        return host


def origin(url: str) -> str:
    """Return scheme, host and port of a URL: "https://api.example.com"."""
    return f"{split_url(url).scheme}://{authority(url)}"


def request_target(url: str) -> str:
    """Return the path and query of a URL, as in a request line: "/users?page=2"."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def path_segments(url: str) -> list[str]:
    """Return the decoded segments of a URL's path: ["users", "7"] of "http://a.test/users/7".

    Example:
        >>> path_segments("http://a.test/a%2Fb//"), path_segments("http://a.test")
        (['a/b', '', ''], [''])
    """
    return [unquote(part) for part in (urlsplit(url).path or "/").split("/")[1:]]


def is_below(url: str, base: str) -> bool:
    """Return whether a URL equals a base URL or is below it, comparing schemes and whole path segments.

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
        return "its scheme is not http or https"
    return None if parts.hostname else "it has no host"


def base_url_error(text: str) -> str | None:
    """Return why a text is not an http or https URL that paths can follow; None when it is one.

    Example:
        >>> base_url_error("https://a.test/v1"), base_url_error("https://a.test/v1?page=2")
        (None, 'it has a query or a fragment')
    """
    return url_error(text) or ("it has a query or a fragment" if {"?", "#"} & set(text) else None)


def is_loopback_url(url: str) -> bool:
    """Return whether a URL's host is this machine, see `is_loopback_host`."""
    return is_loopback_host(urlsplit(url).hostname or "")


def is_loopback_host(host: str) -> bool:
    """Return whether a host is this machine, by a loopback name (RFC 6761, section 6.3) or address.

    Args:
        host: A name in lower case, or an address without brackets.

    Example:
        >>> is_loopback_host("api.localhost"), is_loopback_host("127.0.0.2"), is_loopback_host("10.0.0.1")
        (True, True, False)
    """
    if host == "localhost" or host.endswith(".localhost") or _SHORT_LOOPBACK.fullmatch(host):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def without_credentials(url: str) -> str:
    """Return a URL without user, password and query, for messages; also a malformed one.

    Example:
        >>> without_credentials("http://ann:pw@[::1/v1?key=a")
        'http://[::1/v1'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return _USER.sub("//", re.split("[?#]", url, maxsplit=1)[0])
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def _path_is_below(path: str, base: str) -> bool:
    folder = base.rstrip("/")
    return path == folder or path.startswith(f"{folder}/")
