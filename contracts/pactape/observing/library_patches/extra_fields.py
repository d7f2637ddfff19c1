"""Fields that pydantic's models have beyond the declared ones (`extra="allow"`), and which of them are read."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from pactape.observing.models.record_types import pydantic_fields
from pactape.observing.plain_values import plain
from pactape.observing.tracking import TrackedObject, track
from pactape.observing.usage import ITEM, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.observing.library_patches.replacing import Replacements

__all__ = ["observe_extra_field_encoders", "observe_extra_fields"]

_EXTRA = "__pydantic_extra__"
_Instance = TypeVar("_Instance")


def observe_extra_fields(instance: _Instance, usage: Usage | None) -> _Instance:
    """Record which of their extra fields are read of the models in a value.

    Args:
        instance: A model, or an array or object of models.
        usage: The usage of the JSON value that it was made of; None if that isn't a response's.

    Returns:
        The same value.
    """
    extra = getattr(instance, _EXTRA, None)
    if usage is not None and extra and not isinstance(extra, TrackedObject):
        object.__setattr__(instance, _EXTRA, track(dict(extra), usage))
    for step, child in _children(instance) if usage is not None else ():
        observe_extra_fields(child, usage.find(step) if usage is not None else None)
    return instance


def observe_extra_field_encoders(replacements: Replacements, model: Any) -> None:
    """Observe that models read their extra fields to encode them, and not to print them.

    Args:
        replacements: The patches.
        model: pydantic's `BaseModel`.
    """
    for name in ("model_dump", "model_dump_json"):
        replacements.attribute(model, name, _dumping)
    replacements.attribute(model, "__repr_args__", _printing)


def _children(instance: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values in a model, array or object, each with its step in the JSON value."""
    instance = getattr(instance, "root", instance) if _is_root_model(instance) else instance
    if isinstance(instance, list | tuple):
        yield from ((ITEM, item) for item in instance)
    elif isinstance(instance, dict):
        yield from ((str(key), value) for key, value in instance.items())
    elif hasattr(instance, _EXTRA):
        for name, field in pydantic_fields(type(instance)).items():
            alias = field.validation_alias
            yield alias if isinstance(alias, str) else name, getattr(instance, name, None)


def _is_root_model(instance: Any) -> bool:
    """Return whether a value is a model whose JSON value is that of its only field."""
    return bool(getattr(type(instance), "__pydantic_root_model__", False))


def _dumping(original: Any) -> Any:
    @wraps(original)
    def dump(self: Any, *arguments: Any, **options: Any) -> Any:
        _use_extra_fields(self)
        return original(self, *arguments, **options)

    return dump


def _use_extra_fields(instance: Any) -> None:
    extra = getattr(instance, _EXTRA, None)
    if isinstance(extra, TrackedObject):
        for key in extra:
            extra.usage.below(key).whole()
    for _, child in _children(instance):
        _use_extra_fields(child)


def _printing(original: Any) -> Any:
    @wraps(original)
    def __repr_args__(self: Any) -> Any:  # noqa: N807 -- replaces that method
        extra = getattr(self, _EXTRA, None)
        if not isinstance(extra, TrackedObject):
            return original(self)
        object.__setattr__(self, _EXTRA, plain(extra))
        try:
            return list(original(self))
        finally:
            object.__setattr__(self, _EXTRA, extra)

    return __repr_args__
