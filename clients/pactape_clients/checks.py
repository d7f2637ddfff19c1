"""Checks of settings, made when the settings are made."""

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
    """A keyword argument that a function doesn't have; a TypeError, as Python's own."""


def is_instance(value: object, kinds: type | tuple[type, ...]) -> bool:
    """Return whether a value is of a kind; for values that the types promise, and callers without a type checker.

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
    """Refuse a setting that is not a number within its range.

    Args:
        name: The setting, for the message.
        value: The value.
        least: The smallest value.
        whole: Whether it must be a whole number.
        finite: Whether it must be finite.
        above: Whether `least` itself is too small.

    Raises:
        UsageError: It isn't.

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
    """Refuse a setting that is not one of its choices.

    Raises:
        UsageError: It isn't.
    """
    if value not in choices:
        names = ", ".join(map(repr, choices))
        raise UsageError(f"{name} must be one of {names}, not {value!r}")


def check_kind(name: str, value: Any, kinds: type | tuple[type, ...], expected: str) -> None:
    """Refuse a value of another kind; it isn't shown, since it may be a secret.

    Raises:
        UsageError: It is of another kind.

    Example:
        >>> check_kind("path", "1", dict, "a mapping")
        Traceback (most recent call last):
        pactape_clients.errors.UsageError: path must be a mapping, not str
    """
    if not isinstance(value, kinds):
        raise UsageError(f"{name} must be {expected}, not {type(value).__name__}")


def check_callable(name: str, value: Any) -> None:
    """Refuse a value that can't be called.

    Raises:
        UsageError: It can't.
    """
    if not callable(value):
        raise UsageError(f"{name} must be a function, not {type(value).__name__}")
