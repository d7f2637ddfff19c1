"""Slugs: path segments that look like names but vary, shown by what is answered below each of them.

"/projects/apollo" and "/projects/gemini" are one operation when both answer objects of one kind. "/countries" and
"/currencies" are not, nor are "/lists/countries" and "/lists/currencies": what begins a path or names a list is a
name. Segments whose form tells that they are values have become parameters before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LIST", "Endpoint", "slugs_named"]

#: Stands among the keys of an answer that is a list of such objects.
LIST = "[]"

#: A method, the segments below the place that is looked at, and the keys of the answer.
Endpoint = tuple[str, tuple[str, ...], frozenset[str]]

#: From so many alike on, names beside each other are values of one parameter.
_FEWEST = 3
_ALIKE = 0.75
_FEWEST_KEYS = 3


def slugs_named(endpoints: Iterable[Endpoint]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The template of each path among the endpoints, where it differs from the path.

    Args:
        endpoints: Of successes, each with the whole path as its segments, and the keys of its objects.

    Example:
        >>> keys = frozenset({"id", "name", "members"})
        >>> paths = [("projects", name) for name in ("apollo", "gemini", "mercury")]
        >>> slugs_named([("GET", path, keys) for path in paths])[("projects", "apollo")]
        ('projects', '{slug}')
    """
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    _Node(endpoints).collect((), (), found)
    return {path: template for path, template in found.items() if path != template}


class _Node:
    """A place in the tree of paths: what is asked below it, by the next segment."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._by_segment: dict[str, set[Endpoint]] = {}
        self._ends = False
        for method, segments, keys in endpoints:
            if segments:
                self._by_segment.setdefault(segments[0], set()).add((method, segments[1:], keys))
            else:
                self._ends = True

    def collect(
        self,
        path: tuple[str, ...],
        template: tuple[str, ...],
        found: dict[tuple[str, ...], tuple[str, ...]],
    ) -> None:
        """Enter the template of every path below this place."""
        if self._ends:
            found[path] = template
        names = self._slugs() if path else frozenset()
        if names:
            self._collect_below(names, path, template, found)
        for segment, below in sorted(self._by_segment.items()):
            if segment not in names:
                _Node(below).collect((*path, segment), (*template, segment), found)

    def _collect_below(
        self,
        names: frozenset[str],
        path: tuple[str, ...],
        template: tuple[str, ...],
        found: dict[tuple[str, ...], tuple[str, ...]],
    ) -> None:
        """Enter the templates of the paths below slugs, whose subtrees are one."""
        inner: dict[tuple[str, ...], tuple[str, ...]] = {}
        _Node(each for name in names for each in self._by_segment[name]).collect(("",), ("",), inner)
        for name in names:
            for _, rest, _ in self._by_segment[name]:
                found[(*path, name, *rest)] = (*template, "{slug}", *inner[("", *rest)][1:])

    def _slugs(self) -> frozenset[str]:
        """The largest set of next segments that are alike, if it is large enough to be no accident."""
        sets: list[tuple[set[Endpoint], list[str]]] = []
        for segment, below in sorted(self._by_segment.items()):
            if segment.startswith("{"):
                continue
            like = next((members for model, members in sets if _are_alike(model, below)), None)
            if like is None:
                sets.append((below, [segment]))
            else:
                like.append(segment)
        largest = max((members for _, members in sets), key=len, default=[])
        return frozenset(largest) if len(largest) >= _FEWEST else frozenset()


def _are_alike(one: set[Endpoint], other: set[Endpoint]) -> bool:
    """Whether something is asked below both, and whatever is asked below both has answers of one kind."""
    answers = {(method, rest): keys for method, rest, keys in sorted(one, key=repr)}
    shared = [(answers[method, rest], keys) for method, rest, keys in other if (method, rest) in answers]
    names_lists = any(not rest and LIST in keys for _, rest, keys in one | other)
    return (
        bool(shared) and not names_lists and all(_overlap(mine, theirs) >= _ALIKE for mine, theirs in shared)
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the keys that both have (Jaccard); answers with hardly any keys tell nothing."""
    if min(len(one), len(other)) < _FEWEST_KEYS:
        return 0.0
    return len(one & other) / len(one | other)
