"""The types that a generic record's type variables stand for: `Page[User]`."""

from __future__ import annotations

import typing
from typing import Any

__all__ = ["type_arguments", "with_arguments"]


def type_arguments(record: Any) -> dict[Any, Any]:
    """Return the types that the type variables of a record, and of its bases, stand for.

    Example:
        >>> from typing import Generic, TypeVar
        >>> Item = TypeVar("Item")
        >>> class Page(Generic[Item]): ...
        >>> type_arguments(Page[int])
        {~Item: <class 'int'>}
    """
    origin = typing.get_origin(record) or record
    arguments: dict[Any, Any] = dict(
        zip(getattr(origin, "__parameters__", ()), typing.get_args(record), strict=False)
    )
    for base in getattr(origin, "__orig_bases__", ()):
        arguments |= {
            variable: with_arguments(argument, arguments)
            for variable, argument in type_arguments(base).items()
        }
    return arguments


def with_arguments(annotation: Any, arguments: dict[Any, Any]) -> Any:
    """Return a type in which type variables are replaced with what they stand for; unknown ones with `Any`."""
    if isinstance(annotation, typing.TypeVar):
        return arguments.get(annotation, annotation)
    variables = () if isinstance(annotation, type) else getattr(annotation, "__parameters__", ())
    if not variables:
        return annotation
    return annotation[tuple(arguments.get(variable, Any) for variable in variables)]
