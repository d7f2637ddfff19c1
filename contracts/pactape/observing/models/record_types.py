"""Record types: the JSON fields of a consumer's classes, in all supported libraries.

Supported are msgspec structs, pydantic models (version 2), dataclasses, attrs classes, TypedDicts and NamedTuples;
no library is imported.
"""

from __future__ import annotations

import dataclasses
import typing
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

import msgspec

from pactape.observing.models.annotations import reads_raw
from pactape.observing.models.type_arguments import type_arguments, with_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RecordField", "fields_of", "forbids_others", "is_opaque", "pydantic_fields"]


class RecordField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a record.

    Args:
        path: The keys that lead to it in the JSON object; usually one.
        type: Its declared type.
        required: Whether an object without it is rejected.
        is_opaque: Whether custom code reads the raw value.
        alternative_of: The name of a field that is read from one of several paths, in the order of the fields.
    """

    path: tuple[str, ...]
    type: Any
    required: bool = True
    is_opaque: bool = False
    alternative_of: str = ""


def fields_of(record: Any) -> list[RecordField] | None:
    """Return the fields of a record type; None for any other type."""
    kinds = (
        (_is_struct, _struct_fields),
        (_is_pydantic, _pydantic_fields),
        (_is_typed_dict, _typed_dict_fields),
        (dataclasses.is_dataclass, _dataclass_fields),
        (_is_attrs, _attrs_fields),
        (_is_named_tuple, _named_tuple_fields),
    )
    origin = typing.get_origin(record) or record
    fields = next((list(fields(record)) for is_kind, fields in kinds if is_kind(origin)), None)
    bindings = type_arguments(record) if fields else {}
    return fields and [
        msgspec.structs.replace(field, type=with_arguments(field.type, bindings)) for field in fields
    ]


def is_opaque(record: Any) -> bool:
    """Return whether the consumer's code reads a record's raw object before its fields are extracted."""
    origin = typing.get_origin(record) or record
    decorators = getattr(origin, "__pydantic_decorators__", None)
    validators = getattr(decorators, "model_validators", {}).values()
    return any(validator.info.mode in {"before", "wrap"} for validator in validators)


def forbids_others(record: Any) -> bool:
    """Return whether an object with keys other than the fields is rejected."""
    origin = typing.get_origin(record) or record
    for name in ("model_config", "__pydantic_config__"):
        config = getattr(origin, name, None)
        if isinstance(config, dict) and config.get("extra") == "forbid":
            return True
    return bool(getattr(getattr(origin, "__struct_config__", None), "forbid_unknown_fields", False))


def _is_struct(record: Any) -> bool:
    """Return whether it is a struct that is read from objects; one may be read from arrays."""
    is_struct = isinstance(record, type) and issubclass(record, msgspec.Struct)
    return is_struct and not record.__struct_config__.array_like


def _struct_fields(record: Any) -> Iterator[RecordField]:
    config = (typing.get_origin(record) or record).__struct_config__
    if config.tag_field is not None:
        yield RecordField(path=(config.tag_field,), type=Literal[config.tag])
    for field in msgspec.structs.fields(record):
        yield RecordField(path=(field.encode_name,), type=field.type, required=field.required)


def _is_pydantic(record: Any) -> bool:
    """Return whether it is a pydantic model or dataclass."""
    return isinstance(record, type) and isinstance(pydantic_fields(record), dict)


def pydantic_fields(record: Any) -> Any:
    """Return the fields of a pydantic model or dataclass by name; None for any other class."""
    fields = getattr(record, "__pydantic_fields__", None)
    is_old = fields is None and hasattr(record, "__pydantic_decorators__")  # a model of pydantic before 2.10
    return getattr(record, "model_fields", None) if is_old else fields


def _pydantic_fields(alias: Any) -> Iterator[RecordField]:
    record = typing.get_origin(alias) or alias
    raw = {
        name
        for field_validator in record.__pydantic_decorators__.field_validators.values()
        if field_validator.info.mode in {"before", "wrap", "plain"}
        for name in field_validator.info.fields
    }
    config = getattr(record, "model_config", None) or getattr(record, "__pydantic_config__", None) or {}
    by_name = config.get("populate_by_name") or config.get("validate_by_name")
    for name, field in pydantic_fields(record).items():
        paths = list(_alias_paths(field.validation_alias))
        is_raw = name in raw or any(map(reads_raw, field.metadata))
        paths += [(name,)] if by_name or not paths else []
        paths = list(dict.fromkeys(paths))
        for path in paths:
            yield RecordField(
                path=path,
                type=field.annotation,
                required=field.is_required(),
                is_opaque=is_raw,
                alternative_of=name if len(paths) > 1 else "",
            )


def _alias_paths(alias: Any) -> Iterator[tuple[str, ...]]:
    """Return the paths of an alias: a text, an `AliasPath`, or an `AliasChoices` of both."""
    if isinstance(alias, str):
        yield (alias,)
    elif hasattr(alias, "choices"):
        for choice in alias.choices:
            yield from _alias_paths(choice)
    elif hasattr(alias, "path"):
        yield tuple(step if isinstance(step, str) else "[]" for step in alias.path)


def _is_typed_dict(record: Any) -> bool:
    """Return whether it is a TypedDict, or one of typing_extensions, as pydantic requires before Python 3.12."""
    return isinstance(record, type) and hasattr(record, "__optional_keys__") and hasattr(record, "__total__")


def _typed_dict_fields(record: Any) -> Iterator[RecordField]:
    plain = typing.get_origin(record) or record
    for name, annotation in _hints(record, include_extras=True).items():
        mark = typing.get_origin(annotation)
        required = name not in plain.__optional_keys__ or mark is typing.Required
        yield RecordField(path=(name,), type=annotation, required=required and mark is not typing.NotRequired)


def _dataclass_fields(record: Any) -> Iterator[RecordField]:
    hints = _hints(record)
    for field in dataclasses.fields(typing.get_origin(record) or record):
        if field.init:
            required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            yield RecordField(path=(field.name,), type=hints.get(field.name, Any), required=required)


def _is_attrs(record: Any) -> bool:
    return isinstance(record, type) and hasattr(record, "__attrs_attrs__")


def _attrs_fields(record: Any) -> Iterator[RecordField]:
    hints = _hints(record)
    for field in (typing.get_origin(record) or record).__attrs_attrs__:
        if field.init:
            has_default = type(field.default).__name__ != "_Nothing" and repr(field.default) != "NOTHING"
            yield RecordField(
                path=(field.name,), type=hints.get(field.name, field.type or Any), required=not has_default
            )


def _is_named_tuple(record: Any) -> bool:
    return isinstance(record, type) and issubclass(record, tuple) and hasattr(record, "_field_defaults")


def _named_tuple_fields(record: Any) -> Iterator[RecordField]:
    """Return the fields for JSON objects; arrays, which msgspec also accepts, have no keys to report."""
    plain = typing.get_origin(record) or record
    for name, annotation in _hints(record).items():
        yield RecordField(path=(name,), type=annotation, required=name not in plain._field_defaults)


def _hints(record: Any, *, include_extras: bool = False) -> dict[str, Any]:
    """Return the annotations; unresolvable ones are Any."""
    plain = typing.get_origin(record) or record
    try:
        return get_type_hints(plain, include_extras=include_extras)
    except (NameError, TypeError):
        return dict.fromkeys(getattr(plain, "__annotations__", {}), Any)
