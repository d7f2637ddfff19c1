"""Who calls whom, laid out for a drawing: consumers on the left of what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Arrow", "Box", "Network", "lay_out"]

_WIDTH, _HEIGHT = 180, 40
_GAP_X, _GAP_Y = 110, 24
_MARGIN = 16
_LANE = 18


class Box(msgspec.Struct, frozen=True):
    """A pacticipant at its place; x and y are its upper left corner, in pixels."""

    name: str
    x: int
    y: int
    width: int = _WIDTH
    height: int = _HEIGHT


class Arrow(msgspec.Struct, frozen=True):
    """From a consumer to a provider, as an SVG path, with the state of their contract."""

    consumer: str
    provider: str
    state: str
    path: str


class Network(msgspec.Struct, frozen=True):
    """The drawing: its size in pixels, its boxes and arrows."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def lay_out(integrations: Sequence[tuple[str, str, str]]) -> Network:
    """Place every pacticipant to the right of whoever calls it; a circle of calls is cut somewhere.

    Args:
        integrations: Consumer, provider, and the state of their latest contract.

    Example:
        >>> network = lay_out([("web", "users", "verified")])
        >>> [box.name for box in network.boxes], network.boxes[0].x < network.boxes[1].x
        (['web', 'users'], True)
    """
    depths = _depths([(consumer, provider) for consumer, provider, _ in integrations])
    columns: dict[int, list[str]] = {}
    for name in sorted(depths):
        columns.setdefault(depths[name], []).append(name)
    boxes = {
        name: Box(
            name,
            _MARGIN + depth * (_WIDTH + _GAP_X),
            _MARGIN + row * (_HEIGHT + _GAP_Y),
        )
        for depth, names in sorted(columns.items())
        for row, name in enumerate(names)
    }
    rows = max((len(names) for names in columns.values()), default=0)
    bottom = _MARGIN + max(rows * (_HEIGHT + _GAP_Y) - _GAP_Y, 0)
    arrows = _arrows(integrations, boxes, depths, bottom=bottom)
    detours = sum(depths[arrow.provider] - depths[arrow.consumer] != 1 for arrow in arrows)
    return Network(
        width=2 * _MARGIN + max(len(columns) * (_WIDTH + _GAP_X) - _GAP_X, 0),
        height=bottom + _MARGIN + (_LANE * (detours + 1) if detours else 0),
        boxes=tuple(boxes.values()),
        arrows=tuple(arrows),
    )


def _arrows(
    integrations: Sequence[tuple[str, str, str]],
    boxes: Mapping[str, Box],
    depths: Mapping[str, int],
    *,
    bottom: int,
) -> list[Arrow]:
    """An arrow to the next column goes straight; any other goes below all boxes, in a lane of its own."""
    arrows, lowest = [], bottom
    for consumer, provider, state in integrations:
        start, end = boxes[consumer], boxes[provider]
        if depths[provider] - depths[consumer] == 1:
            path = _path(start, end, down=None)
        else:
            lowest += _LANE
            path = _path(start, end, down=lowest)
        arrows.append(Arrow(consumer, provider, state, path))
    return arrows


def _depths(calls: Sequence[tuple[str, str]]) -> dict[str, int]:
    depths = dict.fromkeys((name for call in calls for name in call), 0)
    for _ in depths:  # the longest way without a circle has fewer steps than there are names
        changed = False
        for consumer, provider in calls:
            wanted = depths[consumer] + 1
            if depths[provider] < wanted < len(depths):
                depths[provider], changed = wanted, True
        if not changed:
            break
    used = {depth: rank for rank, depth in enumerate(sorted(set(depths.values())))}
    return {name: used[depth] for name, depth in depths.items()}


def _path(start: Box, end: Box, *, down: int | None) -> str:
    """A curve from the right side of a box to the left side of another; `down` is how low its middle goes."""
    x1, y1 = start.x + start.width, start.y + start.height // 2
    x2, y2 = end.x, end.y + end.height // 2
    bend = _GAP_X // 2
    if down is None:
        return f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"
    low = (8 * down - y1 - y2) // 6  # a cubic's middle is at (start + 3 * first + 3 * second + end) / 8
    return f"M{x1},{y1} C{x1 + bend},{low} {x2 - bend},{low} {x2},{y2}"
