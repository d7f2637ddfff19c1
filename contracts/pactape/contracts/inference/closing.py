"""Closes objects whose model rejects other keys (pydantic's `extra="forbid"`), as a new field would break it.

Pact lets responses have more keys than the example, unless a pattern (`eachKey`) restricts the keys. The engine
then requires no key, so the expectation that closes objects is a second one, beside the one that requires keys.
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
    """Return the expectation whose closed objects allow only their model's keys; None if no object is closed.

    An object stays open if a sample has other keys in it.

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
    rules = dict(_close_value(expectation.example, shape, fields, "$"))
    return Expectation(expectation.example, expectation.rules | rules) if rules else None


def _close_value(example: Any, shape: Shape, fields: ReadFields, path: str) -> Iterator[tuple[str, Rule]]:
    if isinstance(example, list) and example and shape.items is not None:
        yield from _close_value(example[0], shape.items, fields.item(), f"{path}[*]")
    elif isinstance(example, dict) and map_key_pattern(shape.keys) is None:
        if fields.is_closed and shape.keys.keys() <= fields.names:
            pattern = f"^({'|'.join(escaped(name) for name in sorted(fields.names))})$"
            yield path, all_of({"match": "eachKey", "rules": [{"match": "regex", "regex": pattern}]})
        for key, value in example.items():
            yield from _close_value(value, shape.keys[key], fields.key(key), below(path, key))
