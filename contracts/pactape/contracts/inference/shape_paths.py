"""Finds the values of samples by path expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.inference.rules import map_key_pattern
from pactape.pactfile.json_paths import below, can_be_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.inference.joined_shape import Shape

__all__ = ["Occurrence", "occurrences"]


class Occurrence(msgspec.Struct, frozen=True):
    """A value of a sample.

    Args:
        path: Its path expression.
        parent: The path of the object that has the value under a key; empty if it isn't under a key.
        value: The value.
    """

    path: str
    parent: str
    value: Any


def occurrences(value: Any, *, shape: Shape, path: str = "$", parent: str = "") -> Iterator[Occurrence]:
    """Yield every value in a sample, the sample itself first.

    Args:
        value: A JSON value that is a sample of `shape`.
        shape: The shape of all samples, which shows where keys are data.
        path: The value's path.
        parent: The path of the object that has it under a key.
    """
    yield Occurrence(path, parent, value)
    if isinstance(value, list) and shape.items is not None:
        for item in value:
            yield from occurrences(item, shape=shape.items, path=f"{path}[*]")
    elif isinstance(value, dict):
        is_map = map_key_pattern(shape.keys) is not None
        inner = shape.any_value() if is_map else None
        for key, child in value.items():
            if inner is not None:
                yield from occurrences(child, shape=inner, path=f"{path}.*")
            elif can_be_named(key):
                yield from occurrences(child, shape=shape.keys[key], path=below(path, key), parent=path)
