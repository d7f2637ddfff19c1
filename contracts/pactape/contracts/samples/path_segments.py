"""Classifies path segments as values or names, by their form alone."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = [
    "PLACEHOLDER",
    "character_classes",
    "is_distinctive",
    "route_template",
    "segment_kind",
    "segment_kinds",
]

#: Replaces a secret in a recording.
PLACEHOLDER = "(scrubbed)"
#: Forms of values, with the name that a parameter of this form gets. ulid: 26 characters of Crockford's base 32,
#: the first at most "7"; hex: digests and object ids; prefixed: "usr_8sKq2w1f"; token: letters and digits mixed,
#: base64url with letters of both cases and digits; digest: "sha256:9f86…"; number: "1803-2427"; version: "1.2.3".
_FORMS = (
    (
        "date",
        re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([Tt ][0-9:.]+([Zz]|[+-][0-9:]+)?)?"),
    ),
    ("id", re.compile(r"[0-9]+")),
    ("id", re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")),
    ("id", re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")),
    ("id", re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{8,}")),
    ("id", re.compile(r"[a-z]{2,8}_(?=[a-zA-Z]*[0-9])[0-9a-zA-Z]{8,}")),
    ("id", re.compile(r"(?=[a-zA-Z]*[0-9])(?=[0-9]*[a-zA-Z])[0-9a-zA-Z]{16,}")),
    ("id", re.compile(r"(?=[^0-9]*[0-9])(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[0-9A-Za-z_-]{20,}={0,2}")),
    ("id", re.compile(r"[a-z0-9]+:[0-9a-f]{32,}")),
    ("id", re.compile(r"(?=(?:-?[0-9]){7,}[xX]?$)[0-9]+(-[0-9]+)+[xX]?")),
    ("id", re.compile(re.escape(PLACEHOLDER))),
    ("version", re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.+-]*)?")),
    ("email", re.compile(r"[^@\s]+@(?![0-9]x\.)[^@\s]+\.[A-Za-z]{2,}")),  # "0@2x.png" is a picture
)
#: Characters that would not be a part of a segment in a path or a template.
_DELIMITERS = re.compile(r"[/?#%{}]")
_EXTENSION = re.compile(r"(?P<stem>.+)(?P<extension>\.(json|xml|html|csv|yaml|txt))")
#: A custom method after the name of a resource: "/documents/7:publish" (Google's AIP-136).
_METHOD = re.compile(r"(?P<stem>.+?)(?P<method>:[a-z][A-Za-z]+)")
#: A key after the name of its set, as in OData (version 4.01, part 2, section 4.3.1).
_KEYED = re.compile(
    r"(?P<name>[A-Za-z_]\w*)\(([0-9]+|'[^']*'|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\)"
)
#: Segments after which a short number is a version rather than an id: "/api/2/users"; so it is in "/2/users".
_VERSIONED = frozenset({"api", "rest", "version", "v"})
_LONGEST_VERSION = 2
_VERSION = re.compile(r"[vV][0-9]+([._-][0-9]+)*((alpha|beta|rc)[0-9]*)?")
_CLASSES_OF_ID = 3


@lru_cache(maxsize=4096)
def segment_kind(segment: str) -> str | None:
    """Return the kind of value that a path segment looks like: "id", "date"; None if it may be a name.

    Args:
        segment: One segment, percent-encoding undone.

    Example:
        >>> segment_kind("42"), segment_kind("2026-01-31"), segment_kind("users"), segment_kind("v1")
        ('id', 'date', None, None)
    """
    return next((kind for kind, form in _FORMS if form.fullmatch(segment)), None)


def segment_kinds(segments: list[str]) -> list[str | None]:
    """Return the kind of each segment of a path; an API version has none.

    Example:
        >>> segment_kinds(["api", "2", "users", "7"]), segment_kinds(["3", "movie", "550"])
        ([None, None, None, 'id'], [None, None, 'id'])
    """
    return [
        None if _is_version(segments[:index], segment, segments[index + 1 :]) else _kind(segment)
        for index, segment in enumerate(segments)
    ]


def is_distinctive(segment: str) -> bool:
    """Return whether a text that is an id somewhere is one at any position; a word may be a name elsewhere.

    Example:
        >>> is_distinctive("dX9TQoK-Ks"), is_distinctive("apollo"), is_distinctive("v2.1")
        (True, False, False)
    """
    if _VERSION.fullmatch(segment):
        return False
    return any(map(str.isdigit, segment)) or len(character_classes(segment)) >= _CLASSES_OF_ID


def character_classes(text: str) -> set[str]:
    """Return the classes of characters in a text."""
    return {
        "digit"
        if character.isdigit()
        else "upper"
        if character.isupper()
        else "lower"
        if character.islower()
        else "mark"
        for character in text
    }


@lru_cache(maxsize=4096)
def _kind(segment: str) -> str | None:
    return "id" if _KEYED.fullmatch(segment) else segment_kind(_stem(segment))


def _is_version(before: list[str], segment: str, after: list[str]) -> bool:
    """Return whether a short number is a version: after "/api", or the first segment before a name."""
    if not (segment.isdigit() and len(segment) <= _LONGEST_VERSION):
        return False
    return before[-1].lower() in _VERSIONED if before else bool(after and after[0] and not _kind(after[0]))


def _stem(segment: str) -> str:
    match = _ending(segment)
    return match["stem"] if match else segment


def _ending(segment: str) -> re.Match[str] | None:
    """Return the parts of a segment with a file extension or a custom method; None for any other."""
    return _EXTENSION.fullmatch(segment) or _METHOD.fullmatch(segment)


def route_template(kinds: list[str | None], segments: list[str]) -> str:
    """Return a route template: each segment with a kind becomes a parameter; repeated names are numbered.

    Args:
        kinds: The kind of each segment, None for one that stays.
        segments: The segments. A file extension or custom method stays, and so does the name before a key in
            parentheses.

    Example:
        >>> route_template([None, "id", None, "id"], ["users", "7", "posts", "9.json"])
        '/users/{id}/posts/{id2}.json'
        >>> route_template([None, None], ["kernels", "linode/latest"])
        '/kernels/linode%2Flatest'
    """
    counts: dict[str, int] = {}
    parts = []
    for kind, segment in zip(kinds, segments, strict=True):
        if kind is None:
            parts.append(_DELIMITERS.sub(lambda match: f"%{ord(match[0]):02X}", segment))
            continue
        counts[kind] = counts.get(kind, 0) + 1
        match = _ending(segment)
        extension = segment.removeprefix(match["stem"]) if match and segment_kind(match["stem"]) else ""
        parameter = f"{{{kind}{counts[kind] if counts[kind] > 1 else ''}}}"
        keyed = _KEYED.fullmatch(segment)
        parts.append(f"{keyed['name']}({parameter})" if keyed else f"{parameter}{extension}")
    return "/" + "/".join(parts)
