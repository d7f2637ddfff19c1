"""Cassettes of several tests, tests of one name, parameters of any kind, and repeated requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.cassettes import read_cassette
from pactape.cassettes.names import cassette_name, fixture_cassette_name
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.settings import ScrubSettings

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from tests.cassettes.conftest import Provider

SHARING = """
import os, pytest, requests

def get(path):
    return requests.get(os.environ["API"] + path, timeout=5).json()["path"]

@pytest.mark.cassette("shared.yaml")
def test_one():
    assert get("/login") == "/login"
    assert get("/one") == "/one"

@pytest.mark.cassette("shared.yaml")
def test_two():
    assert get("/login") == "/login"
    assert get("/two") == "/two"
"""


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider) -> Project:
    return Project(pytester, provider.url)


WORKERS = pytest.mark.parametrize(
    "workers",
    [
        pytest.param((), id="alone"),
        pytest.param(("-p", "xdist.plugin", "-n", "2"), id="two workers", marks=pytest.mark.long),
    ],
)


@pytest.mark.long
@WORKERS
@pytest.mark.parametrize("mode", ["once", "all"])
def test_tests_that_name_one_cassette_record_it_together_and_replay_alone(
    project: Project, mode: str, workers: tuple[str, ...]
) -> None:
    project.write("test_it.py", SHARING)
    output = project.pytest("--pactape-record", mode, *workers)
    assert "exit 0" in output
    assert "unplayed" not in output
    assert "unused" not in output
    paths = {
        exchange.request.url.rpartition("/")[2]
        for exchange in read_cassette(project.root / "cassettes/shared.yaml")
    }
    assert paths == {"login", "one", "two"}
    for options in ((), ("-k", "two"), workers):
        output = project.pytest(*options)
        assert "exit 0" in output, output
        assert "unused" not in output


@pytest.mark.long
def test_a_part_that_no_sharing_test_uses_is_unused(project: Project) -> None:
    project.write("test_it.py", SHARING)
    project.pytest("--pactape-record", "all")
    project.write("test_it.py", SHARING.replace('    assert get("/two") == "/two"\n', ""))
    assert "unused: cassettes/shared.yaml" in project.pytest()


@pytest.mark.long
def test_modules_of_one_name_have_their_own_cassettes_however_they_are_run(project: Project) -> None:
    test = SHARING.replace('("shared.yaml")', "")
    project.write("tests/unit/test_it.py", test)
    project.write("tests/api/test_it.py", test.replace("/one", "/first"))
    assert "exit 0" in project.pytest("tests/unit", "--pactape-record", "once")
    assert "exit 1" in project.pytest("tests/api")
    assert "exit 0" in project.pytest("--pactape-record", "once")
    assert "exit 0" in project.pytest()


@pytest.mark.long
def test_a_recording_under_the_former_name_is_found_by_the_test_that_made_it_only(project: Project) -> None:
    test = SHARING.replace('("shared.yaml")', "")
    project.write("tests/unit/test_it.py", test)
    project.pytest("--pactape-record", "once")
    for name in ("test_one", "test_two"):
        new = project.root / f"cassettes/unit.test_it.{name}.yaml"
        new.rename(project.root / f"cassettes/test_it.{name}.yaml")
    assert "exit 0" in project.pytest("tests/unit")
    project.write("tests/api/test_it.py", test)
    assert "exit 1" in project.pytest("tests/api")


def test_a_repeated_request_gets_the_last_response_again_on_request(project: Project) -> None:
    text = """
import os, pytest, requests

@pytest.mark.cassette(repeats=True)
def test_polls():
    url, times = os.environ["API"] + "/job", int(os.environ["TIMES"])
    hits = [requests.get(url, timeout=5).json()["hit"] for _ in range(times)]
    assert hits == [1, 2, 2, 2][: len(hits)]
"""
    project.write("test_it.py", text.replace('os.environ["TIMES"]', '"2"'))
    assert "exit 0" in project.pytest("--pactape-record", "once")
    project.write("test_it.py", text.replace('os.environ["TIMES"]', '"4"'))
    assert "exit 0" in project.pytest()


@pytest.mark.parametrize(
    ("nodeid", "name"),
    [
        ("test_a.py::test_b", "test_a.test_b.yaml"),
        ("tests/test_a.py::TestC::test_b[1]", "test_a.TestC.test_b[1].yaml"),
        ("tests/unit/test_a.py::test_b", "unit.test_a.test_b.yaml"),
    ],
)
def test_a_plain_test_has_a_plain_name(nodeid: str, name: str) -> None:
    assert cassette_name(nodeid) == name


def test_names_that_differ_stay_different_and_short() -> None:
    ids = ["<", ">", "=", "a b", "a-b", "a/b", "x" * 300, "x" * 299 + "y", "ä" * 120, "ä" * 119 + "b"]
    names = [cassette_name(f"test_a.py::test_b[{parameter}]") for parameter in ids]
    assert len(set(names)) == len(ids)
    assert max(len(name.encode()) for name in names) <= 200


def test_a_secret_parameter_is_not_part_of_the_name() -> None:
    rules = ScrubRules.from_settings(ScrubSettings(patterns=("KD-[0-9]+",)))
    assert "KD-20417" not in cassette_name("test_a.py::test_b[KD-20417]", rules)


def test_a_fixture_s_cassette_lies_beside_those_of_tests() -> None:
    assert fixture_cassette_name("tests/conftest.py::token") == "fixtures/tests.conftest.token.yaml"
