"""Allowed hosts, whose requests are neither recorded nor blocked."""

from __future__ import annotations

import ipaddress
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AllowedHosts", "is_numeric", "unusable_reason"]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AllowedHosts:
    """The entries of a marker's `allow` and of the setting `ignore_hosts`.

    Args:
        entries: Hosts ("db.example.com", "*.internal"), hosts with ports ("127.0.0.1:5432", "[::1]:80") and paths
            of Unix sockets or of folders above them ("/run/postgresql"). "localhost" also includes the loopback
            addresses.

    Example:
        >>> AllowedHosts(["*.internal", "localhost:8000"]).includes("127.0.0.1", 8000)
        True
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._hosts: set[tuple[str, str]] = set()
        self._paths: list[str] = []
        for entry in entries:
            self._add(entry)

    def __bool__(self) -> bool:
        return bool(self._hosts or self._paths)

    def includes(self, host: str, port: object) -> bool:
        """Return whether an address is allowed."""
        return any(
            allowed_port in {"", str(port)} and _fits(host.lower(), pattern)
            for pattern, allowed_port in self._hosts
        )

    def includes_name(self, host: str) -> bool:
        """Return whether any port of a host is allowed, so that its name may be resolved."""
        return any(_fits(host.lower(), pattern) for pattern, _ in self._hosts)

    def includes_path(self, path: str) -> bool:
        """Return whether a Unix socket is allowed."""
        return any(path == entry or path.startswith(f"{entry}/") for entry in self._paths)

    def includes_url(self, url: str) -> bool:
        """Return whether requests to a URL are allowed."""
        if not self._hosts:
            return False
        parts = urlsplit(url)
        try:
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        except ValueError:
            return False
        return self.includes(parts.hostname or "", port)

    def add_address(self, host: str, address: str) -> None:
        """Allow an address that the name of an allowed host was resolved to."""
        for pattern, port in list(self._hosts):
            if _fits(host.lower(), pattern):
                self._hosts.add((address, port))

    def _add(self, entry: str) -> None:
        self._paths.append(entry)
        host, port = _host_and_port(entry)
        names = _LOOPBACK if host == "localhost" else (host,)
        self._hosts.update((name, port) for name in names)


def unusable_reason(entry: str) -> str | None:
    """Return why no request can ever have an entry's host; None if one can.

    Example:
        >>> unusable_reason("https://api.example.com")
        'it is a URL, not a host'
    """
    if not entry.strip():
        return "it is empty"
    return "it is a URL, not a host" if "://" in entry else None


def is_numeric(host: str) -> bool:
    """Return whether a host is an IP address, which needs no resolver."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _host_and_port(entry: str) -> tuple[str, str]:
    """Return the host and port of an entry; None means any port."""
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        return host.lower(), rest.removeprefix(":")
    if entry.count(":") != 1:
        return entry.lower(), ""
    host, _, port = entry.partition(":")
    return host.lower(), port


def _fits(host: str, pattern: str) -> bool:
    return host == pattern or ("*" in pattern and fnmatchcase(host, pattern))
