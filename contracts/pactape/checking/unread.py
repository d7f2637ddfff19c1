"""Unread fields: the recorded response fields that no test and no model reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.inference.rules import below, map_key_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.inference.fields import ReadFields
    from pactape.contracts.inference.joined_shape import Shape

__all__ = ["unread_fields"]


def unread_fields(shape: Shape, fields: ReadFields, path: str = "$") -> Iterator[str]:
    """Yield the outermost paths of a shape that aren't read, in order.

    Example:
        >>> from pactape.contracts.inference.fields import read_fields
        >>> from pactape.contracts.inference.joined_shape import shape_of
        >>> list(unread_fields(shape_of([{"id": 1, "locale": "en"}]), read_fields([("id",)])))
        ['$.locale']
    """
    if shape.items is not None:
        yield from unread_fields(shape.items, fields.item(), f"{path}[*]")
    if map_key_pattern(shape.keys) is not None:
        return
    for key in sorted(shape.keys):
        if key in fields:
            yield from unread_fields(shape.keys[key], fields.key(key), below(path, key))
        else:
            yield below(path, key)
