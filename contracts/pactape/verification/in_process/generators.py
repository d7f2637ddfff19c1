"""Applies a contract's generators: they replace examples during verification, often with values of provider states.

Pact specification V3, "Generators". Without a value, the example stays, as with the official verifier.
"""

from __future__ import annotations

import copy
import re
import secrets
import string
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pactape.matching.numbers import text_of
from pactape.matching.rules_by_path.paths import PathError, Wildcard, parse_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pactape.matching.rules_by_path.paths import Path

__all__ = ["apply_generators"]

Written = dict[str, Any]
_EXPRESSION = re.compile(r"\$\{([^}]*)\}")
_MISSING = object()
_DIGITS = 10


def apply_generators(part: Written, values: Mapping[str, Any]) -> Written:
    """Return a request, response or message with the values of its generators.

    Args:
        part: The part in the contract, which is not changed.
        values: The parameters of the provider states, and the values that their handlers returned.

    Example:
        >>> rule = {"path": {"type": "ProviderState", "expression": "/users/${id}"}}
        >>> apply_generators({"path": "/users/1", "generators": rule}, {"id": 7})["path"]
        '/users/7'
    """
    generators = part.get("generators")
    if not isinstance(generators, dict) or not generators:
        return part
    result = copy.deepcopy(part)
    for category, definitions in generators.items():
        apply = _CATEGORIES.get(category)
        if apply is not None and isinstance(definitions, dict):
            apply(result, definitions, values)
    return result


def _apply_whole(name: str) -> Callable[[Written, Written, Mapping[str, Any]], None]:
    def apply(part: Written, definitions: Written, values: Mapping[str, Any]) -> None:
        value = _value(definitions.get("", definitions), values)
        if value is not _MISSING:
            part[name] = value if name == "status" else text_of(value)

    return apply


def _apply_named(name: str) -> Callable[[Written, Written, Mapping[str, Any]], None]:
    def apply(part: Written, written: Written, values: Mapping[str, Any]) -> None:
        members = part.setdefault(name, {})
        for key, generator in written.items():
            value = _value(generator, values)
            if value is not _MISSING and isinstance(members, dict):
                member_name = next((member for member in members if member.lower() == key.lower()), key)
                members[member_name] = [text_of(value)]

    return apply


def _apply_body(name: str) -> Callable[[Written, Written, Mapping[str, Any]], None]:
    def apply(part: Written, written: Written, values: Mapping[str, Any]) -> None:
        body = part.get(name)
        holder, key = (body, "content") if isinstance(body, dict) and "content" in body else (part, name)
        for path, generator in written.items():
            value = _value(generator, values)
            if value is not _MISSING:
                _put(holder, key, path, value)

    return apply


_CATEGORIES = {
    "path": _apply_whole("path"),
    "status": _apply_whole("status"),
    "header": _apply_named("headers"),
    "headers": _apply_named("headers"),
    "query": _apply_named("query"),
    "metadata": _apply_named("metadata"),
    "body": _apply_body("body"),
    "content": _apply_body("contents"),
    "contents": _apply_body("contents"),
}


def _put(holder: Written, key: str, path: str, value: Any) -> None:
    try:
        steps = parse_path(path)
    except PathError:
        return
    if not steps:
        holder[key] = value
        return
    for parent, last in _find_paths(holder.get(key), steps):
        parent[last] = value


def _find_paths(value: Any, steps: Path) -> Iterator[tuple[Any, Any]]:
    first, *further = steps
    for key in _keys(value, first):
        if further:
            yield from _find_paths(value[key], tuple(further))
        else:
            yield value, key


def _keys(value: Any, step: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value) if step is Wildcard.ANY else [step] if step in value else []
    if isinstance(value, list):
        if isinstance(step, Wildcard):
            return list(range(len(value)))
        return [step] if isinstance(step, int) and step < len(value) else []
    return []


def _value(generator: Any, values: Mapping[str, Any]) -> Any:
    if not isinstance(generator, dict):
        return _MISSING
    if generator.get("type") == "ProviderState":
        return _from_states(str(generator.get("expression", "")), generator.get("dataType"), values)
    make = _MAKERS.get(str(generator.get("type")))
    return _MISSING if make is None else make(generator)


def _from_states(expression: str, data_type: Any, values: Mapping[str, Any]) -> Any:
    names = _EXPRESSION.findall(expression) or [expression]
    if any(name not in values for name in names):
        return _MISSING
    if expression in {f"${{{names[0]}}}", names[0]}:
        return _convert(values[names[0]], str(data_type or "RAW").upper())
    return _EXPRESSION.sub(lambda match: text_of(values[match[1]]), expression)


def _convert(value: Any, data_type: str) -> Any:
    converters: dict[str, Callable[[Any], Any]] = {
        "STRING": text_of,
        "INTEGER": int,
        "FLOAT": float,
        "DECIMAL": float,
        "BOOLEAN": lambda item: item is True or str(item).lower() == "true",
    }
    try:
        return converters.get(data_type, lambda item: item)(value)
    except (TypeError, ValueError):
        return _MISSING


def _integer(generator: Written) -> int:
    low, high = int(generator.get("min", 0)), int(generator.get("max", 2**31 - 1))
    return low + secrets.randbelow(max(1, high - low + 1))


def _digits(generator: Written, alphabet: str) -> str:
    count = int(generator.get("digits") or generator.get("size") or _DIGITS)
    return "".join(secrets.choice(alphabet) for _ in range(count))


_MAKERS: dict[str, Callable[[Written], Any]] = {
    "RandomInt": _integer,
    "RandomDecimal": lambda generator: float("1." + _digits(generator, "123456789")),
    "RandomHexadecimal": lambda generator: _digits(generator, "0123456789abcdef"),
    "RandomString": lambda generator: _digits(generator, string.ascii_letters + string.digits),
    "RandomBoolean": lambda _: secrets.choice([True, False]),
    "Uuid": lambda _: str(uuid.uuid4()),
    "Date": lambda generator: _MISSING if "format" in generator else datetime.now(UTC).date().isoformat(),
    "Time": lambda generator: _MISSING if "format" in generator else datetime.now(UTC).strftime("%H:%M:%S"),
    "DateTime": lambda generator: (
        _MISSING if "format" in generator else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ),
}
