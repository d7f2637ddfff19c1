"""Checks collected tests: their markers, and the cassettes that they share."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pactape.errors import SettingsError
from pactape.pytest_record.markers import cassette_marker, given_states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

    from pactape.pytest_record.config import RecordingConfigs

__all__ = ["check_items"]


def check_items(items: Sequence[pytest.Item], configs: RecordingConfigs) -> None:
    """Check the markers of tests before any of them runs.

    Raises:
        SettingsError: A marker is invalid, a test has the markers `cassette` and `vcr`, or two tests have the same
            cassette by default.
    """
    for item in items:
        configs.of(item.path).match_rules  # noqa: B018 -- checks the settings
        if item.get_closest_marker("vcr"):
            raise SettingsError(
                "has the markers `cassette` and `vcr`, but only one recorder can record a test",
                where=item.nodeid,
                remedy="remove one of them; `pactape adopt` moves tests from `vcr` to `cassette`",
            )
        given_states(item)
    _distinguish_names_by_case(items, configs)
    owners: dict[Path, str] = {}
    for item in items:
        path = configs.of(item.path).cassette_path(item)
        if cassette_marker(item).path is None and path in owners:
            raise SettingsError(
                f"{owners[path]} and {item.nodeid} would both use this cassette",
                where=path,
                remedy="give one of them a different name: @pytest.mark.cassette('name.yaml')",
            )
        if path in owners:
            configs.of(item.path).note_shared(path)
        owners[path] = item.nodeid


def _distinguish_names_by_case(items: Sequence[pytest.Item], configs: RecordingConfigs) -> None:
    """Give different names to cassettes of tests whose names differ in case only."""
    by_spelling: defaultdict[str, dict[Path, pytest.Item]] = defaultdict(dict)
    for item in items:
        if cassette_marker(item).path is None:
            path = configs.of(item.path).cassette_path(item)
            by_spelling[str(path).casefold()][path] = item
    for twins in by_spelling.values():
        for path in sorted(twins)[
            :-1
        ]:  # the last one has most lower-case letters, whatever the order of tests
            configs.of(twins[path].path).avoid_twin(twins[path])
