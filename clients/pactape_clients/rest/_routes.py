"""Route templates, their values, and the caching of their reads."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import check_number, is_instance
from pactape_clients.caller_code.values import tuple_of
from pactape_clients.encoding.parameters import DEFAULT_STYLE, ParameterStyle, path_segment, text_of
from pactape_clients.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Caching", "fill_key", "fill_path", "fill_text", "holds_every_placeholder", "placeholders"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Caching(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long and under which key a read is cached.

    Args:
        ttl: Seconds for which it is served without a request; with infinity, until it is invalidated.
        key: The entry's name, with the route's placeholders in it: "user:{id}"; None for the path, a hash of the
            query, and the server. Reads with different queries are cached separately under one name. With several
            placeholders, ":" in their values is escaped.
        tags: Labels for invalidation; may also contain placeholders.
        stale_if_error: Seconds beyond `ttl` for which it is served if no new response is available: the server or
            the token endpoint can't be reached, fails, limits the rate (429), or returns something other than the
            resource.
        revalidate_for: Seconds beyond `ttl` for which it is kept for revalidation with its ETag.
        missing_for: Seconds for which a 404 is cached; 0 to cache none.

    Raises:
        UsageError: A value is out of range.
    """

    ttl: float
    key: str | None = None
    tags: tuple[str, ...] = ()
    stale_if_error: float = 0.0
    revalidate_for: float = 0.0
    missing_for: float = 0.0

    @public
    def __post_init__(self) -> None:
        for name in ("ttl", "stale_if_error", "revalidate_for", "missing_for"):
            check_number(f"Caching.{name}", getattr(self, name))
        if self.key is not None and not (is_instance(self.key, str) and self.key):
            raise UsageError(f"Caching.key must be a string, not {self.key!r}")
        msgspec.structs.force_setattr(self, "tags", tuple_of("Caching.tags", self.tags, str, "strings"))


@lru_cache(maxsize=1024)
def placeholders(template: str) -> tuple[str, ...]:
    """Return the names in a template's braces, in order.

    Raises:
        UsageError: The template doesn't begin with a slash, or contains a query, a fragment or another brace.

    Example:
        >>> placeholders("/users/{id}/posts/{post}")
        ('id', 'post')
    """
    if not template.startswith("/"):
        raise UsageError(f"the route {template!r} must begin with a slash. Fix: {'/' + template!r}")
    if "?" in template or "#" in template:
        raise UsageError(f"the route {template!r} must be only a path. Fix: pass the parameters with query=")
    if not {"{", "}"}.isdisjoint(_PLACEHOLDER.sub("", template)):
        raise UsageError(
            f"the route {template!r} has a brace outside of a placeholder. Fix: use letters, digits and "
            "underscores in placeholders: {user_id}"
        )
    return tuple(_PLACEHOLDER.findall(template))


def fill_path(template: str, values: Mapping[str, object], style: ParameterStyle = DEFAULT_STYLE) -> str:
    """Return the template with each value filled in, escaped so that it stays one path segment.

    Raises:
        UsageError: A placeholder has no value, a value has no placeholder, or a value can't be written into a path
            or would change the path: None, empty, "." or "..".

    Example:
        >>> fill_path("/users/{id}", {"id": "a/../b?c"})
        '/users/a%2F..%2Fb%3Fc'
    """
    names = placeholders(template)
    if not all(is_instance(name, str) for name in values):
        raise UsageError(f"{template}: path= must have the names of placeholders as its keys")
    if set(names) != set(values):
        raise UsageError(
            f"{template} takes {', '.join(names) or 'no values'}, but path= gives {', '.join(values) or 'none'}"
        )
    if not names:
        return template
    segments = {name: path_segment(template, name, value, style) for name, value in values.items()}
    return _PLACEHOLDER.sub(lambda match: segments[match[1]], template)


def fill_key(template: str, values: Mapping[str, Any]) -> str:
    """Return a key with its placeholders filled in; with several, ":" in values is escaped to keep keys unique.

    Raises:
        UsageError: A placeholder is not in the route.

    Example:
        >>> fill_key("user:{id}", {"id": "a:1"}), fill_key("{a}:{b}", {"a": "x:y", "b": "z"})
        ('user:a:1', 'x%3Ay:z')
    """
    if len(_PLACEHOLDER.findall(template)) > 1:
        values = {
            name: text_of(name, value).replace("%", "%25").replace(":", "%3A")
            for name, value in values.items()
        }
    return fill_text(template, values)


def fill_text(template: str, values: Mapping[str, Any]) -> str:
    """Return a key or tag with its placeholders filled in, unescaped.

    Raises:
        UsageError: A placeholder is not in the route.
    """
    if unknown_names := set(_PLACEHOLDER.findall(template)) - values.keys():
        route = ", ".join(values) or "none"
        raise UsageError(
            f"{template!r} has the placeholder {min(unknown_names)!r}, but the route has {route}"
        )
    return _PLACEHOLDER.sub(lambda match: text_of(match[1], values[match[1]]), template)


def holds_every_placeholder(key: str, template: str) -> bool:
    """Return whether a key contains all placeholders of the route.

    Example:
        >>> holds_every_placeholder("user:{id}", "/users/{id}"), holds_every_placeholder("me", "/users/{id}")
        (True, False)
    """
    return set(placeholders(template)) <= set(_PLACEHOLDER.findall(key))
