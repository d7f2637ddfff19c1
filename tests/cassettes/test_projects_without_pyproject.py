"""Where the plugin puts the cassettes of a project that has no pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.cassettes import read_cassette

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider

TEST = """
import pytest, requests

@pytest.mark.cassette
def test_gets_a_user():
    assert requests.get("{url}/users/7", timeout=5).ok
"""


def recorded(pytester: pytest.Pytester, provider: Provider, *arguments: str) -> list[str]:
    """Run a test that is in an inner folder; return the paths of the cassettes with its request."""
    root: Path = pytester.path
    folder = root / "tests" / "api"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "test_users.py").write_text(TEST.format(url=provider.url))
    pytester.runpytest_inprocess("-p", "no:xdist", "--pactape-record", "once", *arguments)
    return [
        path.relative_to(root).as_posix() for path in root.rglob("*.yaml") if len(read_cassette(path)) == 1
    ]


@pytest.mark.parametrize("arguments", [(), ("tests/api",), ("tests/api/test_users.py",)])
def test_cassettes_are_where_commands_look_for_them(
    pytester: pytest.Pytester, provider: Provider, arguments: tuple[str, ...]
) -> None:
    (cassette,) = recorded(pytester, provider, *arguments)
    assert cassette.startswith("cassettes/")


def test_cassettes_are_beside_the_configuration_of_pytest(
    pytester: pytest.Pytester, provider: Provider
) -> None:
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "pytest.ini").touch()
    (cassette,) = recorded(pytester, provider)
    assert cassette.startswith("tests/cassettes/")
