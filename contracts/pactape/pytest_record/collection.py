"""Checks of the collected tests: their markers, and the cassettes that they share."""

from __future__ import annotations

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
        SettingsError: A marker can't be used, a test has the markers `cassette` and `vcr`, or two tests have one
            cassette without naming it.
    """
    owners: dict[Path, str] = {}
    for item in items:
        configs.of(item.path).match_rules  # noqa: B018 -- checks the settings
        if item.get_closest_marker("vcr"):
            raise SettingsError(
                "has the markers `cassette` and `vcr`, and two recorders can't record one test",
                where=item.nodeid,
                remedy="remove one of them; `pactape adopt` moves tests from `vcr` to `cassette`",
            )
        given_states(item)
        path = configs.of(item.path).cassette_path(item)
        if cassette_marker(item).path is None and path in owners:
            raise SettingsError(
                f"{owners[path]} and {item.nodeid} would both use this cassette",
                where=path,
                remedy="give one of them a name of its own: @pytest.mark.cassette('name.yaml')",
            )
        if path in owners:
            configs.of(item.path).note_shared(path)
        owners[path] = item.nodeid
