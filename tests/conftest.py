"""What all rooms share: pytester, to run the plugin in projects of its own, and one running storefront."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storefront.system import Storefront

pytest_plugins = ["pytester"]


hypothesis.settings.register_profile("untimed", deadline=None)  # no test depends on how busy a machine is
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def storefront() -> Iterator[Storefront]:
    """All services of the storefront, on a database of their own; nobody takes over orders but the tests."""
    from storefront.system import running_storefront  # noqa: PLC0415 -- replaying tests need no provider

    with running_storefront(recover_every=None) as running:
        yield running


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Save the coverage of a worker here: pytest-xdist kills workers that take more than ten seconds to exit."""
    coverage = sys.modules.get("coverage")
    current = coverage.Coverage.current() if coverage else None
    if current is not None:
        current.save()
