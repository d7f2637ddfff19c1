"""Moves the test suites of real projects over, and counts the tests that turn red: `make suites SUITES=folder`.

The folder holds checkouts. A checkout with a virtual environment `.venv` is tested with it; it needs the project's
own test libraries and Pactape. Everything happens in a copy: no file of the folder changes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
from pactape.cassettes.finder import cassettes_below

_SECONDS = 1800
_MOVED = re.compile(r"^(\d+) cassettes and (\d+) test modules moved$", re.MULTILINE)
_LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".pactape", "__pycache__")


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a project's suite.

    Args:
        name: The project.
        tests: How many tests passed before.
        newly_red: Those that passed before and don't now.
        cassettes: How many cassettes it has.
        moved: How many of them moved.
        put_back: What `adopt` put back or left unchanged.
    """

    name: str
    tests: int
    newly_red: tuple[str, ...]
    cassettes: int
    moved: int
    put_back: tuple[str, ...]

    def __str__(self) -> str:
        share = self.moved / self.cassettes if self.cassettes else 0
        return (
            f"{self.name}: {self.tests} tests passed before, {len(self.newly_red)} newly red; "
            f"{self.moved} of {self.cassettes} cassettes moved ({share:.0%}); "
            f"{len(self.put_back)} lines of what was put back or is unchanged"
        )


def main() -> None:
    """Adopt the suites that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds the checkouts")
    parser.add_argument("names", nargs="*", help="of checkouts; by default all")
    arguments = parser.parse_args()
    projects = [path for path in sorted(arguments.folder.iterdir()) if path.is_dir()]
    selection = [project for project in projects if not arguments.names or project.name in arguments.names]
    suites = [adopt(version) for version in selection]
    if not all(suite.tests for suite in suites):
        sys.exit(2)
    sys.exit(1 if any(suite.newly_red for suite in suites) else 0)


def adopt(project: Path) -> Suite:
    """Move one suite over in a copy, and compare its tests before and after."""
    own = project / ".venv" / "bin" / "python"
    python = own if own.exists() else Path(sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / project.name
        shutil.copytree(project, copy, symlinks=True, ignore=_LEFT_OUT)
        before = passed(copy, python)
        cassettes = recordings(copy)
        output = run(copy, [str(python), "-m", "pactape", "adopt", "--write", "--try", "--project", "."])
        red = tuple(sorted(before - passed(copy, python)))
    match = _MOVED.search(output)
    suite = Suite(
        name=project.name,
        tests=len(before),
        newly_red=red,
        cassettes=cassettes,
        moved=int(match[1]) if match else 0,
        put_back=tuple(line for line in output.splitlines() if line.startswith(("put back:", "unchanged:"))),
    )
    if not before:
        print(f"{project.name}: no test passed before: check that its own test libraries are installed")
    if match is None:
        print(f"{project.name}: nothing moved:\n{output[-2000:]}")
    print(
        "\n".join(
            [str(suite), *(f"  red: {test}" for test in red), *(f"  {test}" for test in suite.put_back)]
        )
    )
    return suite


def recordings(project: Path) -> int:
    """Return how many cassettes a project has, wherever they lie."""
    return sum(b"interactions:" in path.read_bytes() for path in cassettes_below(project))


def passed(project: Path, python: Path) -> set[str]:
    """Run the tests offline, as they are recorded, and return those that passed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-q", "-p", "no:cacheprovider", "-o", "addopts=", f"--junitxml={report}"]
        run(project, [str(python), "-m", "pytest", *options])
        if not report.is_file():
            return set()
        return {
            f"{case.get('classname')}::{case.get('name')}"
            for case in ET.parse(report).iter("testcase")  # noqa: S314 -- pytest's own
            if not [element for element in case if element.tag in {"failure", "error", "skipped"}]
        }


def run(project: Path, command: list[str]) -> str:
    """Run a command in a project, without access to the network by a proxy, and return what it prints."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    return result.stdout + result.stderr


if __name__ == "__main__":
    main()
