"""Timing two or more ways of one thing side by side, in one run."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["medians", "show"]


def medians(
    ways: Mapping[str, Callable[[], object]],
    *,
    rounds: int = 9,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """The median time of each way in seconds; the ways take turns, so that a slow moment hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begin = clock()
            way()
            times[name].append(clock() - begin)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def show(title: str, times: dict[str, float], *, base: str) -> None:
    """Print times and their ratios to that of `base`."""
    print(f"{title}")
    for name, seconds in times.items():
        print(f"  {name:<44} {seconds * 1000:10.3f} ms  {seconds / times[base]:8.2f}x")
