"""The Host header: its form, and the names that a broker answers to."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from pactape.broker.http.protocol.messages import Problem

__all__ = ["check_host", "is_loopback"]

_FORM = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?\Z")


def is_loopback(host: str) -> bool:
    """Return whether an address or name means this machine alone.

    Example:
        >>> is_loopback("localhost"), is_loopback("[::1]"), is_loopback("evil.example")
        (True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(header: str, *, names: tuple[str, ...] | None, base_url: str | None) -> None:
    """Refuse a Host header that can't be one, or that names another server.

    A page of another site can have its own name resolve to this machine (DNS rebinding); what it can't choose
    freely is the name in this header.

    Args:
        header: The header's value.
        names: The names that the broker answers to beside those of this machine; None means all.
        base_url: The broker's configured address, whose host counts, too.

    Raises:
        Problem: 400, it is malformed; 421, it names another server.
    """
    found = _FORM.match(header)
    if found is None:
        raise Problem(400, "The Host header must be one host, with or without a port")
    if names is None and base_url is None:
        return
    name = found["name"].lower()
    known = {each.lower().strip("[]") for each in names or ()}
    if base_url is not None:
        known.add((urlsplit(base_url).hostname or "").lower())
    if not is_loopback(name) and name.strip("[]") not in known:
        raise Problem(421, "This server does not answer to that host name (pactape broker --base-url)")
