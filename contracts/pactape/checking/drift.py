"""Drift: whether providers still answer as they did when the tests were recorded."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.finder import cassettes_below
from pactape.checking.findings import Alarm
from pactape.checking.recordings import compare_recordings
from pactape.checking.rerecording import record_again

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pactape.settings import Settings

__all__ = ["Drift", "find_drift"]


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared, and what has changed.

    Args:
        recordings: How many cassettes were recorded again.
        alarms: The worst first.
    """

    recordings: int
    alarms: tuple[Alarm, ...]


def find_drift(settings: Settings, *, live_urls: Mapping[str, str], arguments: Sequence[str] = ()) -> Drift:
    """Record the project's tests again into a temporary folder, and compare shapes; the project stays as it is.

    Args:
        settings: The project's settings.
        live_urls: Live base URL by provider key, for providers that are somewhere else than recorded.
        arguments: More arguments for pytest, for example paths of tests.

    Raises:
        BadInputError: The tests can't be run, or a cassette can't be read.
    """
    with tempfile.TemporaryDirectory(prefix="pactape-drift-") as temporary:
        folder = Path(temporary) / "cassettes"
        folder.mkdir()
        failed = record_again(settings.root, folder, live_urls=live_urls, arguments=arguments)
        after = sorted(cassettes_below(folder))
        kept = (settings.cassettes / path.relative_to(folder) for path in after)
        changed = compare_recordings([path for path in kept if path.is_file()], after, settings)
    return Drift(recordings=len(after), alarms=tuple(sorted([*failed, *changed])))
