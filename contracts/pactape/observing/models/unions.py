"""Unions of models: which alternatives a value is read as, and the joined rules for its fields."""

from __future__ import annotations

import json
import re
import typing
from typing import TYPE_CHECKING, Any, Literal

from pactape.observing.models.annotations import is_union, plain_type, root_of, texts_of
from pactape.observing.models.record_types import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pactape.observing.models.converters import Reading

__all__ = ["fits", "fitting", "join_alternatives"]

#: A field after a prefix: its key, the model's marks, and the rest of the path.
_FIRST_STEP = re.compile(
    r"(?P<dot>\.?)(?P<key>[^.\[{=|?]+)(?P<null>\|null)?(?P<default>\?)?(?P<rest>.*)", re.DOTALL
)
_SCALARS = {str: str, int: int, float: int | float, bool: bool}


def fitting(alternatives: Sequence[Any], values: Iterable[Any], reading: Reading) -> list[Any]:
    """Return the alternatives of a union that values are read as; all of them if that can't be determined.

    Args:
        alternatives: The types of the union, without None.
        values: The JSON values that are read; None counts as no value.
        reading: The rules of the converter.
    """
    chosen: list[Any] = []
    for value in values:
        if value is not None:
            of_value = [alternative for alternative in alternatives if fits(alternative, value, reading)]
            chosen += of_value or alternatives
    return [alternative for alternative in alternatives if alternative in chosen] or list(alternatives)


def fits(annotation: Any, value: Any, reading: Reading) -> bool:
    """Return whether a JSON value can have a type, judged by its form, keys and closed sets of texts."""
    plain = root_of(plain_type(annotation)) or plain_type(annotation)
    if is_union(plain):
        return any(fits(arg, value, reading) for arg in typing.get_args(plain))
    if (fields := fields_of(plain)) is not None:
        return isinstance(value, dict) and all(_has_field(field, plain, value, reading) for field in fields)
    if typing.get_origin(plain) is Literal or texts_of(plain):
        return value in (texts_of(plain) or typing.get_args(plain))
    return _has_form(typing.get_origin(plain) or plain, value)


def _has_form(kind: Any, value: Any) -> bool:
    if kind in _SCALARS:
        return isinstance(value, _SCALARS[kind])
    if isinstance(kind, type) and issubclass(kind, dict):
        return isinstance(value, dict)
    return kind is Any or not isinstance(value, dict)


def _has_field(field: Any, record: Any, value: dict[str, Any], reading: Reading) -> bool:
    """Return whether an object fulfils a field's requirement; a field with alternative paths has none."""
    *outer, last = field.path
    if outer or field.alternative_of:
        return True
    key = reading.key(record, last)
    if key not in value:
        return not field.required
    texts = texts_of(field.type)
    return not texts or value[key] in texts or value[key] is None


def join_alternatives(
    chosen: Sequence[Sequence[str]], every: Sequence[Sequence[str]], prefix: str
) -> Iterator[str]:
    """Yield the joined paths of several alternatives.

    A field that not every chosen alternative requires has a default; a text may be any that an alternative accepts.

    Args:
        chosen: The paths of each alternative that a value is read as.
        every: The paths of all alternatives.
        prefix: The common prefix of all paths.
    """
    closed_sets = dict(_closed_sets(every))
    plain = [[path.partition("=")[0] for path in paths] for paths in chosen]
    for path in dict.fromkeys(path for paths in plain for path in paths):
        if "{!}" not in path or all(path in paths for paths in plain):
            yield _with_marks(path, plain, prefix)
    for path, texts in closed_sets.items():
        marked = _with_marks(path, plain, prefix)
        if any(path in paths for paths in plain):
            yield f"{marked}={json.dumps(sorted(texts), separators=(',', ':'))}"


def _closed_sets(every: Sequence[Sequence[str]]) -> Iterator[tuple[str, set[str]]]:
    """Return the texts of each path that is a closed set in every alternative that has it."""
    open_paths = set()
    texts: dict[str, set[str]] = {}
    for paths in every:
        closed = {path.partition("=")[0] for path in paths if "=" in path}
        open_paths |= {path for path in paths if "=" not in path and path not in closed}
        for path in paths:
            name, equals, choices = path.partition("=")
            if equals:
                texts.setdefault(name, set()).update(json.loads(choices))
    yield from ((path, text) for path, text in texts.items() if path not in open_paths)


def _with_marks(path: str, alternatives: Sequence[Sequence[str]], prefix: str) -> str:
    """Return a path with the joined marks of all alternatives at its first step after the prefix."""
    step = _FIRST_STEP.fullmatch(path.removeprefix(prefix))
    if step is None:
        return path
    of_field = [_steps_of(step["key"], paths, prefix) for paths in alternatives]
    steps = [mark for found in of_field for mark in found]
    null = "|null" if any(step["null"] for step in steps) else ""
    default = "?" if any(step["default"] for step in steps) or not all(of_field) else ""
    return f"{prefix}{step['dot']}{step['key']}{null}{default}{step['rest']}"


def _steps_of(key: str, paths: Iterable[str], prefix: str) -> list[re.Match[str]]:
    steps = (_FIRST_STEP.fullmatch(path.removeprefix(prefix)) for path in paths)
    return [step for step in steps if step is not None and step["key"] == key]
