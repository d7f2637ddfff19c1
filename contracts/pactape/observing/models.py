"""Which JSON fields a model reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["field_paths"]

_Record = inspect.StructType | inspect.DataclassType | inspect.TypedDictType | inspect.NamedTupleType
_Array = (
    inspect.ListType | inspect.SetType | inspect.FrozenSetType | inspect.VarTupleType | inspect.CollectionType
)


def field_paths(model: Any) -> tuple[str, ...] | None:
    """The paths of the JSON fields that `model` reads, sorted; None when it reads all of them.

    Args:
        model: A msgspec struct, dataclass or TypedDict, or a list, tuple, set, optional or union of such;
            anything else reads everything.

    Example:
        >>> import msgspec
        >>> class User(msgspec.Struct, rename="camel"):
        ...     id: str
        ...     created_at: str
        >>> field_paths(User)
        ('createdAt', 'id')
        >>> field_paths(list[User])
        ('[].createdAt', '[].id')
    """
    if model is None:
        return None
    paths = set(_paths(inspect.type_info(model), prefix="", above=()))
    return None if "" in paths or not paths else tuple(sorted(paths))


def _paths(info: inspect.Type, *, prefix: str, above: tuple[inspect.Type, ...]) -> Iterator[str]:
    """The paths below `prefix`; a type that contains itself is read whole where it comes again."""
    if isinstance(info, inspect.UnionType):
        members = [each for each in info.types if not isinstance(each, inspect.NoneType)]
        for member in members:
            yield from _paths(member, prefix=prefix, above=above)
    elif isinstance(info, _Array):
        yield from _paths(info.item_type, prefix=f"{prefix}[]", above=above)
    elif isinstance(info, _Record) and info not in above:
        for field in info.fields:
            below = f"{prefix}.{field.encode_name}" if prefix else field.encode_name
            yield from _paths(field.type, prefix=below, above=(*above, info))
    else:
        yield prefix.removesuffix("[]")
