"""Path segments: which of them are values rather than names, by their form alone."""

from __future__ import annotations

import re

__all__ = ["route_template", "segment_kind"]

#: Forms of values, with the name that a parameter of this form gets. ulid: 26 characters of Crockford's base 32,
#: the first at most "7"; hex: digests and object ids; prefixed: "usr_8sKq2w1f"; token: letters and digits mixed.
_FORMS = (
    ("date", re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")),
    ("id", re.compile(r"[0-9]+")),
    ("id", re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")),
    ("id", re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")),
    ("id", re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{8,}")),
    ("id", re.compile(r"[a-z]{2,8}_(?=[a-zA-Z]*[0-9])[0-9a-zA-Z]{8,}")),
    ("id", re.compile(r"(?=[a-zA-Z]*[0-9])(?=[0-9]*[a-zA-Z])[0-9a-zA-Z]{16,}")),
)


def segment_kind(segment: str) -> str | None:
    """What kind of value a path segment is by its form: "id" or "date"; None for what may be a name.

    Args:
        segment: One segment, percent-encoding undone.

    Example:
        >>> segment_kind("42"), segment_kind("2026-01-31"), segment_kind("users"), segment_kind("v1")
        ('id', 'date', None, None)
    """
    return next((kind for kind, form in _FORMS if form.fullmatch(segment)), None)


def route_template(kinds: list[str | None], segments: list[str]) -> str:
    """A route template: each segment of a kind becomes a parameter, numbered when a name comes again.

    Args:
        kinds: The kind of each segment, None for one that stays.
        segments: As many.

    Example:
        >>> route_template([None, "id", None, "id"], ["users", "7", "posts", "9"])
        '/users/{id}/posts/{id2}'
    """
    seen: dict[str, int] = {}
    parts = []
    for kind, segment in zip(kinds, segments, strict=True):
        if kind is None:
            parts.append(segment)
            continue
        seen[kind] = seen.get(kind, 0) + 1
        parts.append(f"{{{kind}{seen[kind] if seen[kind] > 1 else ''}}}")
    return "/" + "/".join(parts)
