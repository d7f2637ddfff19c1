"""Recording all tests once more, somewhere else: the kept recordings stay as they are."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from pactape.checking.findings import Alarm, Tier
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["record_again"]

_ALL_PASSED, _SOME_FAILED, _NONE_COLLECTED = 0, 1, 5
_LINES_SHOWN = 15


def record_again(
    root: Path, folder: Path, *, live_urls: Mapping[str, str], arguments: Sequence[str] = ()
) -> list[Alarm]:
    """Run the project's recorded tests against live providers, with their cassettes going into `folder`.

    Args:
        root: The project's folder.
        folder: Where the new recordings go; of a test that fails there is none.
        live_urls: Live base URL by provider key, for providers that are somewhere else than recorded.
        arguments: More arguments for pytest, for example paths of tests.

    Returns:
        An alarm for each test that fails.

    Raises:
        BadInputError: pytest can't run the tests, or there are none.
    """
    report = folder.parent / "junit.xml"
    live = [f"--pactape-live={key}={url}" for key, url in live_urls.items()]
    command = [sys.executable, "-m", "pytest", "-m", "cassette", "-p", "no:cacheprovider", "-q"]
    options = ["--pactape-record=all", f"--pactape-cassettes={folder}", *live, f"--junitxml={report}"]
    done = subprocess.run(  # noqa: S603 -- the project's own tests
        [*command, *options, *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode == _NONE_COLLECTED:
        raise BadInputError(
            "no test is marked `cassette`", where=root, remedy="mark those whose recordings you keep"
        )
    if done.returncode not in {_ALL_PASSED, _SOME_FAILED}:
        raise BadInputError(
            f"pytest could not run the tests (exit code {done.returncode}):\n{_end(done.stdout + done.stderr)}",
            where=root,
            remedy="make `pytest -m cassette` run",
        )
    return list(_failures(report))


def _failures(report: Path) -> Iterator[Alarm]:
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 -- written by pytest just now
        for problem in (*case.findall("failure"), *case.findall("error")):
            lines = (problem.get("message") or "").splitlines() or ["it fails"]
            name = f"{case.get('classname')}.{case.get('name')}"
            yield Alarm(Tier.BREAKING, name, f"fails against the live provider: {lines[0].rstrip('.')}")


def _end(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LINES_SHOWN:])
