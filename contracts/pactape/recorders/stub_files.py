"""The order of WireMock's stubs in files of their own, whose names don't show it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.recorders.formats.wiremock_scenarios import scenario_steps
from pactape.recorders.sequences import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["in_recorded_order"]

#: Members that state when a stub was recorded, or in which state of a sequence it answers.
_ORDERS = (b'"insertionIndex"', b'"scenarioName"')
_LARGEST = 4 * 2**20


def in_recorded_order(paths: Iterable[Path]) -> list[Path]:
    """Return files, with WireMock's stubs of each folder in the order in which they were recorded.

    Equal requests get different responses in that order, and the names of the files need not show it.

    Args:
        paths: Recordings of any tool; all others keep their places.
    """
    files = list(paths)
    folders: dict[Path, list[int]] = {}
    stubs: dict[int, Any] = {}
    for position, path in enumerate(files):
        stub = _stub(path) if path.suffix.lower() == ".json" else None
        if stub is not None:
            stubs[position] = stub
            folders.setdefault(path.parent, []).append(position)
    result = list(files)
    for positions in folders.values():
        for position, source in zip(positions, _in_order(positions, stubs), strict=True):
            result[position] = files[source]
    return result


def _in_order(positions: list[int], stubs: dict[int, Any]) -> list[int]:
    """Return the positions of stubs by their index, and those of each scenario in its order."""
    by_index = sorted(positions, key=lambda position: _index(stubs[position]))
    steps = scenario_steps([stubs[position] for position in by_index])
    order = in_order(by_index, lambda position: steps.get(id(stubs[position])))
    return [by_index[place] for place in order]


def _stub(path: Path) -> Any:
    """Return the stub in a file; None for a file without one that has an order."""
    with suppress(OSError, ValueError, RecursionError):
        data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
        if any(order in data for order in _ORDERS):
            value = json.loads(data)
            return value if isinstance(value, dict) and isinstance(value.get("request"), dict) else None
    return None


def _index(stub: dict[str, Any]) -> float:
    index = stub.get("insertionIndex")
    return float(index) if isinstance(index, int) else float("inf")
