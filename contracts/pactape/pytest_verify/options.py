"""The options and hooks of `pytest --pactape-verify`, which runs every interaction of a contract as a test.

The rest of this package is imported when a contract is collected, so that pytest starts fast.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["add_options", "is_requested"]


def add_options(parser: pytest.Parser) -> None:
    """Add the options of in-process verification."""
    group = parser.getgroup(
        "pactape-verify", "Pactape: verify an application against its contracts, in this process"
    )
    group.addoption(
        "--pactape-verify",
        metavar="MODULE:APP",
        help="verify this WSGI or ASGI application against contracts: each interaction in the collected "
        "pact files is a test. MODULE:APP() calls a function that creates the application. Without "
        "paths, the contracts in [tool.pactape] pacts are collected. '-' for contracts of messages only",
    )
    group.addoption(
        "--pactape-verify-provider",
        metavar="NAME",
        help="the application's provider, by key or name; required for contracts of several providers",
    )
    group.addoption(
        "--pactape-verify-states",
        metavar="MODULE:NAME",
        help="the handlers of provider states; by default [tool.pactape.providers.*] states",
    )
    group.addoption(
        "--pactape-verify-messages",
        metavar="MODULE:NAME",
        help="a mapping from descriptions to functions that produce the messages of contracts; by default "
        "[tool.pactape.providers.*] messages",
    )
    group.addoption(
        "--pactape-verify-header",
        metavar="NAME:VALUE",
        action="append",
        default=[],
        help="a header for every request, such as a real Authorization; repeatable. ${NAME} in VALUE is replaced "
        "by a value that a state handler returned, or with an environment variable",
    )
    group.addoption(
        "--pactape-verify-base-path",
        metavar="PATH",
        help="the path of the application's API, such as /v1; the contracts' paths are appended to it",
    )


def is_requested(config: pytest.Config) -> bool:
    """Return whether this run verifies an application."""
    return bool(config.getoption("--pactape-verify"))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Collect only the project's contracts if the command line has no paths."""
    if config.args_source is config.ArgsSource.ARGS:
        return
    from pactape.settings import find_root, load_settings  # noqa: PLC0415 -- only when verifying

    try:
        config.args = [str(load_settings(find_root(Path(config.rootpath))).pacts)]
    except BadInputError as error:
        pytest.exit(f"pactape: {error}", returncode=2)


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Iterable[pytest.Collector] | pytest.File | None:
    """Collect a pact file."""
    if file_path.suffix != ".json":
        return None
    from pactape.pytest_verify.items import collect  # noqa: PLC0415 -- only when verifying

    return collect(file_path, parent)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """End the run if the application, its states or its messages can't be imported.

    A pytest-xdist worker can't end the run: there, every interaction reports the error.
    """
    if hasattr(config, "workerinput"):
        return
    from pactape.pytest_verify.items import check  # noqa: PLC0415 -- only when verifying

    try:
        check(config, items)
    except BadInputError as error:
        pytest.exit(f"pactape: {error}", returncode=2)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Shut the application down."""
    from pactape.pytest_verify.session import VerificationSession  # noqa: PLC0415 -- only when verifying

    VerificationSession.of(config).close()
