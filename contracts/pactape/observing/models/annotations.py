"""Type annotations, as far as they describe JSON values."""

from __future__ import annotations

import enum
import types
import typing
from typing import Annotated, Any, Literal, Union

__all__ = ["is_raw", "is_union", "plain_type", "reads_raw", "root_of", "takes_null", "texts_of"]

_WRAPPERS = (typing.Required, typing.NotRequired, typing.Final, typing.ClassVar)
#: Metadata of pydantic that reads a value before its type does.
_RAW_READERS = frozenset({"BeforeValidator", "Json", "PlainValidator", "WrapValidator"})


def plain_type(annotation: Any) -> Any:
    """Return a type without annotations, aliases and qualifiers."""
    inner = _unwrapped(annotation)
    while inner is not annotation:
        annotation, inner = inner, _unwrapped(inner)
    return annotation


def _unwrapped(annotation: Any) -> Any:
    """Return a type without its outermost annotation, alias or qualifier; the same type without one."""
    if typing.get_origin(annotation) in {Annotated, *_WRAPPERS}:
        return typing.get_args(annotation)[0]
    if hasattr(annotation, "__supertype__"):
        return annotation.__supertype__
    return annotation.__value__ if type(annotation).__name__ == "TypeAliasType" else annotation


def is_raw(annotation: Any) -> bool:
    """Return whether the consumer's code, or a parser of text, reads the raw value before it has a type."""
    while not isinstance(annotation, type):
        if typing.get_origin(annotation) is Annotated and any(map(reads_raw, annotation.__metadata__)):
            return True
        inner = _unwrapped(annotation)
        if inner is annotation:
            return False
        annotation = inner
    return False


def reads_raw(metadata: Any) -> bool:
    """Return whether metadata of an annotation, of pydantic, reads the raw value."""
    return type(metadata).__name__ in _RAW_READERS


def is_union(annotation: Any) -> bool:
    """Return whether a plain type is a union, including optional types."""
    return typing.get_origin(annotation) in {Union, types.UnionType}


def takes_null(annotation: Any) -> bool:
    """Return whether a type accepts null."""
    plain = plain_type(annotation)
    if typing.get_origin(plain) is Literal:
        return None in typing.get_args(plain)
    return is_union(plain) and any(arg is types.NoneType or takes_null(arg) for arg in typing.get_args(plain))


def texts_of(annotation: Any) -> list[str]:
    """Return the texts of a closed set of texts (`Literal`, `Enum`), sorted; empty for any other type.

    An enumeration with a `_missing_` hook is not closed.
    """
    values: list[Any] = []
    plain = plain_type(annotation)
    if isinstance(plain, enum.EnumMeta):
        if not any("_missing_" in vars(base) for base in plain.__mro__ if base is not enum.Enum):
            values = [member.value for member in dict[str, Any](plain.__members__).values()]
    elif typing.get_origin(plain) is Literal:
        values = [arg for arg in typing.get_args(plain) if arg is not None]
    return sorted(map(str, values)) if all(isinstance(value, str) for value in values) else []


def root_of(annotation: Any) -> Any:
    """Return the root type of a pydantic `RootModel`; None for any other type."""
    fields = getattr(annotation, "model_fields", None)
    is_root = isinstance(fields, dict) and getattr(annotation, "__pydantic_root_model__", False)
    return fields["root"].annotation if is_root and fields else None
