"""Markers are checked when tests are collected: one clear message, exit code 4, nothing recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape import use_cassette
from pactape.errors import BadInputError

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from tests.cassettes.conftest import Provider

TEST = """
import os, pytest, requests

@pytest.mark.{mark}
@pytest.mark.cassette
def test_first():
    assert requests.get(os.environ["API"] + "/a", timeout=5).ok
"""


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider) -> Project:
    return Project(pytester, provider.url)


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("cassette(1)", "path: expected"),
        ('cassette("a", "b")', "it takes one path"),
        ('cassette(contract="no")', "contract: expected"),
        ("cassette(consumer=3)", "consumer: expected"),
        ('cassette(allow="127.0.0.1")', "allow: expected"),
        ('cassette("a.json")', "would not be read back"),
        ('cassette("../x.yaml")', "outside the folder of cassettes"),
        ('cassette(consumr="x")', "unknown argument `consumr`"),
        ('cassette(ignore=["$"])', "ignore has an entry"),
        ('cassette(body="no")', "body: invalid"),
        ('cassette(consumer=" ")', "consumer is empty"),
        ('cassette(allow=["http://api.test"])', "is a URL, not a host"),
        ('cassette(ignore_hosts=[""])', "can't be left alone: it is empty"),
        ('cassette("a" * 300)', "it is too long"),
        ('cassette("folder/")', "it ends with a slash"),
        ('cassette("a\\0b")', "it can't be printed"),
        ('cassette("..")', "it is hidden"),
        ('cassette("users/.yaml")', "it is hidden"),
        ('cassette("")', "it is empty"),
        ("given()", "needs the name of one provider state"),
        ('given("")', "needs the name of one provider state"),
        ('given("x", "y")', "needs the name of one provider state"),
        ('given("x", o=object())', "must be JSON values"),
        ("vcr", "has the markers `cassette` and `vcr`"),
    ],
)
def test_a_marker_that_can_not_be_used_ends_the_run_with_one_message(
    project: Project, mark: str, words: str
) -> None:
    text = TEST.format(mark=mark)
    project.write(
        "test_it.py", text.replace("@pytest.mark.cassette\n", "") if mark.startswith("cassette") else text
    )
    check_refused(project, words)


@pytest.mark.long
def test_a_marker_that_can_not_be_used_ends_a_run_with_workers_alike(project: Project) -> None:
    project.write("test_it.py", TEST.format(mark="cassette(1)").replace("@pytest.mark.cassette\n", ""))
    check_refused(project, "path: expected", "-p", "xdist.plugin", "-n", "1")


def check_refused(project: Project, words: str, *options: str) -> None:
    """Check that a run ends with one message that has the words, and records nothing."""
    output = project.pytest("--pactape-record", "once", *options)
    assert "exit 4" in output, output
    assert words in output
    assert "test_first" in output
    assert "INTERNALERROR" not in output
    assert not (project.root / "cassettes").exists()


def test_a_path_without_a_suffix_is_a_yaml_file(project: Project) -> None:
    project.write("test_it.py", TEST.format(mark='cassette("users")').replace("@pytest.mark.cassette\n", ""))
    assert "exit 0" in project.pytest("--pactape-record", "once")
    assert (project.root / "cassettes/users.yaml").is_file()


@pytest.mark.parametrize(
    "workers",
    [(), pytest.param(("-p", "xdist.plugin", "-n", "1"), marks=pytest.mark.long)],
    ids=["alone", "a worker"],
)
def test_a_request_that_a_client_s_own_error_hides_is_shown_at_the_end(
    project: Project, workers: tuple[str, ...]
) -> None:
    text = TEST.format(mark="filterwarnings('error')").replace(
        "    assert",
        "    try:\n        requests.get(os.environ['API'] + '/b', timeout=5)\n    except Exception:\n"
        "        raise ValueError('it did not work') from None\n    assert",
    )
    project.write("test_it.py", text)
    output = project.pytest(*workers)
    section = output.partition("requests without a recorded response")[2]
    assert "test_it.py::test_first" in section
    assert "no recorded interaction matches GET" in section


def test_the_traceback_of_an_unmatched_request_shows_the_project_only(project: Project) -> None:
    project.write("test_it.py", TEST.format(mark="filterwarnings('error')"))
    output = project.pytest()
    assert "test_it.py:7" in output
    assert "site-packages" not in output.partition("short test summary")[0]


def test_a_name_that_leads_through_another_folder_replays(project: Project) -> None:
    text = TEST.format(mark='cassette("a/../b")').replace("@pytest.mark.cassette\n", "")
    project.write("test_it.py", text)
    assert "exit 0" in project.pytest("--pactape-record", "once")
    assert (project.root / "cassettes/b.yaml").is_file()
    assert "exit 0" in project.pytest()


def test_a_call_with_a_name_that_can_not_be_used_is_refused() -> None:
    for name in ("", ".users.yaml", "folder/", "a" * 300, 3, ["users.yaml"]):
        with pytest.raises(BadInputError, match="is not a cassette's name"):
            use_cassette(name)  # type: ignore[arg-type]  # what type checkers refuse, too
