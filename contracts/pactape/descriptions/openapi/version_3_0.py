"""Converts parts of an OpenAPI 3.1 document to OpenAPI 3.0, whose schemas aren't JSON Schema."""

from __future__ import annotations

from typing import Any

__all__ = ["in_version_3_0"]


def in_version_3_0(value: Any) -> Any:
    """Return a part of a document with its schemas as OpenAPI 3.0 writes them.

    A type that may be null becomes `nullable`, several types become `anyOf`, only the first example is kept,
    and patterns for the names of members are dropped.

    Example:
        >>> in_version_3_0({"type": ["string", "null"], "examples": ["a"]})
        {'type': 'string', 'nullable': True, 'example': 'a'}
    """
    if isinstance(value, list):
        return [in_version_3_0(item) for item in value]
    if not isinstance(value, dict):
        return value
    written: dict[str, Any] = {}
    for name, member in value.items():
        if name == "properties" and isinstance(member, dict):  # the names in these members are data
            written[name] = {key: in_version_3_0(value) for key, value in member.items()}
        elif name == "type" and (isinstance(member, list) or member == "null"):
            written |= _types(member if isinstance(member, list) else [member])
        elif name == "examples" and isinstance(member, list):
            written["example"] = member[0]
        elif name != "propertyNames":
            written[name] = in_version_3_0(member)
    return written


def _types(names: list[str]) -> dict[str, Any]:
    others = [name for name in names if name != "null"]
    nullable = {"nullable": True} if "null" in names else {}
    if len(others) == 1:
        return {"type": others[0], **nullable}
    return {**({"anyOf": [_schema(name) for name in others]} if others else {}), **nullable}


def _schema(name: str) -> dict[str, Any]:
    return {"type": name, "items": {}} if name == "array" else {"type": name}
