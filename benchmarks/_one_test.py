"""The run of one replayed test, with Pactape and with pytest-recording."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from _timing import medians, show

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["one_test"]

_TEST = """
import pytest, requests

@pytest.mark.{marker}
def test_it():
    assert requests.get("http://api.example.com/users/0?page=0", timeout=5).status_code == 200
"""


def one_test(here: Path, *, cassette: Callable[[str], Path]) -> dict[str, float]:
    """Run one replayed test in a separate process: CPU time, beside pytest-recording.

    Args:
        here: The folder for the projects.
        cassette: Writes a cassette of this name with one interaction.
    """
    vcr, ours = _project(here, "vcr", cassette("vcr")), _project(here, "cassette", cassette("cassette"))
    runs = {
        "pytest-recording": partial(_run_pytest, vcr, "pytest_recording.plugin"),
        "pactape": partial(_run_pytest, ours, "pactape.plugin"),
    }
    times = medians(runs, rounds=7, clock=_children_time)
    show("a run of one replayed test", times, base="pytest-recording")
    return {"cassettes.one_test.over_pytest_recording": times["pactape"] / times["pytest-recording"]}


def _project(here: Path, marker: str, cassette: Path) -> Path:
    """Write a project of one test, with its cassette at the paths of both plugins."""
    root, recorded = here / marker, cassette.read_bytes()
    for name in ("cassettes/test_one/test_it.yaml", "cassettes/test_one.test_it.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(recorded)
    (root / "pyproject.toml").write_text("[tool.pactape]\n")
    (root / "test_one.py").write_text(_TEST.format(marker=marker))
    return root


def _run_pytest(project: Path, plugin: str) -> None:
    subprocess.run(  # noqa: S603 -- our own
        [sys.executable, "-m", "pytest", "-q", "-p", plugin, "-p", "no:cacheprovider", "test_one.py"],
        cwd=project,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


def _children_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
