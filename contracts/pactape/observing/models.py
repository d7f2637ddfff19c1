"""Which JSON fields a model reads, and what it says of them, as field paths."""

from __future__ import annotations

import collections.abc
import enum
import json
import types
import typing
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pactape.observing.record_types import fields_of, forbids_others, is_opaque

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_WRAPPERS = (typing.Required, typing.NotRequired, typing.Final, typing.ClassVar)


def field_paths(model: Any) -> tuple[str, ...] | None:
    """Return the paths of the JSON fields that `model` reads, sorted; None when it reads all of them.

    A path says what the model says of its field: "nick?" has a default, "nick|null" may be null, and
    'status=["open","paid"]' is one of these texts (`Literal`, `Enum`).

    Args:
        model: A msgspec struct, pydantic model, dataclass, attrs class, TypedDict or NamedTuple, or a list, tuple,
            set, optional or union of such; anything else reads everything.

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
    paths = set(_paths(model, prefix="", above=()))
    return None if "" in paths or not paths else tuple(sorted(paths))


def _paths(declared: Any, *, prefix: str, above: tuple[Any, ...]) -> Iterator[str]:
    """The paths below `prefix`; a type that contains itself is read whole where it comes again."""
    plain = _plain(declared)
    origin, arguments = typing.get_origin(plain), typing.get_args(plain)
    if origin in {Union, types.UnionType}:
        for each in arguments:
            if each is not types.NoneType:
                yield from _paths(each, prefix=prefix, above=above)
    elif origin is Literal or isinstance(plain, enum.EnumMeta):
        yield prefix
        yield from _choices(plain, prefix)
    elif origin in _ARRAYS and arguments:
        yield from _items(arguments, prefix, above)
    elif (model := _root_of(plain)) is not None:
        yield from _paths(model, prefix=prefix, above=above)
    elif (fields := fields_of(plain)) is None or plain in above or is_opaque(plain):
        yield prefix.removesuffix("[]")
    else:
        if forbids_others(plain):
            yield f"{prefix}{{!}}"
        for field in fields:
            yield from _field(field, prefix, (*above, plain))


def _items(arguments: tuple[Any, ...], prefix: str, above: tuple[Any, ...]) -> Iterator[str]:
    for each in arguments:
        if each is not Ellipsis:
            yield from _paths(each, prefix=f"{prefix}[]{'|null' if _takes_null(each) else ''}", above=above)


def _field(field: Any, prefix: str, above: tuple[Any, ...]) -> Iterator[str]:
    *outer, last = field.path
    marks = f"{'|null' if _takes_null(field.type) else ''}{'' if field.required else '?'}"
    path = ".".join(filter(None, [prefix, *outer, f"{last}{marks}"])).replace(".[]", "[]")
    if field.is_opaque:
        yield path
    else:
        yield from _paths(field.type, prefix=path, above=above)


def _plain(declared: Any) -> Any:
    """A type without annotations, aliases and qualifiers."""
    while True:
        if typing.get_origin(declared) in {Annotated, *_WRAPPERS}:
            declared = typing.get_args(declared)[0]
        elif hasattr(declared, "__supertype__"):
            declared = declared.__supertype__
        elif type(declared).__name__ == "TypeAliasType":
            declared = declared.__value__
        else:
            return declared


def _takes_null(declared: Any) -> bool:
    plain = _plain(declared)
    if typing.get_origin(plain) is Literal:
        return None in typing.get_args(plain)
    return typing.get_origin(plain) in {Union, types.UnionType} and any(
        each is types.NoneType or _takes_null(each) for each in typing.get_args(plain)
    )


def _choices(declared: Any, prefix: str) -> Iterator[str]:
    """The texts that a closed set of texts has; an enumeration that finds values for others is not closed."""
    values: list[Any] = []
    if isinstance(declared, enum.EnumMeta):
        if not any("_missing_" in vars(each) for each in declared.__mro__ if each is not enum.Enum):
            values = [each.value for each in dict[str, Any](declared.__members__).values()]
    else:
        values = [each for each in typing.get_args(declared) if each is not None]
    if values and prefix and all(isinstance(each, str) for each in values):
        yield f"{prefix}={json.dumps(sorted(map(str, values)), separators=(',', ':'))}"


def _root_of(declared: Any) -> Any:
    """What a pydantic `RootModel` is declared as; None for any other type."""
    fields = getattr(declared, "model_fields", None)
    is_root = isinstance(fields, dict) and getattr(declared, "__pydantic_root_model__", False)
    return fields["root"].annotation if is_root and fields else None
