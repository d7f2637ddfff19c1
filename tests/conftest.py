"""What all rooms share: pytester, to run the plugin in projects of its own, and one running storefront."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.examples import register_profiles
from tests.helpers.measuring import unmeasured

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from storefront.system import Storefront

pytest_plugins = ["pytester"]

_HERE = Path(__file__).parent
#: Rooms whose tests run none of the code that the gates of the coverage are about, or run it in other environments.
_UNMEASURED = tuple(_HERE / name for name in ("guide", "house", "packaging", "storefront"))

register_profiles()


def pytest_configure(config: pytest.Config) -> None:
    """Measure nothing in the controller of pytest-xdist, which runs no test and competes with the workers."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        sys.settrace(None)
        threading.settrace(None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if not any(item.path.is_relative_to(room) for room in _UNMEASURED):
        return (yield)
    with unmeasured():
        return (yield)


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
