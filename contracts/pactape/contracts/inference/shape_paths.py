"""The places of a shape: every path expression below it, with what was seen there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.inference.rules import map_key_pattern
from pactape.contracts.inference.shape import Shape
from pactape.pactfile.json_paths import below, can_be_named

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Place", "places"]


class Place(msgspec.Struct, frozen=True):
    """What was seen at a path.

    Args:
        shape: All that was seen there.
        parents: How many objects could have had it; None where it is not a key of an object.
    """

    shape: Shape
    parents: int | None


def places(shape: Shape, *, like: Shape) -> dict[str, Place]:
    """All places of a shape by path expression, the root's "$" among them.

    Args:
        shape: Any shape.
        like: The shape of all samples: where its keys are data, those of `shape` are, too.
    """
    return dict(_places(shape, like, "$", None)) if shape.count else {}


def _places(shape: Shape, like: Shape, path: str, parents: int | None) -> Iterator[tuple[str, Place]]:
    yield path, Place(shape, parents)
    if shape.items is not None and like.items is not None:
        yield from _places(shape.items, like.items, f"{path}[*]", None)
    if map_key_pattern(like.keys) is not None:
        if shape.keys:
            yield from _places(shape.any_value(), like.any_value(), f"{path}.*", None)
        return
    objects = shape.kinds.get("object", 0)
    for key, each in shape.keys.items():
        if can_be_named(key):
            yield from _places(each, like.keys[key], below(path, key), objects)
