"""Who calls whom, laid out in columns for a drawing: consumers on the left of what they call.

The layout follows Sugiyama, Tagawa and Toda (1981): circles are cut, every service gets the column after its last
caller's, calls over several columns get a place in each, and columns are ordered so that few calls cross.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["MOST_BOXES", "Arrow", "Box", "Network", "lay_out", "neighbourhood"]

#: More boxes than these can't be read in one drawing.
MOST_BOXES = 40
_WIDTH, _HEIGHT = 152, 32
_GAP_X, _GAP_Y = 72, 14
_WAY = 6  # the height of the place of a call that passes a column
_MARGIN = 10
_SWEEPS = 8

#: A place in a column: a service, or a call (by its number) that passes the column.
_Node = tuple[str, int]


class Box(msgspec.Struct, frozen=True):
    """A pacticipant at its place; x and y are its upper left corner, in pixels."""

    name: str
    x: int
    y: int
    width: int = _WIDTH
    height: int = _HEIGHT
    central: bool = False


class Arrow(msgspec.Struct, frozen=True):
    """From a consumer to a provider, as an SVG path, with the state of their contract."""

    consumer: str
    provider: str
    state: str
    path: str


class Network(msgspec.Struct, frozen=True):
    """The drawing: its size in pixels, its boxes, and its arrows, failed ones last and so on top."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def neighbourhood(
    calls: Sequence[tuple[str, str, str]], centre: str, *, depth: int
) -> list[tuple[str, str, str]]:
    """Return the calls between a service and those that are at most `depth` calls away from it.

    Example:
        >>> neighbourhood([("a", "b", "verified"), ("b", "c", "verified")], "a", depth=1)
        [('a', 'b', 'verified')]
    """
    near, inner = {centre}, {centre}
    for _ in range(depth):
        inner = set(near)
        near |= {name for call in calls for name in call[:2] if near & set(call[:2])}
    return [call for call in calls if set(call[:2]) & inner]


def lay_out(calls: Sequence[tuple[str, str, str]], *, centre: str | None = None) -> Network:
    """Place every pacticipant to the right of whoever calls it; a circle of calls is cut somewhere.

    Args:
        calls: Consumer, provider, and the state of their latest contract.
        centre: The service to emphasise.

    Example:
        >>> network = lay_out([("web", "users", "verified")])
        >>> [box.name for box in network.boxes], network.boxes[0].x < network.boxes[1].x
        (['web', 'users'], True)
    """
    edges = _without_circles([(consumer, provider) for consumer, provider, _ in calls])
    names = sorted({name for call in calls for name in call[:2]})
    depths = _depths(names, edges)
    chains = [_chain(number, edge, depths) for number, edge in enumerate(edges)]
    columns = _ordered(names, depths, chains)
    tops, height = _tops(columns)
    boxes = {
        name: Box(name, _left(depths[name]), tops[name, -1], central=name == centre)
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


def _without_circles(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the calls with those turned round that would lead back to where a way began."""
    following: dict[str, list[str]] = {}
    for consumer, provider in pairs:
        following.setdefault(consumer, []).append(provider)
    called = {provider for _, provider in pairs}
    starts = sorted({consumer for consumer, _ in pairs}, key=lambda name: (name in called, name))
    turned: set[tuple[str, str]] = set()
    done: set[str] = set()
    for start in starts:
        _walk(start, following, done, turned)
    return [(b, a) if (a, b) in turned else (a, b) for a, b in pairs]


def _walk(
    start: str, following: Mapping[str, list[str]], done: set[str], turned: set[tuple[str, str]]
) -> None:
    """Follow the calls from a service depth first, without recursion, and note those that lead back."""
    way: list[str] = [] if start in done else [start]
    waiting = {name: iter(sorted(following.get(name, ()))) for name in way}
    while way:
        here = way[-1]
        step = next(waiting[here], None)
        if step is None:
            done.add(way.pop())
        elif step in way:
            turned.add((here, step))
        elif step not in done:
            way.append(step)
            waiting[step] = iter(sorted(following.get(step, ())))


def _depths(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return each service's column: the one after the last of its callers'."""
    depths = dict.fromkeys(names, 0)
    for _ in names:
        changed = False
        for left, right in edges:
            if left != right and depths[right] <= depths[left]:
                depths[right], changed = depths[left] + 1, True
        if not changed:
            break
    return depths


def _chain(number: int, edge: tuple[str, str], depths: Mapping[str, int]) -> list[_Node]:
    """Return the places that a call goes through, from left to right."""
    left, right = edge
    between = [(f"{depth}", number) for depth in range(depths[left] + 1, depths[right])]
    return [(left, -1), *between, (right, -1)]


def _ordered(
    names: Sequence[str], depths: Mapping[str, int], chains: Sequence[Sequence[_Node]]
) -> list[list[_Node]]:
    """Return the columns, each ordered by where the neighbours of its places are."""
    columns: list[list[_Node]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for name in names:
        columns[depths[name]].append((name, -1))
    for chain in chains:
        for node in chain[1:-1]:
            columns[int(node[0])].append(node)
    neighbours: dict[_Node, list[_Node]] = {node: [] for column in columns for node in column}
    for chain in chains:
        for left, right in pairwise(chain):
            neighbours[left].append(right)
            neighbours[right].append(left)
    rank: dict[_Node, float] = {}
    for column in columns:
        rank |= zip(column, _spread(len(column)), strict=True)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            column.sort(key=lambda node: (_mean([rank[each] for each in neighbours[node]], rank[node]), node))
            rank |= zip(column, _spread(len(column)), strict=True)
    return columns


def _spread(count: int) -> list[float]:
    return [(row + 0.5) / count for row in range(count)]


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _tops(columns: Sequence[Sequence[_Node]]) -> tuple[dict[_Node, int], int]:
    """Return where each place begins, with every column in the middle, and the height of all."""
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


def _left(depth: int) -> int:
    return _MARGIN + depth * (_WIDTH + _GAP_X)


def _points(chain: Sequence[_Node], tops: Mapping[_Node, int]) -> list[tuple[int, int]]:
    """Return the left ends of the straight pieces on which a call passes columns."""
    return [(_left(int(node[0])), tops[node] + _WAY // 2) for node in chain[1:-1]]


def _path(start: Box, end: Box, points: Sequence[tuple[int, int]]) -> str:
    """Return curves from a box to another, level where they pass a column; a turned call runs to the left."""
    if start.name == end.name:
        return _loop(start)
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


def _loop(box: Box) -> str:
    x, y = box.x + box.width, box.y + box.height // 2
    return f"M{x},{y - 6} C{x + 30},{y - 16} {x + 30},{y + 16} {x},{y + 6}"
