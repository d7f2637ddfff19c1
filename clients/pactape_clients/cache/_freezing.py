"""Determines which types are immutable, so that one object may be served to every caller."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from msgspec import inspect

__all__ = ["is_immutable"]

_SCALARS = (
    inspect.NoneType,
    inspect.BoolType,
    inspect.IntType,
    inspect.FloatType,
    inspect.StrType,
    inspect.BytesType,
    inspect.DateTimeType,
    inspect.DateType,
    inspect.TimeType,
    inspect.TimeDeltaType,
    inspect.UUIDType,
    inspect.DecimalType,
    inspect.EnumType,
    inspect.LiteralType,
)


@lru_cache(maxsize=1024)
def is_immutable(model: Any) -> bool:
    """Return whether no value of this type can be changed, at any depth.

    Example:
        >>> is_immutable(tuple[str, ...]), is_immutable(list[str])
        (True, False)
    """
    try:
        return _frozen(inspect.type_info(model), ())
    except TypeError:
        return False


def _frozen(info: inspect.Type, outer: tuple[type, ...]) -> bool:
    if isinstance(info, _SCALARS):
        return True
    if isinstance(info, inspect.StructType):
        return _frozen_struct(info, outer)
    if isinstance(info, inspect.VarTupleType | inspect.FrozenSetType):
        return _frozen(info.item_type, outer)
    if isinstance(info, inspect.TupleType):
        return all(_frozen(item, outer) for item in info.item_types)
    if isinstance(info, inspect.UnionType):
        return all(_frozen(member, outer) for member in info.types)
    return isinstance(info, inspect.Metadata) and _frozen(info.type, outer)


def _frozen_struct(info: inspect.StructType, outer: tuple[type, ...]) -> bool:
    if info.cls in outer:
        return True
    if not info.cls.__struct_config__.frozen:
        return False
    return all(_frozen(field.type, (*outer, info.cls)) for field in info.fields)
