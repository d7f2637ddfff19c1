"""Discriminators: the keys that state which of several kinds an object is, and the keys that only one kind has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pactape.contracts.inference.joined_shape import Shape

__all__ = ["DISCRIMINATORS", "keys_of_one_kind"]

#: Keys that by convention state which of several kinds an object is.
DISCRIMINATORS = (
    "type",
    "kind",
    "object",
    "@type",
    "__typename",
    "resourceType",
    "event",
    "eventType",
    "_type",
)


def keys_of_one_kind(shape: Shape) -> frozenset[str]:
    """Return the keys that a discriminator names, as "text" in `{"type": "text", "text": {…}}`.

    Objects of another kind have another key in its place, so that in an array such a key is evidence of the kinds
    that were seen only (serde and JSON schemas call it an adjacently tagged union).

    Example:
        >>> from pactape.contracts.inference.joined_shape import shape_of
        >>> sorted(keys_of_one_kind(shape_of([{"type": "text", "text": {"content": "Hi"}, "href": None}])))
        ['text']
    """
    tags = (shape.keys[key].values for key in DISCRIMINATORS if key in shape.keys)
    return frozenset(text for values in tags for text in values or () if text in shape.keys)
