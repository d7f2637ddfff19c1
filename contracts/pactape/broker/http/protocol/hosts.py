"""Checks the Host header: its form, and the host names that a broker accepts."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from pactape.broker.http.protocol.messages import Problem

__all__ = ["check_host", "is_localhost"]

_FORM = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?\Z")


def is_localhost(host: str) -> bool:
    """Return whether a host is "localhost" itself or a loopback address.

    Stricter than `pactape.urls.is_loopback_host`: some resolvers send names below "localhost" elsewhere, and a
    broker without credentials must listen on this machine alone.

    Example:
        >>> is_localhost("localhost"), is_localhost("[::1]"), is_localhost("evil.example")
        (True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(header: str, *, names: tuple[str, ...] | None, base_url: str | None) -> None:
    """Reject a malformed Host header, or one with another server's name.

    Another site can make its own name resolve to this machine (DNS rebinding), but then this header contains that
    name.

    Args:
        header: The header's value.
        names: The host names accepted in addition to those of this machine; None accepts all.
        base_url: The broker's configured base URL, whose host is accepted, too.

    Raises:
        Problem: 400, it is malformed; 421, it is another server's name.
    """
    match = _FORM.match(header)
    if match is None:
        raise Problem(400, "The Host header must be one host, with or without a port")
    if names is None and base_url is None:
        return
    name = match["name"].lower()
    allowed_names = {name.lower().strip("[]") for name in names or ()}
    if base_url is not None:
        allowed_names.add((urlsplit(base_url).hostname or "").lower())
    if not is_localhost(name) and name.strip("[]") not in allowed_names:
        raise Problem(421, "This server is not configured for that host name (pactape broker --base-url)")
