"""Translating the arguments of vcrpy, pytest-recording and pytest-vcr to Pactape's."""

from __future__ import annotations

import ast
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.adopting.literals import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.adopting.literals import Names

__all__ = ["WITHOUT_MEANING", "OldOptions", "ensured_suffix", "read_options"]

#: Matchers that together equal Pactape's own matching.
_ADDRESS = {"scheme", "host", "port", "path", "query"}
_URL = {"uri", "url"}
WITHOUT_MEANING = {"record_mode", "decode_compressed_response", "serializer", "record_on_exception"}
_FILTERS = {"filter_headers", "filter_query_parameters", "filter_post_data_parameters"}
_NO_NAMES: Mapping[str, ast.expr] = {}
_ADVICE = {
    **dict.fromkeys(_FILTERS, "list what it hides in [tool.pactape.scrub] names"),
    "before_record_request": "list what it hides in [tool.pactape.scrub] names or patterns, and what it "
    "ignores in [tool.pactape.match] ignore",
    "before_record_response": "list what it hides in [tool.pactape.scrub] names or patterns",
    "before_record": "list what it hides in [tool.pactape.scrub] names or patterns",
    "match_on": "list the ignored parts in [tool.pactape.match] ignore",
    "path_transformer": "name the cassette in the marker: cassette('name.yaml')",
    "cassette_library_dir": "set [tool.pactape] cassettes",
}


class OldOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of another recorder, translated to Pactape's.

    Args:
        repeats: Whether the last response is repeated.
        ignore: Parts of requests to ignore: those that filters removed before matching.
        ignore_hosts: Hosts whose requests are neither recorded nor replayed.
        ignore_localhost: Whether this also applies to loopback addresses.
        secrets: Names that filters hid.
        problems: Options that can't be translated, and what to do about them.
    """

    repeats: bool = False
    ignore: tuple[str, ...] = ()
    ignore_hosts: tuple[str, ...] = ()
    ignore_localhost: bool = False
    secrets: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def marker_arguments(self) -> dict[str, Any]:
        """Return the equivalent arguments of a `cassette` marker."""
        values = {
            "repeats": self.repeats,
            "ignore": list(self.ignore),
            "ignore_hosts": list(self.ignore_hosts),
            "ignore_localhost": self.ignore_localhost,
        }
        return {name: value for name, value in values.items() if value}


def read_options(options: Mapping[str, ast.expr], names: Names = _NO_NAMES) -> OldOptions:
    """Return the translated options; only literal values can be translated.

    Args:
        options: The expressions in the source, by the option's name.
        names: The expressions of names in them.
    """
    values, problems = {}, []
    for name, expression in options.items():
        if name == "path_transformer" and ensured_suffix(expression):
            continue  # it is part of the cassette's path
        try:
            values[name] = literal(expression, names)
        except ValueError:
            if name not in WITHOUT_MEANING:
                problems.append(_problem(name, ast.unparse(expression)))
    problems += [
        _problem(name, ast.unparse(options[name]))
        for name, value in values.items()
        if not _is_known(name, value)
    ]
    parameters = [
        *_names(values.get("filter_query_parameters")),
        *_names(values.get("filter_post_data_parameters")),
    ]
    return OldOptions(
        repeats=values.get("allow_playback_repeats") is True,
        ignore=tuple(_ignore_entries(values)),
        ignore_hosts=tuple(_texts(values.get("ignore_hosts"))),
        ignore_localhost=values.get("ignore_localhost") is True,
        secrets=tuple(dict.fromkeys([*_names(values.get("filter_headers")), *parameters])),
        problems=tuple(problems),
    )


def _is_known(name: str, value: object) -> bool:
    if name in _FILTERS:
        return isinstance(value, str | list | dict | None) and len(_names(value)) == len(_items(value))
    if name in WITHOUT_MEANING:
        return True
    if name in {"allow_playback_repeats", "ignore_localhost"}:
        return isinstance(value, bool)
    if name == "ignore_hosts":
        return isinstance(value, list | str) and len(_texts(value)) == len(_items(value))
    return name == "match_on" and _matches_the_same(value)


def _matches_the_same(value: object) -> bool:
    """Return whether matchers compare the method and the whole URL, as Pactape does; bodies don't matter."""
    matchers = set(_texts(value)) - {"body", "raw_body"}
    if matchers & _URL:
        matchers = (matchers - _URL) | _ADDRESS
    return matchers == {"method", *_ADDRESS}


def _ignore_entries(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield entries for the parts that filters removed or replaced in both requests before matching."""
    yield from (f"query.{name}" for name in _names(values.get("filter_query_parameters")))
    for name in _names(values.get("filter_post_data_parameters")):
        yield from (f"form.{name}", f"$.{name}")


def _names(value: object) -> list[str]:
    """Return the names in a filter: texts, or pairs of a name and a replacement."""
    names = [item[0] if isinstance(item, list | tuple) and item else item for item in _items(value)]
    return [name for name in names if isinstance(name, str)]


def _texts(value: object) -> list[str]:
    return [item for item in _items(value) if isinstance(item, str)]


def _items(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set | dict) else [value]


def _problem(name: str, text: str) -> str:
    advice = _ADVICE.get(name, "see docs/how-to/move-from-pytest-recording.md")
    return f"{name}={text} can't be carried over. Next step: {advice}"


def ensured_suffix(transformer: ast.expr | None) -> str:
    """Return the suffix that vcrpy's `VCR.ensure_suffix(".yaml")` adds to names without it; empty otherwise."""
    match transformer:
        case ast.Call(func=ast.Attribute(attr="ensure_suffix"), args=[ast.Constant(value=str() as suffix)]):
            return suffix
        case _:
            return ""


def is_path(node: ast.AST) -> bool:
    """Return whether an argument of a marker is a relative path."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and not PurePath(node.value).is_absolute()
    )
