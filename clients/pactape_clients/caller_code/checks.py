"""Checks settings when they are created."""

from __future__ import annotations

import math
from typing import Any

from pactape_clients.errors import UsageError

__all__ = [
    "UnknownOptionError",
    "check_callable",
    "check_choice",
    "check_kind",
    "check_number",
    "is_instance",
]


class UnknownOptionError(TypeError):
    """An unknown keyword argument; also a TypeError, as in Python."""


def is_instance(value: object, kinds: type | tuple[type, ...]) -> bool:
    """Return whether a value has a type; for annotated values, because callers may not use a type checker.

    Example:
        >>> is_instance("1", str), is_instance(None, (int, str))
        (True, False)
    """
    return isinstance(value, kinds)


def check_number(
    name: str,
    value: Any,
    *,
    least: float = 0.0,
    whole: bool = False,
    finite: bool = False,
    above: bool = False,
) -> None:
    """Check that a setting is a number within its range.

    Args:
        name: The setting's name, for the message.
        value: The value.
        least: The smallest value.
        whole: Whether it must be a whole number.
        finite: Whether it must be finite.
        above: Whether `least` itself is too small.

    Raises:
        UsageError: It is not.

    Example:
        >>> check_number("Caching.ttl", "300")
        Traceback (most recent call last):
        pactape_clients.errors.UsageError: Caching.ttl must be a number of at least 0, not '300'
    """
    kinds = int if whole else (int, float)
    right = isinstance(value, kinds) and not isinstance(value, bool) and not math.isnan(value)
    if right and value >= least and not (above and value == least) and not (finite and math.isinf(value)):
        return
    kind = "a whole number" if whole else "a finite number" if finite else "a number"
    limit = f"above {least:g}" if above else f"of at least {least:g}"
    raise UsageError(f"{name} must be {kind} {limit}, not {value!r}")


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Check that a setting is one of its choices.

    Raises:
        UsageError: It is not.
    """
    if value not in choices:
        names = ", ".join(map(repr, choices))
        raise UsageError(f"{name} must be one of {names}, not {value!r}")


def check_kind(name: str, value: Any, kinds: type | tuple[type, ...], expected: str) -> None:
    """Check the type of a value, which the message omits, because it may be a secret.

    Raises:
        UsageError: It has another type.

    Example:
        >>> check_kind("path", "1", dict, "a mapping")
        Traceback (most recent call last):
        pactape_clients.errors.UsageError: path must be a mapping, not str
    """
    if not isinstance(value, kinds):
        raise UsageError(f"{name} must be {expected}, not {type(value).__name__}")


def check_callable(name: str, value: Any) -> None:
    """Check that a value is callable.

    Raises:
        UsageError: It is not.
    """
    if not callable(value):
        raise UsageError(f"{name} must be a function, not {type(value).__name__}")
