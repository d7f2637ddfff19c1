"""Closed objects: a model that refuses other keys (pydantic's `extra="forbid"`) is broken by a new field.

Pact lets answers have more keys than the example, unless a pattern (`eachKey`) matches the keys. The engine then
requires no key any more, so an expectation that closes objects is added to the one that requires keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.contracts.inference.rules import Expectation, Rule, all_of, map_key_pattern
from pactape.pactfile.json_paths import below
from pactape.pactfile.patterns import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.inference.fields import ReadFields
    from pactape.contracts.inference.joined_shape import Shape

__all__ = ["close"]


def close(expectation: Expectation, shape: Shape, fields: ReadFields) -> Expectation | None:
    """Return the expectation with closed objects that have no keys but those of their model; None without any.

    An object stays open when a sample has other keys in it.

    Args:
        expectation: The expectation for `shape` and `fields`.
        shape: All samples.
        fields: The fields that the consumer reads.

    Example:
        >>> from pactape.contracts.inference.fields import read_fields
        >>> from pactape.contracts.inference.rules import expect
        >>> from pactape.contracts.inference.joined_shape import shape_of
        >>> fields, shape = read_fields([("id", "{!}")]), shape_of([{"id": 1}])
        >>> close(expect(shape, {"id": 1}, fields), shape, fields).rules["$"]["matchers"][0]["match"]
        'eachKey'
    """
    rules = dict(_closed(expectation.example, shape, fields, "$"))
    return Expectation(expectation.example, expectation.rules | rules) if rules else None


def _closed(example: Any, shape: Shape, fields: ReadFields, path: str) -> Iterator[tuple[str, Rule]]:
    if isinstance(example, list) and example and shape.items is not None:
        yield from _closed(example[0], shape.items, fields.item(), f"{path}[*]")
    elif isinstance(example, dict) and map_key_pattern(shape.keys) is None:
        if fields.is_closed and shape.keys.keys() <= fields.names:
            pattern = f"^({'|'.join(escaped(name) for name in sorted(fields.names))})$"
            yield path, all_of({"match": "eachKey", "rules": [{"match": "regex", "regex": pattern}]})
        for key, value in example.items():
            yield from _closed(value, shape.keys[key], fields.key(key), below(path, key))
