"""A response with its status and headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import urljoin

import msgspec

__all__ = ["Reply", "link_to"]

T = TypeVar("T")

_LINK = re.compile(
    r"<([^<>]*)>((?:\s*;\s*(?:[^\s=;,]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\",;\s]*))?)?)*)"
)
_PARAMETER = re.compile(r";\s*([^\s=;,]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|('[^']*'|[^\",;\s]*))")


class Reply(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A response: its value, its status and its headers.

    Args:
        value: The value as the caller's type.
        status: The HTTP status.
        headers: The HTTP headers, case-insensitive.
        url: The final URL, after redirects; without user and password.
    """

    value: T
    status: int
    headers: Mapping[str, str]
    url: str

    def __repr__(self) -> str:
        return f"Reply(value={self.value!r}, status={self.status})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("value", self.value), ("status", self.status)]

    @property
    def location(self) -> str | None:
        """The absolute URL of the Location header; None if it is missing or invalid."""
        return _absolute(self.url, self.headers.get("Location"))

    def link(self, relation: str) -> str | None:
        """Return the absolute URL of the Link header's entry with this relation (RFC 8288); None without one."""
        return _absolute(self.url, link_to(self.headers.get("Link", ""), relation))


def _absolute(base: str, target: str | None) -> str | None:
    try:
        return None if target is None else urljoin(base, target)
    except ValueError:
        return None


def link_to(header: str, relation: str) -> str | None:
    """Return the target of the first link with this relation; relations are lists, and case-insensitive.

    Example:
        >>> link_to('</a>; title="x, y"; rel="prev NEXT", </b>; REL=last', "next")
        '/a'
    """
    for target, parameters in _LINK.findall(header):
        by_name: dict[str, str] = {}
        for name, quoted, plain in _PARAMETER.findall(parameters):
            by_name.setdefault(name.lower(), quoted or plain.strip("'"))
        if "anchor" not in by_name and relation.lower() in by_name.get("rel", "").lower().split():
            return str(target)
    return None
