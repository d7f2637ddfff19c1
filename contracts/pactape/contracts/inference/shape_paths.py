"""The paths of a shape: every path expression below it, with what was seen there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.inference.rules import map_key_pattern
from pactape.contracts.inference.shape import Shape
from pactape.pactfile.json_paths import below, can_be_named

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Occurrence", "ShapePath", "occurrences", "shape_paths"]


class ShapePath(msgspec.Struct, frozen=True):
    """What was seen at a path.

    Args:
        shape: All that was seen there.
        optional: Whether an object was seen that lacks it.
    """

    shape: Shape
    optional: bool


def shape_paths(shape: Shape, *, like: Shape) -> dict[str, ShapePath]:
    """Return what was seen at each path expression of a shape, the root's "$" among them.

    Args:
        shape: Any shape.
        like: The shape of all samples: where its keys are data, those of `shape` are, too.
    """
    return dict(_walk(shape, like, "$")) if shape.kinds else {}


def _walk(shape: Shape, like: Shape, path: str) -> Iterator[tuple[str, ShapePath]]:
    yield path, ShapePath(shape, shape.optional)
    if shape.items is not None and like.items is not None:
        yield from _walk(shape.items, like.items, f"{path}[*]")
    if map_key_pattern(like.keys) is not None:
        if shape.keys:
            yield from _walk(shape.any_value(), like.any_value(), f"{path}.*")
        return
    for key, each in shape.keys.items():
        if can_be_named(key):
            yield from _walk(each, like.keys[key], below(path, key))


class Occurrence(msgspec.Struct, frozen=True):
    """A value of a sample.

    Args:
        path: Its path expression.
        parent: That of the object which has it as a key; empty where it is no key of an object.
        value: The value.
    """

    path: str
    parent: str
    value: Any


def occurrences(value: Any, *, like: Shape, path: str = "$", parent: str = "") -> Iterator[Occurrence]:
    """Yield every value in a sample, itself first.

    Args:
        value: A JSON value that `like` has seen.
        like: The shape of all samples, which says where keys are data.
        path: Where the value stands.
        parent: The path of the object which has it as a key.
    """
    yield Occurrence(path, parent, value)
    if isinstance(value, list) and like.items is not None:
        for each in value:
            yield from occurrences(each, like=like.items, path=f"{path}[*]")
    elif isinstance(value, dict):
        is_map = map_key_pattern(like.keys) is not None
        inner = like.any_value() if is_map else None
        for key, each in value.items():
            if inner is not None:
                yield from occurrences(each, like=inner, path=f"{path}.*")
            elif can_be_named(key):
                yield from occurrences(each, like=like.keys[key], path=below(path, key), parent=path)
