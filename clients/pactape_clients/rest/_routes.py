"""Route templates and what is filled into them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from pactape_clients.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Caching", "filled_key", "filled_path", "filled_text", "placeholders"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Caching(msgspec.Struct, frozen=True, kw_only=True):
    """How long and under what name a read is kept.

    Args:
        ttl: Seconds for which it is served without a request.
        key: The entry's name, with the route's placeholders in it: "user:{id}"; None takes the filled-in path
            with its query, a hash of its headers, and the server. A name of one's own must tell apart whatever they
            do; with several placeholders, ":" in their values is escaped.
        tags: Labels to invalidate it by; may hold placeholders too.
        stale_if_error: Seconds beyond `ttl` for which it is served when the server can't be reached or fails.
        revalidate_for: Seconds beyond `ttl` for which it is kept to ask the server, by its ETag, whether it has
            changed.
        missing_for: Seconds for which a 404 is remembered; 0 never remembers one.
    """

    ttl: float
    key: str | None = None
    tags: tuple[str, ...] = ()
    stale_if_error: float = 0.0
    revalidate_for: float = 0.0
    missing_for: float = 0.0


@lru_cache(maxsize=1024)
def placeholders(template: str) -> tuple[str, ...]:
    """The names in a template's braces, in order.

    Example:
        >>> placeholders("/users/{id}/posts/{post}")
        ('id', 'post')
    """
    return tuple(_PLACEHOLDER.findall(template))


def filled_path(template: str, values: Mapping[str, object]) -> str:
    """The template with each value escaped, so that none can leave its path segment.

    Raises:
        UsageError: A placeholder without a value, a value without a placeholder, or a value that would name
            another path: empty, "." or "..".

    Example:
        >>> filled_path("/users/{id}", {"id": "a/../b?c"})
        '/users/a%2F..%2Fb%3Fc'
    """
    names = placeholders(template)
    if set(names) != set(values):
        raise UsageError(
            f"{template} takes {', '.join(names) or 'no values'}; it was given {', '.join(values) or 'none'}"
        )
    filled = {name: _segment(template, name, str(value)) for name, value in values.items()}
    return _PLACEHOLDER.sub(lambda match: filled[match[1]], template)


def _segment(template: str, name: str, value: str) -> str:
    if value in {"", ".", ".."}:
        raise UsageError(f"{template}: {name}={value!r} would name another path; give a whole path segment")
    return quote(value, safe="")


def filled_key(template: str, values: Mapping[str, Any]) -> str:
    """A key with its placeholders filled; with several, ":" in their values is escaped so that no two meet.

    Example:
        >>> filled_key("user:{id}", {"id": "a:1"}), filled_key("{a}:{b}", {"a": "x:y", "b": "z"})
        ('user:a:1', 'x%3Ay:z')
    """
    if len(placeholders(template)) > 1:
        values = {name: str(value).replace("%", "%25").replace(":", "%3A") for name, value in values.items()}
    return filled_text(template, values)


def filled_text(template: str, values: Mapping[str, Any]) -> str:
    """A key or tag with its placeholders filled, unescaped; unknown ones are left as they are."""
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), template)
