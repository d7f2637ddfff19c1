"""Tests that skip themselves, fail as expected, or have subtests: what is recorded, and what is an error."""

from __future__ import annotations

import subprocess
import sys
import unittest
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.cassettes import use_cassette
from pactape.errors import NoMatchError

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider

ENDINGS = ["pytest.skip('not today')", "pytest.xfail('known')"]
TEST = """
import os, pytest, requests

@pytest.mark.cassette
def test_gets_a_user():
    assert requests.get(os.environ["API"] + "/users/7", timeout=5).ok
"""
SWALLOWING = """
import os, pytest, requests

@pytest.mark.cassette
{marker}
def test_gets_a_user():
    try:
        requests.get(os.environ["API"] + "/users/7", timeout=5)
    except Exception:
        {ending}
"""
SUBTESTS = """
import os, pytest, requests, unittest

class UsersTest(unittest.TestCase):
    @pytest.mark.cassette
    def test_gets_a_user(self):
        for id in ("7", "8"):
            with self.subTest(id=id):
                assert requests.get(f"{os.environ['API']}/users/{id}", timeout=5).json() == id
"""
SKIPPING_FIXTURE = """
import os, pytest, requests

@pytest.fixture(scope="module")
def user():
    try:
        return requests.get(os.environ["API"] + "/users/7", timeout=5)
    except Exception:
        pytest.skip("the provider can't be reached")

@pytest.mark.cassette
def test_gets_a_user(user):
    assert user.ok
"""
PLAIN_UNITTEST = """
import unittest, requests
import pactape

@pactape.use_cassette
class UsersTest(unittest.TestCase):
    def test_gets_a_user(self):
        try:
            requests.get("http://users.example.com/users/7", timeout=5)
        except Exception:
            self.skipTest("the provider can't be reached")
"""


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider) -> Project:
    return Project(pytester, provider.url)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_test_that_skips_itself_or_fails_as_expected_replays_what_it_recorded(
    project: Project, ending: str
) -> None:
    project.write("test_users.py", f"{TEST}    {ending}\n")
    project.pytest("--pactape-record", "all")
    assert "exit 0" in project.pytest()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_is_not_replaced_by_that_of_a_test_that_does_not_pass(
    project: Project, ending: str
) -> None:
    project.write("test_users.py", TEST)
    project.pytest("--pactape-record", "all")
    (cassette,) = project.root.glob("cassettes/*.yaml")
    before = cassette.read_bytes()
    project.write("test_users.py", f"{TEST.replace('/users/7', '/users/8')}    {ending}\n")
    project.pytest("--pactape-record", "all")
    assert cassette.read_bytes() == before


@pytest.mark.parametrize(
    ("marker", "ending"),
    [("", "pytest.skip('unreachable')"), ("@pytest.mark.xfail", "raise"), ("", "pytest.xfail('known')")],
)
def test_a_missing_recording_is_an_error_whatever_the_test_makes_of_it(
    project: Project, marker: str, ending: str
) -> None:
    project.write("test_users.py", SWALLOWING.format(marker=marker, ending=ending))
    output = project.pytest()
    assert ("ERROR test_users.py::test_gets_a_user" in output, output[-6:]) == (True, "exit 1")


def test_a_test_with_a_failed_subtest_keeps_no_recording(project: Project) -> None:
    project.write("test_users.py", SUBTESTS)
    project.pytest("--pactape-record", "all")
    assert not list(project.root.glob("cassettes/*.yaml"))


def test_a_fixture_that_skips_does_not_hide_that_its_recording_lacks_a_request(project: Project) -> None:
    project.write("test_users.py", SKIPPING_FIXTURE)
    project.pytest("--pactape-record", "all")
    project.write("test_users.py", SKIPPING_FIXTURE.replace("/users/7", "/users/8"))
    output = project.pytest()
    assert ("ERROR test_users.py::test_gets_a_user" in output, output[-6:]) == (True, "exit 1")


def test_the_recording_of_a_fixture_is_not_replaced_when_it_skips(project: Project) -> None:
    project.write("test_users.py", SKIPPING_FIXTURE)
    project.pytest("--pactape-record", "all")
    (cassette,) = project.root.glob("cassettes/fixtures/*.yaml")
    before = cassette.read_bytes()
    project.write("test_users.py", SKIPPING_FIXTURE.replace("timeout=5)", "timeout=5).fails()"))
    project.pytest("--pactape-record", "all")
    assert cassette.read_bytes() == before


@pytest.mark.parametrize("ending", [pytest.skip.Exception, pytest.xfail.Exception, unittest.SkipTest])
def test_a_skip_in_a_decorated_function_does_not_hide_a_missing_recording(
    tmp_path: Path, ending: type[BaseException]
) -> None:
    @use_cassette(tmp_path / "none.yaml")
    def skips() -> None:
        with suppress(NoMatchError):
            requests.get("http://users.example.com/users/7", timeout=5)
        raise ending("the provider can't be reached")

    with pytest.raises((NoMatchError, ending)) as raised:
        skips()
    assert raised.type is NoMatchError


def test_a_skip_in_a_test_of_unittest_does_not_hide_a_missing_recording(tmp_path: Path) -> None:
    (tmp_path / "test_users.py").write_text(PLAIN_UNITTEST)
    command = [sys.executable, "-m", "unittest", "test_users"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, "no recorded interaction" in result.stderr) == (1, True)
