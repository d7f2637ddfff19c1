"""Finds the keys of responses that a contract can't require, because a path of Pact can't name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.pactfile.json_paths import can_be_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.inference.fields import ReadFields
    from pactape.contracts.inference.joined_shape import Shape

__all__ = ["unnamed_keys"]


def unnamed_keys(shape: Shape, fields: ReadFields) -> Iterator[str]:
    """Yield the keys that every response has and the consumer reads, but that no path can name: "", "it's".

    Args:
        shape: What the responses have in common.
        fields: The fields that the consumer reads.
    """
    if shape.items is not None:
        yield from unnamed_keys(shape.items, fields.item())
    for key in shape.required():
        if key not in fields:
            continue
        if can_be_named(key):
            yield from unnamed_keys(shape.keys[key], fields.key(key))
        else:
            yield key
