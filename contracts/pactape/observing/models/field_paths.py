"""The JSON fields that a model reads, with its rules for them, as field paths."""

from __future__ import annotations

import collections.abc
import json
import types
import typing
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from pactape.observing.models.annotations import is_raw, is_union, plain_type, root_of, takes_null, texts_of
from pactape.observing.models.converters import PLAIN
from pactape.observing.models.record_types import RecordField, fields_of, forbids_others, is_opaque
from pactape.observing.models.unions import fits, fitting, join_alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.observing.models.converters import Reading

__all__ = ["field_paths"]

_ARRAYS = (
    list,
    set,
    frozenset,
    tuple,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Set,
    collections.abc.MutableSet,
    collections.abc.Iterable,
    collections.abc.Collection,
)
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
#: Characters that a key in a path must not contain.
_NOTATION = (".", "[", "{", "?", "|null", "=")


def field_paths(model: Any, reading: Reading = PLAIN, value: Any = None) -> tuple[str, ...] | None:
    """Return the paths of the JSON fields that `model` reads, sorted; None if it reads all of them.

    A path contains the model's rules for its field: "nick?" has a default, "nick|null" may be null, and
    'status=["open","paid"]' is one of these texts (`Literal`, `Enum`).

    Args:
        model: A msgspec struct, pydantic model, dataclass, attrs class, TypedDict or NamedTuple, or a list, tuple,
            set, optional or union of these; any other type reads everything.
        reading: The rules of the converter.
        value: The JSON value that is read; it decides which of several keys a field is read from.

    Example:
        >>> import msgspec
        >>> class User(msgspec.Struct, rename="camel"):
        ...     id: str
        ...     created_at: str | None = None
        >>> field_paths(User)
        ('createdAt|null?', 'id')
        >>> field_paths(list[User])
        ('[].createdAt|null?', '[].id')
    """
    if model is None:
        return None
    paths = set(_Walk(reading).paths(model, prefix="", above=(), values=(value,)))
    return None if "" in paths or not paths else tuple(sorted(paths))


class _Walk:
    """Walks the types of a model."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def paths(
        self, annotation: Any, *, prefix: str, above: tuple[Any, ...], values: tuple[Any, ...]
    ) -> Iterator[str]:
        """Return the paths below `prefix`; a recursive type counts as read completely where it recurs."""
        plain = plain_type(annotation)
        origin, arguments = typing.get_origin(plain), typing.get_args(plain)
        if is_raw(annotation):
            yield prefix.removesuffix("[]")
        elif is_union(plain):
            yield from self._union(
                [argument for argument in arguments if argument is not types.NoneType], prefix, above, values
            )
        elif origin is Literal or texts_of(plain):
            yield prefix
            if prefix and (texts := texts_of(plain)):
                yield f"{prefix}={json.dumps(texts, separators=(',', ':'))}"
        elif origin in _MAPPINGS and self._has_readable_values(arguments, values):
            yield from self._mapping(arguments[1], prefix, above, values)
        elif origin in _ARRAYS and arguments:
            yield from self._items(arguments, prefix, above, values)
        elif (model := root_of(plain)) is not None:
            yield from self.paths(model, prefix=prefix, above=above, values=values)
        else:
            yield from self._record(plain, prefix, above, values)

    def _record(
        self, record: Any, prefix: str, above: tuple[Any, ...], values: tuple[Any, ...]
    ) -> Iterator[str]:
        fields = fields_of(record)
        is_array = any(isinstance(value, list) for value in values)
        if fields is None or is_array or record in above or self._is_opaque(record):
            yield prefix.removesuffix("[]")
            return
        if forbids_others(record) or self._reading.forbids_others(record):
            yield f"{prefix}{{!}}"
        for field in _chosen(fields, values):
            yield from self._field(field, record, prefix, (*above, record), values)

    def _union(
        self, alternatives: list[Any], prefix: str, above: tuple[Any, ...], values: tuple[Any, ...]
    ) -> Iterator[str]:
        if len(alternatives) == 1:
            yield from self.paths(alternatives[0], prefix=prefix, above=above, values=values)
            return
        chosen = [
            list(
                self.paths(
                    alternative, prefix=prefix, above=above, values=self._values_of(alternative, values)
                )
            )
            for alternative in fitting(alternatives, values, self._reading)
        ]
        every = [
            list(self.paths(alternative, prefix=prefix, above=above, values=()))
            for alternative in alternatives
        ]
        yield from join_alternatives(chosen, every, prefix)

    def _values_of(self, annotation: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(value for value in values if fits(annotation, value, self._reading))

    def _has_readable_values(self, arguments: tuple[Any, ...], values: tuple[Any, ...]) -> bool:
        """Return whether a mapping's values are models, and the keys in the read values can be part of a path."""
        keys = [key for value in values if isinstance(value, dict) for key in value]
        is_named = bool(keys) and not any(mark in key for key in keys for mark in _NOTATION)
        return is_named and _holds_record(arguments[-1])

    def _mapping(
        self, model: Any, prefix: str, above: tuple[Any, ...], values: tuple[Any, ...]
    ) -> Iterator[str]:
        """Return the fields of each value; the keys are data, so none is required."""
        objects = [value for value in values if isinstance(value, dict)]
        for key in dict.fromkeys(key for value in objects for key in value):
            path = f"{prefix}.{key}?" if prefix else f"{key}?"
            below = tuple(value[key] for value in objects if key in value)
            yield from self.paths(model, prefix=path, above=above, values=below)

    def _is_opaque(self, record: Any) -> bool:
        return is_opaque(record) or self._reading.is_opaque(record)

    def _items(
        self, arguments: tuple[Any, ...], prefix: str, above: tuple[Any, ...], values: tuple[Any, ...]
    ) -> Iterator[str]:
        items = tuple(item for value in values if isinstance(value, list) for item in value)
        for argument in arguments:
            if argument is not Ellipsis:
                item = f"{prefix}[]{'|null' if takes_null(argument) else ''}"
                yield from self.paths(argument, prefix=item, above=above, values=items)

    def _field(
        self,
        field: RecordField,
        record: Any,
        prefix: str,
        above: tuple[Any, ...],
        values: tuple[Any, ...],
    ) -> Iterator[str]:
        *outer, last = field.path
        marks = f"{'|null' if takes_null(field.type) else ''}{'' if field.required else '?'}"
        steps = [prefix, *outer, f"{self._reading.key(record, last)}{marks}"]
        path = ".".join(filter(None, steps)).replace(".[]", "[]")
        if field.is_opaque:
            yield path
        else:
            below = tuple(_value_at(field.path, value) for value in values)
            yield from self.paths(field.type, prefix=path, above=above, values=below)


def _holds_record(annotation: Any) -> bool:
    """Return whether a type is a record, or an array or union of records."""
    plain = plain_type(annotation)
    if is_union(plain) or typing.get_origin(plain) in _ARRAYS:
        return any(map(_holds_record, typing.get_args(plain)))
    return fields_of(plain) is not None


def _chosen(fields: list[RecordField], values: tuple[Any, ...]) -> Iterator[RecordField]:
    """Yield the fields; of a field with alternative paths, the path that all objects have.

    If they have different ones, or if the values are unknown, none of the paths is required.
    """
    objects = [value for value in values if isinstance(value, dict)]
    chosen: dict[str, RecordField] = {}
    for field in fields:
        if objects and all(_value_at(field.path, value) is not None for value in objects):
            chosen.setdefault(field.alternative_of, field)
    for field in fields:
        if not field.alternative_of or chosen.get(field.alternative_of) is field:
            yield field
        elif field.alternative_of not in chosen:
            yield msgspec.structs.replace(field, required=False)


def _value_at(path: tuple[str, ...], value: Any) -> Any:
    """Return the value below some keys; None if there is none."""
    for key in path:
        if isinstance(value, list) and key == "[]":
            value = next(iter(value), None)
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value
