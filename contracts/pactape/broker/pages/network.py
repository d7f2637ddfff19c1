"""Lays out the graph of services in columns: consumers to the left of their providers.

The layout follows Sugiyama, Tagawa and Toda (1981): every service gets a column, calls over several columns get a
slot in each, and columns are ordered so that few calls cross. With a central service, the column is the number of
calls between a service and the centre; without one, it is the column after the last caller's, with cycles broken.
The number of columns is limited by the page, so services of one column may call each other.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["MOST_BOXES", "Arrow", "Network", "PacticipantBox", "is_readable", "lay_out", "neighbourhood"]

#: A drawing with more boxes is not readable, unless few calls connect them.
MOST_BOXES = 40
_FEW_CALLS = 60
_MOST_COLUMNS = 7
_WIDTH, _HEIGHT = 152, 32
_GAP_X, _GAP_Y = 72, 14
_WAY = 6  # the height of the slot of a call that passes a column
_MARGIN = 10
_SWEEPS = 8

#: A slot in a column: a service, or a call (by its number) that passes the column.
_Node = tuple[str, int]


class PacticipantBox(msgspec.Struct, frozen=True):
    """The box of a pacticipant; x and y are its upper left corner, in pixels."""

    name: str
    x: int
    y: int
    width: int = _WIDTH
    height: int = _HEIGHT
    central: bool = False


class Arrow(msgspec.Struct, frozen=True):
    """An arrow from a consumer to a provider, as an SVG path, with the state of their contract."""

    consumer: str
    provider: str
    state: str
    path: str


class Network(msgspec.Struct, frozen=True):
    """The drawing: its size in pixels, its boxes, and its arrows; failed ones are last and so on top."""

    width: int
    height: int
    boxes: tuple[PacticipantBox, ...]
    arrows: tuple[Arrow, ...]


def neighbourhood(
    calls: Sequence[tuple[str, str, str]], centre: str, *, depth: int
) -> list[tuple[str, str, str]]:
    """Return the calls among a service and the services at most `depth` calls away from it.

    Example:
        >>> neighbourhood([("a", "b", "verified"), ("b", "c", "verified")], "a", depth=1)
        [('a', 'b', 'verified')]
    """
    near, inner = {centre}, {centre}
    for _ in range(depth):
        inner = set(near)
        near |= {name for call in calls for name in call[:2] if near & set(call[:2])}
    return [call for call in calls if set(call[:2]) & inner]


def is_readable(calls: Sequence[tuple[str, str, str]]) -> bool:
    """Return whether the graph is small enough to be drawn, and not empty."""
    boxes = {name for call in calls for name in call[:2]}
    return len(boxes) > 0 and (len(boxes) <= MOST_BOXES or len(calls) <= _FEW_CALLS)


def lay_out(calls: Sequence[tuple[str, str, str]], *, centre: str | None = None) -> Network:
    """Lay out pacticipants in columns, consumers to the left of their providers if possible.

    Args:
        calls: Consumer, provider, and the state of their latest contract.
        centre: The service to emphasise, in the middle of the columns.

    Example:
        >>> network = lay_out([("web", "users", "verified")])
        >>> [box.name for box in network.boxes], network.boxes[0].x < network.boxes[1].x
        (['web', 'users'], True)
    """
    pairs = [(consumer, provider) for consumer, provider, _ in calls]
    names = sorted({name for pair in pairs for name in pair})
    depths = (
        _depths_around(centre, pairs) if centre in names else _depths(names, _reverse_cyclic_calls(pairs))
    )
    depths = _join_columns(depths)
    chains = [_chain(number, pair, depths) for number, pair in enumerate(pairs)]
    columns = _order(names, depths, chains)
    tops, height = _top_edges(columns)
    boxes = {
        name: PacticipantBox(name, _left_edge(depths[name]), tops[name, -1], central=name == centre)
        for column in columns
        for name, number in column
        if number < 0
    }
    arrows = [
        Arrow(consumer, provider, state, _path(boxes[consumer], boxes[provider], _points(chain, tops)))
        for (consumer, provider, state), chain in zip(calls, chains, strict=True)
    ]
    return Network(
        width=2 * _MARGIN + max(len(columns) * (_WIDTH + _GAP_X) - _GAP_X, 0),
        height=height,
        boxes=tuple(boxes.values()),
        arrows=tuple(sorted(arrows, key=lambda arrow: arrow.state == "failed")),
    )


def _reverse_cyclic_calls(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the calls with those reversed that close a cycle."""
    following: dict[str, list[str]] = {}
    for consumer, provider in pairs:
        following.setdefault(consumer, []).append(provider)
    providers = {provider for _, provider in pairs}
    starts = sorted({consumer for consumer, _ in pairs}, key=lambda name: (name in providers, name))
    reversed_pairs: set[tuple[str, str]] = set()
    finished_services: set[str] = set()
    for start in starts:
        _walk(start, following, finished_services, reversed_pairs)
    return [(b, a) if (a, b) in reversed_pairs else (a, b) for a, b in pairs]


def _walk(
    start: str,
    following: Mapping[str, list[str]],
    finished_services: set[str],
    reversed_pairs: set[tuple[str, str]],
) -> None:
    """Follow the calls from a service depth first, without recursion, and collect those that close a cycle."""
    way: list[str] = [] if start in finished_services else [start]
    next_services = {name: iter(sorted(following.get(name, ()))) for name in way}
    while way:
        here = way[-1]
        step = next(next_services[here], None)
        if step is None:
            finished_services.add(way.pop())
        elif step in way:
            reversed_pairs.add((here, step))
        elif step not in finished_services:
            way.append(step)
            next_services[step] = iter(sorted(following.get(step, ())))


def _depths(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return each service's column: the one after its last caller's."""
    depths = dict.fromkeys(names, 0)
    for _ in names:
        changed = False
        for caller, callee in edges:
            if caller != callee and depths[callee] <= depths[caller]:
                depths[callee], changed = depths[caller] + 1, True
        if not changed:
            break
    return depths


def _depths_around(centre: str, pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return each service's column by its distance from the centre: callers are one column to the left."""
    steps: dict[str, list[tuple[str, int]]] = {}
    for consumer, provider in pairs:
        steps.setdefault(consumer, []).append((provider, 1))
        steps.setdefault(provider, []).append((consumer, -1))
    depths = {centre: 0}
    waiting = [centre]
    for name in waiting:
        for other, step in steps[name]:
            if other not in depths:
                depths[other] = depths[name] + step
                waiting.append(other)
    return depths


def _join_columns(depths: Mapping[str, int]) -> dict[str, int]:
    """Return columns from 0; neighbouring columns are joined if there are too many for a page."""
    columns = {depth: number for number, depth in enumerate(sorted(set(depths.values())))}
    count = max(len(columns), _MOST_COLUMNS)
    return {name: columns[depth] * _MOST_COLUMNS // count for name, depth in depths.items()}


def _chain(number: int, pair: tuple[str, str], depths: Mapping[str, int]) -> list[_Node]:
    """Return the slots that a call passes, from left to right."""
    first, last = sorted(pair, key=lambda name: depths[name])
    between = [(f"{depth}", number) for depth in range(depths[first] + 1, depths[last])]
    return [(first, -1), *between, (last, -1)]


def _order(
    names: Sequence[str], depths: Mapping[str, int], chains: Sequence[Sequence[_Node]]
) -> list[list[_Node]]:
    """Return the columns, each ordered by the positions of its slots' neighbours."""
    columns: list[list[_Node]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for name in names:
        columns[depths[name]].append((name, -1))
    for chain in chains:
        for node in chain[1:-1]:
            columns[int(node[0])].append(node)
    neighbours: dict[_Node, list[_Node]] = {node: [] for column in columns for node in column}
    for chain in chains:
        for first, second in pairwise(chain):
            neighbours[first].append(second)
            neighbours[second].append(first)
    rank: dict[_Node, float] = {}
    for column in columns:
        rank |= zip(column, _spread(len(column)), strict=True)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            column.sort(
                key=lambda node: (
                    _mean([rank[neighbour] for neighbour in neighbours[node]], rank[node]),
                    node,
                )
            )
            rank |= zip(column, _spread(len(column)), strict=True)
    return columns


def _spread(count: int) -> list[float]:
    return [(row + 0.5) / count for row in range(count)]


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _top_edges(columns: Sequence[Sequence[_Node]]) -> tuple[dict[_Node, int], int]:
    """Return the top edge of each slot, with all columns centred, and the total height."""
    heights = [
        sum((_HEIGHT if number < 0 else _WAY) + _GAP_Y for _, number in column) - _GAP_Y for column in columns
    ]
    tallest = max(heights, default=0)
    tops: dict[_Node, int] = {}
    for column, height in zip(columns, heights, strict=True):
        y = _MARGIN + (tallest - height) // 2
        for node in column:
            tops[node] = y
            y += (_HEIGHT if node[1] < 0 else _WAY) + _GAP_Y
    return tops, tallest + 2 * _MARGIN


def _left_edge(depth: int) -> int:
    return _MARGIN + depth * (_WIDTH + _GAP_X)


def _points(chain: Sequence[_Node], tops: Mapping[_Node, int]) -> list[tuple[int, int]]:
    """Return the left ends of the straight segments on which a call passes columns."""
    return [(_left_edge(int(node[0])), tops[node] + _WAY // 2) for node in chain[1:-1]]


def _path(start: PacticipantBox, end: PacticipantBox, points: Sequence[tuple[int, int]]) -> str:
    """Return the curves from one box to another, level where they pass a column; backward calls run to the left."""
    if start.x == end.x:
        return _loop(start, end)
    forward = start.x < end.x
    steps = [(x, x + _WIDTH, y) for x, y in points]
    if not forward:
        steps = [(right, left, y) for left, right, y in reversed(steps)]
    x, y = (start.x + start.width if forward else start.x), start.y + start.height // 2
    target = ((end.x if forward else end.x + end.width), end.y + end.height // 2)
    parts = [f"M{x},{y}"]
    for begin, finish, level in [*steps, (target[0], target[0], target[1])]:
        bend = (begin - x) // 2
        parts.append(f"C{x + bend},{y} {begin - bend},{level} {begin},{level}")
        if finish != begin:
            parts.append(f"L{finish},{level}")
        x, y = finish, level
    return " ".join(parts)


def _loop(start: PacticipantBox, end: PacticipantBox) -> str:
    """Return a curve beside the column for two boxes in it, or for a box that calls itself."""
    x, apart = start.x + start.width, 6 if start is end else 0
    top, bottom = start.y + start.height // 2 - apart, end.y + end.height // 2 + apart
    bend = 30 if start is end else min(24 + abs(bottom - top) // 6, _GAP_X - 12)
    lean = 10 if start is end else 0
    return f"M{x},{top} C{x + bend},{top - lean} {x + bend},{bottom + lean} {x},{bottom}"
