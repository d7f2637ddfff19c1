"""Discriminators: keys whose value says what kind an object is, and the keys that only one kind has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pactape.contracts.inference.joined_shape import Shape

__all__ = ["DISCRIMINATORS", "keys_of_one_kind"]

#: Keys whose value conventionally says what kind an object is.
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

    Objects of another kind have another key in its place, so in an array such a key only shows the kinds that were
    seen (serde and JSON schemas call this an adjacently tagged union).

    Example:
        >>> from pactape.contracts.inference.joined_shape import shape_of
        >>> sorted(keys_of_one_kind(shape_of([{"type": "text", "text": {"content": "Hi"}, "href": None}])))
        ['text']
    """
    tags = (shape.keys[key].values for key in DISCRIMINATORS if key in shape.keys)
    return frozenset(text for values in tags for text in values or () if text in shape.keys)
