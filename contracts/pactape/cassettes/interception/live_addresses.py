"""Live URLs: where requests are sent while recording, instead of the provider's URL in contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from pactape.urls import authority, is_base_url, is_below, split_url

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["connection_to", "live_address", "with_host"]


def live_address(url: str, live_urls: Mapping[str, str]) -> str | None:
    """Return the live URL for a URL below a provider's canonical base URL; None if there is none.

    Args:
        url: The URL of a request in the code under test.
        live_urls: Canonical base URL by live base URL.

    Example:
        >>> live_address("http://api.test/v1/users?page=2", {"http://127.0.0.1:8000": "http://api.test/v1"})
        'http://127.0.0.1:8000/users?page=2'
    """
    for live, canonical in live_urls.items():
        if is_base_url(url) and is_below(url, canonical) and not is_below(url, live):
            return live.rstrip("/") + url[_length_of_base(url, canonical) :]
    return None


def _length_of_base(url: str, canonical: str) -> int:
    """Return the length of a URL's part that is its canonical base URL; hosts may be written differently."""
    scheme, _, rest = url.partition("://")
    host = min((rest.find(delimiter) for delimiter in "/?#" if delimiter in rest), default=len(rest))
    return len(scheme) + 3 + host + len(split_url(canonical).path.rstrip("/"))


def connection_to(url: str, connection: Any) -> Any:
    """Return a new connection to the host of a URL, with the time-out and authorities of another connection."""
    parts = split_url(url)
    host, timeout = parts.hostname or "", getattr(connection, "timeout", None)
    if parts.scheme == "http":
        return HTTPConnection(host, parts.port, timeout=timeout)
    return HTTPSConnection(
        host,
        parts.port,
        timeout=timeout,
        cert_reqs=getattr(connection, "cert_reqs", None),
        ca_certs=getattr(connection, "ca_certs", None),
    )


def with_host(headers: Any, url: str) -> dict[str, Any]:
    """Return the headers of a request with the host of its live URL, if they contain a host."""
    return {
        name: authority(url) if name.lower() == "host" else value for name, value in dict(headers).items()
    }
