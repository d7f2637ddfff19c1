"""Pickles errors with any content, because task queues and process pools pass them between processes."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

__all__ = ["copied", "picklable_parts", "restore"]

E = TypeVar("E", bound=BaseException)


def restore(kind: type[E], arguments: tuple[Any, ...], parts: Mapping[str, Any]) -> E:
    """Return an error with these parts; `__init__` isn't called, because a subclass may have other parameters."""
    error = kind.__new__(kind, *arguments)
    vars(error).update(parts)
    return error


def copied(error: E) -> E:
    """Return a shallow copy of an error."""
    return restore(type(error), error.args, vars(error))


def picklable_parts(error: BaseException) -> dict[str, Any]:
    """Return the parts of an error that can be pickled: no local class, lock or generator."""
    return {name: _picklable(value) for name, value in vars(error).items()}


def _picklable(value: Any) -> Any:
    if _can_be_pickled(value):
        return value
    if isinstance(value, msgspec.Struct):  # an operation whose model is a local class
        parts = {name: _picklable(getattr(value, name)) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **parts)
    if isinstance(value, Mapping):
        return {name: child for name, child in value.items() if _can_be_pickled(child)}
    return None


def _can_be_pickled(value: Any) -> bool:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 -- the caller's own objects may raise anything
        return False
    return True
