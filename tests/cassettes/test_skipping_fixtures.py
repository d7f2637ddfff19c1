"""A wider fixture that requests something and then skips its tests, or expects them to fail, replays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from tests.cassettes.conftest import Provider

SKIPPING = """
import os, pytest, requests, unittest

@pytest.fixture(scope="session")
def thing():
    if requests.get(os.environ["API"] + "/version", timeout=5).ok:
        {end}

@pytest.mark.cassette
def test_one(thing): ...
"""
CLASS = """
import os, pytest, requests, unittest

class TestUsers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        requests.get(os.environ["API"] + "/version", timeout=5)
        raise unittest.SkipTest("an older version")

    @pytest.mark.cassette
    def test_one(self): ...
"""


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider) -> Project:
    return Project(pytester, provider.url)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (SKIPPING.format(end='pytest.skip("an older version")'), "1 skipped"),
        (SKIPPING.format(end='pytest.xfail("an older version")'), "1 xfailed"),
        (CLASS, "1 skipped"),
    ],
    ids=["skip", "xfail", "class"],
)
def test_the_requests_before_a_skip_are_recorded_and_replay(
    project: Project, provider: Provider, text: str, outcome: str
) -> None:
    project.write("test_it.py", text)
    assert outcome in project.pytest("--pactape-record", "once")
    assert outcome in project.pytest()
    assert provider.hits["/version"] == 1
