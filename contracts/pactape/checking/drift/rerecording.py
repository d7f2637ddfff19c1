"""Recording all tests again into another folder; the project's recordings aren't changed."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["FailedTest", "TestRun", "record_again", "test_name"]

_ALL_PASSED, _SOME_FAILED, _NONE_COLLECTED = 0, 1, 5
_LINES_SHOWN = 15
#: The names of errors that HTTP libraries and the operating system raise when a server can't be reached, where a
#: traceback names the error that was raised or its cause.
_UNREACHABLE = re.compile(
    r"^(?:E\s+)?(?:\w+\.)*(ConnectionRefusedError|ConnectionResetError|NewConnectionError|NameResolutionError|ConnectTimeout\w*"
    r"|ConnectError|ConnectionError|ClientConnector\w*Error|ServerDisconnectedError|RemoteDisconnected"
    r"|MaxRetryError|gaierror|TimeoutError|ReadTimeout\w*)(?=:|$)",
    re.MULTILINE,
)


class FailedTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test that failed while it was recorded again, or that no server answered.

    Args:
        name: Its module, classes and function, "tests.test_users.test_reads_a_user".
        message: The first line of its error.
        is_unreachable: Whether no server answered.
    """

    name: str
    message: str
    is_unreachable: bool


class TestRun(msgspec.Struct, frozen=True, kw_only=True):
    """The tests that were run against live providers; skipped ones are in neither.

    Args:
        failed: Those that failed.
        passed: The names of those that passed.
    """

    failed: list[FailedTest]
    passed: frozenset[str]


def record_again(
    root: Path, folder: Path, *, live_urls: Mapping[str, str], arguments: Sequence[str] = ()
) -> TestRun:
    """Run the project's recorded tests against live providers, with their cassettes going into `folder`.

    Args:
        root: The project's folder.
        folder: Where the new recordings go; a test that fails leaves what it recorded before.
        live_urls: Live base URL by provider key, for providers that are no longer where they were recorded.
        arguments: More arguments for pytest, for example paths of tests.

    Raises:
        BadInputError: pytest can't run the tests, or there are none.
    """
    report = folder.parent / "junit.xml"
    live = [f"--pactape-live={key}={url}" for key, url in live_urls.items()]
    command = [sys.executable, "-m", "pytest", "-m", "cassette", "-p", "no:cacheprovider", "-q"]
    options = ["--pactape-record=all", "--pactape-keep-failed", f"--pactape-cassettes={folder}", *live]
    process = subprocess.run(  # noqa: S603 -- the project's own tests
        [*command, *options, f"--junitxml={report}", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode == _NONE_COLLECTED:
        raise BadInputError(
            "no test is marked `cassette`", where=root, remedy="mark the tests that have recordings"
        )
    if process.returncode not in {_ALL_PASSED, _SOME_FAILED}:
        raise BadInputError(
            f"pytest could not run the tests (exit code {process.returncode}):\n"
            f"{_end(process.stdout + process.stderr)}",
            where=root,
            remedy="make `pytest -m cassette` work",
        )
    return _test_run(report)


def test_name(node_id: str) -> str:
    """Return a test's name in a JUnit report from its pytest node id.

    Example:
        >>> test_name("tests/test_users.py::TestUsers::test_reads[7]")
        'tests.test_users.TestUsers.test_reads[7]'
    """
    file, *names = node_id.split("::")
    return ".".join([file.removesuffix(".py").replace("/", "."), *names])


def _test_run(report: Path) -> TestRun:
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 -- written by pytest just now
    outcomes = {"failure", "error", "skipped"}
    return TestRun(
        failed=[failure for case in cases for failure in _failures(case)],
        passed=frozenset(
            _name_in(case) for case in cases if outcomes.isdisjoint(element.tag for element in case)
        ),
    )


def _failures(case: ET.Element) -> Iterator[FailedTest]:
    for problem in (*case.findall("failure"), *case.findall("error")):
        message = problem.get("message") or ""
        lines = message.splitlines() or ["it fails"]
        yield FailedTest(
            name=_name_in(case),
            message=lines[0].rstrip("."),
            is_unreachable=_UNREACHABLE.search(f"{message}\n{problem.text or ''}") is not None,
        )


def _name_in(case: ET.Element) -> str:
    return f"{case.get('classname')}.{case.get('name')}"


def _end(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LINES_SHOWN:])
