"""JSON Schema (2020-12, as used by OpenAPI 3.1) of a shape, with the evidence for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pactape.contracts.inference.formats import stated_format
from pactape.contracts.inference.joined_shape import MANY
from pactape.contracts.inference.rules import map_key_pattern

if TYPE_CHECKING:
    from pactape.contracts.inference.joined_shape import Kind, Shape

__all__ = ["EVIDENCE", "schema_of", "text_schema"]

#: The member that holds the evidence of an optional property: the number of distinct objects that had it.
EVIDENCE = "x-pactape-evidence"
#: JSON Schema's names for string formats (validation vocabulary, section 7.3).
_FORMATS = ("uuid", "date-time", "date", "time", "ipv4", "ipv6", "email", "uri")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})", re.ASCII)
_TYPES: dict[Kind, str] = {
    "object": "object",
    "array": "array",
    "string": "string",
    "boolean": "boolean",
    "null": "null",
}


def schema_of(shape: Shape) -> dict[str, Any]:
    """Return the schema that every sample of a shape satisfies.

    A property is required when every object had it. Recorded texts don't become an enumeration: samples may
    not show all values.

    Example:
        >>> from pactape.contracts.inference.joined_shape import shape_of
        >>> schema_of(shape_of([{"id": 1}, {"id": 2, "name": None}]))["required"]
        ['id']
    """
    schema: dict[str, Any] = {}
    types = _types(shape)
    if types:
        schema["type"] = types[0] if len(types) == 1 else types
    if "string" in shape.kinds and (name := _format(shape)):
        schema["format"] = name
    if "array" in shape.kinds:
        schema["items"] = schema_of(shape.items) if shape.items is not None else {}
    if "object" in shape.kinds:
        schema |= _object(shape)
    if not {"object", "array"} & shape.kinds.keys() and shape.example is not None:
        schema["examples"] = [shape.example]
    return schema


def _types(shape: Shape) -> list[str]:
    """Types in a fixed order; integers together with decimals are "number"."""
    names = [name for kind, name in _TYPES.items() if kind in shape.kinds and kind != "null"]
    if "decimal" in shape.kinds:
        names.append("number")
    elif "integer" in shape.kinds:
        names.append("integer")
    return [*names, "null"] if "null" in shape.kinds else names


def _format(shape: Shape) -> str | None:
    format_name = stated_format(shape.formats or frozenset(), shape.response_count("string"))
    return next((name for name in _FORMATS if format_name and format_name.split(" in ")[0] == name), None)


def _object(shape: Shape) -> dict[str, Any]:
    pattern = map_key_pattern(shape.keys)
    if pattern is not None:
        return {"propertyNames": {"pattern": pattern}, "additionalProperties": schema_of(shape.any_value())}
    objects = shape.response_count("object")
    properties = {key: _property(shape.keys[key], objects) for key in sorted(shape.keys)}
    schema: dict[str, Any] = {"properties": properties} if properties else {}
    required = shape.required()
    return {**schema, "required": required} if required else schema


def _property(shape: Shape, objects: int) -> dict[str, Any]:
    schema = schema_of(shape)
    if shape.optional:
        schema[EVIDENCE] = {"present": _number(_response_count(shape)), "objects": _number(objects)}
    return schema


def _response_count(shape: Shape) -> int:
    return min(MANY, max((shape.response_count(kind) for kind in shape.kinds), default=0))


def _number(count: int) -> int | str:
    """Distinct responses are counted only up to a limit."""
    return f"{MANY} or more" if count >= MANY else count


def text_schema(texts: set[str]) -> dict[str, Any]:
    """Return the schema of a parameter, based on the texts that were sent for it.

    Example:
        >>> text_schema({"1", "20"})
        {'type': 'integer', 'examples': [1]}
    """
    ordered = sorted(texts, key=lambda text: (len(text), text))
    if not ordered:
        return {"type": "string"}
    if all(text in {"true", "false"} for text in ordered):
        return {"type": "boolean"}
    if all(_is_integer(text) for text in ordered):
        return {"type": "integer", "examples": [int(ordered[0])]}
    return {"type": "string", **_format_of_texts(ordered), "examples": [ordered[0]]}


def _format_of_texts(texts: list[str]) -> dict[str, str]:
    from pactape.contracts.inference.formats import formats_of  # noqa: PLC0415 -- few parameters have a format

    common = frozenset.intersection(*(formats_of(text) for text in texts))
    format_name = stated_format(common, len(texts))
    name = next(
        (candidate for candidate in _FORMATS if format_name and format_name.split(" in ")[0] == candidate),
        None,
    )
    return {"format": name} if name else {}


def _is_integer(text: str) -> bool:
    """Whether a text is an integer that every client can represent: not 007, and not an id of 20 digits."""
    return _INTEGER.fullmatch(text) is not None
