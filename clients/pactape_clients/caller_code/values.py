"""Reads containers from callers once, because they may change or raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape_clients.caller_code.callbacks import error_text, passes_through
from pactape_clients.caller_code.checks import is_instance
from pactape_clients.errors import ClientError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["dict_of", "tuple_of"]


def dict_of(name: str, mapping: Any, expected: str = "a mapping of strings") -> dict[Any, Any]:
    """Return a mapping as a new dictionary.

    Raises:
        UsageError: The value is not a mapping, or reading it raised.

    Example:
        >>> dict_of("headers", [])
        Traceback (most recent call last):
        pactape_clients.errors.UsageError: headers must be a mapping of strings, not list
    """
    if mapping.__class__ is dict:
        return dict(mapping)
    items = _read(name, lambda: dict(mapping.items()) if hasattr(mapping, "items") else None)
    if items is None:
        raise UsageError(f"{name} must be {expected}, not {type(mapping).__name__}")
    return dict(items)


def tuple_of(name: str, values: Any, kinds: type | tuple[type, ...], expected: str) -> tuple[Any, ...]:
    """Return several values as a tuple.

    Raises:
        UsageError: A single string, something that isn't iterable, a value of another kind, or reading them raised.
    """
    items = _read(
        name,
        lambda: (
            None if is_instance(values, (str, bytes)) or not hasattr(values, "__iter__") else tuple(values)
        ),
    )
    if items is None:
        raise UsageError(f"{name} must be a tuple of {expected}, not {type(values).__name__}")
    for item in items:
        if not isinstance(item, kinds) or is_instance(item, bool):
            raise UsageError(f"{name} must contain {expected}, not {type(item).__name__}")
    return tuple(items)


def _read(name: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except ClientError:
        raise
    except Exception as error:
        if passes_through(error):
            raise
        failure = UsageError(f"{name} can't be read: it {error_text(error)}")
    raise failure
