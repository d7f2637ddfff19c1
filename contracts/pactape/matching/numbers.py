"""JSON values as the official engine reads them: 64-bit integers, decimals, and their texts."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import msgspec

__all__ = ["equal_json", "is_integer", "is_number", "json_value", "kind", "text_of"]

#: Numbers that a fast decoder reads differently from the engine: a minus sign before zero, more than 64 bits.
_ODD = re.compile(rb"-0(?![.0-9eE])|[0-9]{19}")
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1
_LAST_PLAIN_EXPONENT = 5
_KINDS = {str: "string", list: "array", dict: "object", bool: "boolean", int: "integer", float: "decimal"}


def json_value(data: bytes) -> Any:
    """Decode JSON; integers that don't fit into 64 bits become decimals, as in the engine.

    Raises:
        ValueError: It isn't JSON.
    """
    try:
        if _ODD.search(data):
            return json.loads(data, parse_int=_integer, parse_float=_decimal, parse_constant=_refuse)
        return msgspec.json.decode(data)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _integer(text: str) -> int | float:
    number = int(text)
    return number if _LOWEST <= number <= _HIGHEST and text != "-0" else float(text)


def _decimal(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError(f"the number {text} is out of range")
    return number


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def is_integer(value: Any) -> bool:
    """Whether a JSON value is a whole number; 1.0 isn't, nor is true."""
    return type(value) is int


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number."""
    return type(value) in {int, float}


def kind(value: Any) -> str:
    """A JSON value's kind: null, boolean, integer, decimal, string, array or object."""
    return "null" if value is None else _KINDS[type(value)]


def equal_json(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal; 1, 1.0 and true all differ."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(
            equal_json(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, list):
        return len(left) == len(right) and all(map(equal_json, left, right))
    return bool(left == right)


def text_of(value: Any) -> str:
    """A JSON value as text for regular expressions: strings without quotes, the rest as JSON, keys sorted."""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json(key)}:{_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    if type(value) is float:
        return _decimal_text(value)
    return json.dumps(value, ensure_ascii=False)


def _decimal_text(value: float) -> str:
    """Return the shortest decimal digits, as Python does, but with the engine's limits for the exponent."""
    text = repr(value)
    mantissa, has_exponent, exponent = text.partition("e-")
    if not has_exponent:
        return text
    if int(exponent) == _LAST_PLAIN_EXPONENT:
        return f"{Decimal(text):f}"
    return f"{mantissa}e-{int(exponent)}"
