"""Match rules: the parts of a request that are ignored when its recorded response is looked up."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["EXACT", "HostRules", "MatchRules", "parse_ignored"]

_ANY: Final = object()
_BELOW: Final = object()
_SEGMENT = re.compile(r"\.\.|\.?\*|\[\*?\]|\[(\d+)\]|\[(?:'([^']*)'|\"([^\"]*)\")\]|\.?([^.\[\]]+)")
_PREFIXES = {"query": "query", "form": "form", "header": "headers", "headers": "headers", "body": "body"}
_Path = tuple[Any, ...]


class HostRules(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The rules for the requests to one host.

    Args:
        ignore: Entries like "$.items[*].id", "query.ts", "form.token", "headers.X-Request-Id"; a name without a
            prefix means the body field, the form field and the query parameter with this name.
        ignore_body: Whether to ignore request bodies; None to leave this to more general rules.
    """

    ignore: tuple[str, ...] = ()
    ignore_body: bool | None = None

    @cached_property
    def parsed(self) -> dict[str, list[_Path]]:
        """The entries by part of the request: "body", "form", "query", "headers"."""
        paths_by_part: dict[str, list[_Path]] = {}
        for entry in self.ignore:
            for part, path in parse_ignored(entry):
                paths_by_part.setdefault(part, []).append(path)
        return paths_by_part

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of ignored query parameters."""
        return frozenset(path[0] for path in self.parsed.get("query", ()))

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names of ignored form fields."""
        return frozenset(path[0] for path in self.parsed.get("form", ()))

    @cached_property
    def headers(self) -> frozenset[str]:
        """The names of ignored headers, in lower case."""
        return frozenset(path[0].lower() for path in self.parsed.get("headers", ()))

    def ignores(self, field: str) -> bool:
        """Return whether a field is ignored: "$.items[*].id", "query.ts", "form.token", "headers.X-Id"."""
        prefix, _, name = field.partition(".")
        if prefix == "query":
            return name in self.parameters
        if prefix == "form":
            return bool(self.ignore_body) or name in self.fields
        if prefix == "headers":
            return name.lower() in self.headers
        if not field.startswith("$"):
            return False
        return bool(self.ignore_body) or any(
            _covers(path, _segments(field[1:])) for path in self.parsed.get("body", ())
        )

    def without_ignored(self, value: Any) -> Any:
        """Return a JSON value without its ignored members; ignored items of arrays become null."""
        for path in self.parsed.get("body", ()):
            value = _without(value, path)
        return value


EXACT: Final = HostRules()


class MatchRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a cassette.

    Args:
        default: The rules for hosts without their own rules.
        hosts: Rules by host, "api.example.com", "*.example.com" or "127.0.0.1:8080"; they are added to the default.
    """

    default: HostRules = EXACT
    hosts: tuple[tuple[str, HostRules], ...] = ()

    def for_host(self, host: str) -> HostRules:
        """Return the rules for a host with or without a port: the default, and all that fit."""
        rules = self.default
        fitting = {key: own for key, own in self.hosts if _fits(host, key)}
        for key in sorted(fitting, key=_generality):
            rules = _join(rules, fitting[key])
        return rules

    def adding(self, ignore: Iterable[str], *, ignore_body: bool = False) -> MatchRules:
        """Return these rules with more entries for every host."""
        extra = HostRules(ignore=tuple(ignore), ignore_body=ignore_body or None)
        hosts = self.hosts
        if ignore_body:
            hosts = tuple((host, HostRules(ignore=rules.ignore)) for host, rules in hosts)
        return MatchRules(default=_join(self.default, extra), hosts=hosts)

    @property
    def fingerprint(self) -> bytes:
        """A text that identifies the rules."""
        return b"" if self == MatchRules() else msgspec.json.encode(self)


def parse_ignored(entry: str) -> Sequence[tuple[str, _Path]]:
    """Parse an entry of `ignore` into parts of a request and paths in them.

    Raises:
        ValueError: It is not a valid entry.

    Example:
        >>> parse_ignored("query.ts")
        [('query', ('ts',))]
    """
    if not entry.strip():
        raise ValueError("it is empty")
    prefix, dot, rest = entry.partition(".")
    if prefix in _PREFIXES and dot:
        part = _PREFIXES[prefix]
        return [(part, _segments(rest) if part == "body" else (_check_name(rest),))]
    if entry.startswith("$"):
        return [("body", _segments(entry[1:]))]
    return [("body", _segments(entry)), ("form", (entry,)), ("query", (entry,))]


def _check_name(name: str) -> str:
    if not name:
        raise ValueError("it has no name after its prefix")
    return name


def _segments(text: str) -> _Path:
    segments: list[Any] = []
    at = 0
    while at < len(text):
        match = _SEGMENT.match(text, at)
        if match is None:
            raise ValueError(f"{text[at:]!r} is not part of a JSON path")
        at = match.end()
        segments.append(_segment(match))
    if not segments:
        raise ValueError("it is not the path of a member of the body")
    return tuple(segments)


def _segment(match: re.Match[str]) -> Any:
    text = match.group()
    if text == "..":
        return _BELOW
    if match.group(1):
        return int(match.group(1))
    name = next((group for group in match.groups()[1:] if group is not None), None)
    return _ANY if name is None else name


def _covers(path: _Path, field: _Path) -> bool:
    """Return whether a path leads to a field or to a value above it; names pass through arrays."""
    if not path:
        return True
    if not field:
        return False
    first, rest = path[0], path[1:]
    if first is _BELOW:
        return any(_covers(rest, field[start:]) for start in range(len(field)))
    if first is _ANY or first == field[0] or (isinstance(first, int) and field[0] is _ANY):
        return _covers(rest, field[1:])
    return field[0] is _ANY and _covers(path, field[1:])


def _without(value: Any, path: _Path) -> Any:
    """Return `value` without the values at `path`."""
    first, *rest = path
    if first is _BELOW:
        return _without_below(value, tuple(rest))
    if isinstance(value, dict):
        return _without_member(value, first, tuple(rest))
    if isinstance(value, list):
        hit = (lambda _: True) if first is _ANY else (lambda index: index == first)
        if isinstance(first, str):  # a name passes through arrays, so that "items.id" means "items[*].id"
            return [_without(item, path) for item in value]
        items = enumerate(value)
        return [
            (_without(item, tuple(rest)) if rest else None) if hit(index) else item for index, item in items
        ]
    return value


def _without_member(value: dict[str, Any], first: Any, rest: _Path) -> dict[str, Any]:
    members = value.items()
    if not rest:
        return {name: member for name, member in members if first is not _ANY and name != first}
    return {
        name: _without(member, rest) if first is _ANY or name == first else member for name, member in members
    }


def _without_below(value: Any, rest: _Path) -> Any:
    if isinstance(value, dict):
        value = {name: _without_below(child, rest) for name, child in value.items()}
    elif isinstance(value, list):
        value = [_without_below(item, rest) for item in value]
    return _without(value, rest) if rest else value


def _join(one: HostRules, other: HostRules) -> HostRules:
    if EXACT in {one, other}:
        return other if one == EXACT else one
    return HostRules(
        ignore=tuple(dict.fromkeys((*one.ignore, *other.ignore))),
        ignore_body=one.ignore_body if other.ignore_body is None else other.ignore_body,
    )


def _fits(host: str, pattern: str) -> bool:
    """Return whether a host of a URL fits one of the settings, which stands for all ports if it has none."""
    (name, port), (name_pattern, own_port) = _host_and_port(host), _host_and_port(pattern)
    is_usual = not port and own_port in {"80", "443"}  # URLs leave it out
    return fnmatchcase(name, name_pattern) and (own_port in {"", port} or is_usual)


def _host_and_port(host: str) -> tuple[str, str]:
    host = host.rpartition("@")[2].lower()
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        return name, rest.removeprefix(":")
    if host.count(":") != 1:
        return host, ""
    name, _, port = host.partition(":")
    return name, port


def _generality(host: str) -> tuple[bool, bool, int]:
    """Return a sort key: patterns come first, then hosts, then hosts with ports."""
    return "*" not in host, bool(_host_and_port(host)[1]), len(host)
