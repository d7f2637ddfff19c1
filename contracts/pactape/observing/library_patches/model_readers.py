"""Patches of functions that read responses as models."""

from __future__ import annotations

import sys
import typing
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pactape.observing.library_patches.encoders import use_whole
from pactape.observing.library_patches.extra_fields import observe_extra_field_encoders, observe_extra_fields
from pactape.observing.library_patches.replacing import stand_in_class
from pactape.observing.models.converters import PLAIN, CattrsReading, DaciteReading
from pactape.observing.models.field_paths import field_paths
from pactape.observing.models.record_types import fields_of
from pactape.observing.plain_values import plain
from pactape.observing.reading_contexts import internal
from pactape.observing.tracking import TrackedArray, TrackedObject
from pactape.observing.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.models.converters import Reading
    from pactape.observing.observer import Observer

__all__ = ["observe_readers"]

_TRACKED = (TrackedObject, TrackedArray)


def observe_readers(observer: Observer, replacements: Replacements) -> None:
    """Observe which parts of responses, and of their bodies, models read."""
    replacements.function(
        sys.modules.get("msgspec"), "convert", _converting(observer, value=0, model=1, unseen=use_whole)
    )
    dacite = sys.modules.get("dacite")
    replacements.function(
        dacite,
        "from_dict",
        _converting(observer, value=1, model=0, names=("data", "data_class"), reading=_dacite_reading),
    )
    _cattrs(observer, replacements)
    _pydantic(observer, replacements)
    replacements.function(typing, "cast", _casting(observer))


def _pydantic(observer: Observer, replacements: Replacements) -> None:
    if "pydantic" not in sys.modules:
        return
    model = import_module("pydantic.main").BaseModel  # pydantic imports its parts on demand
    adapter = import_module("pydantic.type_adapter").TypeAdapter
    for kind in (model, getattr(sys.modules.get("sqlmodel"), "SQLModel", None)):
        for name in ("model_validate", "model_validate_json"):
            replacements.attribute(kind, name, _validating_class(observer))
        replacements.attribute(kind, "__init__", _initialising(observer))
    for name in ("validate_python", "validate_json"):
        replacements.attribute(adapter, name, _validating(observer))
    observe_extra_field_encoders(replacements, model)
    for module in ("pydantic_core", "pydantic._internal._dataclasses"):
        replacements.attribute(sys.modules.get(module), "ArgsKwargs", _passing_arguments)


def _cattrs(observer: Observer, replacements: Replacements) -> None:
    converters = sys.modules.get("cattrs.converters")
    base = getattr(converters, "BaseConverter", None)
    replacements.attribute(base, "structure", _structuring(observer))
    cattrs = sys.modules.get("cattrs")
    replacements.function(
        cattrs,
        "structure",
        _converting(observer, value=0, model=1, names=("obj", "cl"), reading=_cattrs_reading),
    )


def _plain_reading(_arguments: tuple[Any, ...], _options: dict[str, Any]) -> Reading:
    return PLAIN


def _cattrs_reading(_arguments: tuple[Any, ...], _options: dict[str, Any]) -> Reading:
    return CattrsReading(sys.modules["cattrs"].global_converter)


def _dacite_reading(arguments: tuple[Any, ...], options: dict[str, Any]) -> Reading:
    return DaciteReading(arguments[2] if len(arguments) > 2 else options.get("config"))  # noqa: PLR2004 -- dacite's


def _converting(
    observer: Observer,
    *,
    value: int,
    model: int,
    names: tuple[str, str] = ("obj", "type"),
    reading: Callable[[tuple[Any, ...], dict[str, Any]], Reading] = _plain_reading,
    unseen: Callable[[Any], object] = id,
) -> Callable[[Any], Any]:
    """Return a patch of a function that takes a value and a model, at these positions or with these names.

    Args:
        observer: Records the reads.
        value: The position of the value.
        model: The position of the model.
        names: The names of both.
        reading: Returns the rules of the converter.
        unseen: Records the reads of a value that only contains parts of responses.
    """

    def make(original: Any) -> Any:
        @wraps(original)
        def convert(*arguments: Any, **options: Any) -> Any:
            data = arguments[value] if len(arguments) > value else options.get(names[0])
            model_type = arguments[model] if len(arguments) > model else options.get(names[1])
            if not isinstance(data, _TRACKED):
                unseen(data)
                return original(*arguments, **options)
            observer.read_as(data, model_type, reading(arguments, options))
            positional_arguments = tuple(
                plain(argument) if argument is data else argument for argument in arguments
            )
            keyword_arguments = {
                name: plain(option) if option is data else option for name, option in options.items()
            }
            with internal():
                return original(*positional_arguments, **keyword_arguments)

        return convert

    return make


def _structuring(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def structure(self: Any, obj: Any, cl: Any) -> Any:
            reading = CattrsReading(self)
            is_written_by_hand = fields_of(cl) is not None and reading.is_opaque(cl)
            if isinstance(obj, _TRACKED) and not is_written_by_hand:
                observer.read_as(obj, cl, reading)
                obj = plain(obj)
            return original(self, obj, cl)

        return structure

    return make


def _validating_class(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        def validate(cls: Any, value: Any, /, **options: Any) -> Any:
            usage = observer.read_as(_source(value), None if options.get("by_name") else cls)
            with internal():
                instance = original.__func__(cls, value if usage is None else plain(value), **options)
            return observe_extra_fields(instance, usage)

        return classmethod(validate)

    return make


def _validating(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def validate(self: Any, value: Any, /, **options: Any) -> Any:
            model = getattr(self, "_type", None)  # pydantic before 2.8 doesn't keep it
            usage = observer.read_as(_source(value), None if options.get("by_name") else model)
            with internal():
                instance = original(self, value if usage is None else plain(value), **options)
            return observe_extra_fields(instance, usage)

        return validate

    return make


def _source(value: Any) -> Any:
    """Return the tracked object that a plain one is a copy of, perhaps with more keys; other values unchanged."""
    copied = unpacked(value) if type(value) is dict else None
    return value if copied is None else copied


def _initialising(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of `Model(**answer)`: only the model's fields are read, though Python reads every key."""

    def make(original: Any) -> Any:
        def __init__(self: Any, /, **data: Any) -> None:  # noqa: N807 -- replaces that method
            if (json_value := unpacked(data)) is not None:
                usage = observer.read_as(json_value, type(self))
                original(self, **plain(data))
                observe_extra_fields(self, usage)
                return
            fields = type(self).model_fields
            for name, value in data.items():
                if isinstance(value, _TRACKED):
                    field = next(_fields_for(fields, name), None)
                    observer.read_as(value, field.annotation if field else None)
            original(self, **{name: plain(value) for name, value in data.items()})

        is_base = getattr(original, "__pydantic_base_init__", False)
        __init__.__pydantic_base_init__ = is_base  # type: ignore[attr-defined]  # as pydantic's own
        return __init__

    return make


def _passing_arguments(original: Any) -> Any:
    """Return a patch of the arguments of dataclasses and functions that pydantic validates, and reads in C."""

    def create(*arguments: Any, **options: Any) -> Any:
        use_whole([*arguments, *options.values()])
        return original(*arguments, **options)

    return stand_in_class(original, create)


def _fields_for(fields: dict[str, Any], name: str) -> Iterator[Any]:
    for own, field in fields.items():
        if name in {own, field.alias, field.validation_alias}:
            yield field


def _casting(observer: Observer) -> Callable[[Any], Any]:
    """Return a patch of `cast`: a cast to a TypedDict shows which fields are read, one to another type nothing."""

    def make(original: Any) -> Any:
        @wraps(original)
        def cast(typ: Any, val: Any) -> Any:
            if isinstance(val, _TRACKED) and not isinstance(typ, str) and field_paths(typ) is not None:
                observer.read_as(val, typ)
            return original(typ, val)

        return cast

    return make
