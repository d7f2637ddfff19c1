"""Classifies path segments as values or names, by their form alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pactape.contracts.samples.value_forms import is_registrant, is_urn, kind_in_path

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = [
    "character_classes",
    "is_distinctive",
    "name_in_segment",
    "route_template",
    "segment_kinds",
    "stem_and_method",
]

#: Characters that would not be a part of a segment in a path or a template.
_DELIMITERS = re.compile(r"[/?#%{}]")
_EXTENSIONS = (".json", ".xml", ".html", ".yaml")
_EXTENSION = re.compile(
    r"(?P<stem>.+?)(?P<extension>(@[0-9]x)?"
    r"\.(json|xml|html|csv|ya?ml|txt|pdf|png|jpe?g|gif|svg|webp|mvt|pbf|ics|zip))"
)
#: A custom method after the name of a resource: "/documents/7:publish" (Google's AIP-136).
_METHOD = re.compile(r"(?P<stem>.+?)(?P<method>:[a-z][A-Za-z]{1,40})")
#: A key after the name of its set, as in OData (version 4.01, part 2, section 4.3.1).
_KEYED = re.compile(
    r"(?P<name>[A-Za-z_]\w*)\(([0-9]+|'[^']*'|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\)"
)
#: Segments after which a short number is a version rather than an id: "/api/2/users"; so it is in "/2/users". Below
#: an id, it is a version of that object: "/documents/7/version/2".
_VERSIONED = frozenset({"api", "rest", "version", "v"})
_LONGEST_VERSION = 2
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_VERSION = re.compile(r"[vV][0-9]+([._-][0-9]+)*((alpha|beta|rc)[0-9]*)?")
_CLASSES_OF_ID = 3


def segment_kinds(segments: list[str], known_ids: Container[int] = ()) -> list[str | None]:
    """Return the kind of each segment of a path; an API version has none.

    Args:
        segments: The segments of a path.
        known_ids: The indices of segments that are known to be ids, whatever their form.

    Example:
        >>> segment_kinds(["api", "2", "users", "7"]), segment_kinds(["3", "movie", "550"])
        ([None, None, None, 'id'], [None, None, 'id'])
    """
    kinds: list[str | None] = []
    for index, segment in enumerate(segments):
        before = segments[:index]
        is_version = not any(kinds) and _is_version(before, segment, segments[index + 1 :])
        is_known = index in known_ids or _is_subdomain(before, segment) or _is_in_doi(before, segment)
        kinds.append((None if is_version else _kind(segment)) or ("id" if is_known else None))
    return kinds


def is_distinctive(segment: str) -> bool:
    """Return whether a text that is an id somewhere is one at any position; a word may be a name elsewhere.

    Example:
        >>> is_distinctive("dX9TQoK-Ks"), is_distinctive("apollo"), is_distinctive("v2.1")
        (True, False, False)
    """
    if _VERSION.fullmatch(segment):
        return False
    return any(map(str.isdigit, segment)) or len(character_classes(segment)) >= _CLASSES_OF_ID


def name_in_segment(segment: str) -> str:
    """Return a segment in lower case and without a file extension, as it is compared with names in responses.

    Example:
        >>> name_in_segment("Apollo.json"), name_in_segment("v1.2")
        ('apollo', 'v1.2')
    """
    lower = segment.lower()
    extension = next((extension for extension in _EXTENSIONS if lower.endswith(extension)), "")
    return lower.removesuffix(extension)


def stem_and_method(segment: str) -> tuple[str, str]:
    """Return a segment without its custom method, and the method with its colon; empty if it has none.

    Example:
        >>> stem_and_method("gemini-2.0:countTokens"), stem_and_method("urn:a:b")
        (('gemini-2.0', ':countTokens'), ('urn:a:b', ''))
    """
    match = None if is_urn(segment) else _METHOD.fullmatch(segment)
    return (match["stem"], match["method"]) if match else (segment, "")


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
    return "id" if _KEYED.fullmatch(segment) else kind_in_path(_stem(segment)) or kind_in_path(segment)


def _is_version(before: list[str], segment: str, after: list[str]) -> bool:
    """Return whether a short number is a version: after "/api", or the first segment before a name.

    A date may be one, too, as in the paths of AWS: "/2015-03-31/functions".
    """
    if not (segment.isdigit() and len(segment) <= _LONGEST_VERSION) and not _DATE.fullmatch(segment):
        return False
    return before[-1].lower() in _VERSIONED if before else bool(after and after[0] and not _kind(after[0]))


def _is_subdomain(before: list[str], segment: str) -> bool:
    """Return whether a segment is a name in a domain before it: "/zones/a.test/records/www.a.test"."""
    return "." in segment and any("." in domain and segment.endswith(f".{domain}") for domain in before)


def _is_in_doi(before: list[str], segment: str) -> bool:
    """Return whether a segment is the second part of a DOI; a word is a list of the registrant: "10.5555/works"."""
    return bool(before and is_registrant(before[-1])) and any(map(str.isdigit, segment))


def _stem(segment: str) -> str:
    match = _ending(segment)
    return match["stem"] if match else segment


def _ending(segment: str) -> re.Match[str] | None:
    """Return the parts of a segment with a file extension or a custom method; None for any other."""
    return None if is_urn(segment) else _EXTENSION.fullmatch(segment) or _METHOD.fullmatch(segment)


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
        extension = segment.removeprefix(match["stem"]) if match and kind_in_path(match["stem"]) else ""
        parameter = f"{{{kind}{counts[kind] if counts[kind] > 1 else ''}}}"
        keyed = _KEYED.fullmatch(segment)
        parts.append(f"{keyed['name']}({parameter})" if keyed else f"{parameter}{extension}")
    return "/" + "/".join(parts)
