"""Test helpers: a project that uses pytest-recording; everything runs in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.helpers.commands import run_command

if TYPE_CHECKING:
    from pathlib import Path

INTERACTION = """\
interactions:
- request:
    body: null
    headers:
      Authorization: [Bearer planted-secret-token]
    method: GET
    uri: http://api.example.com/{path}
  response:
    body: {{string: '{{"path": "{path}"}}'}}
    headers: {{Content-Type: [application/json]}}
    status: {{code: 200, message: OK}}
version: 1
"""
ASKING = """
import unittest
import pytest, requests

def asks(path):
    assert requests.get("http://api.example.com/" + path, timeout=5).json() == {"path": path}
"""
TESTS = (
    ASKING
    + """
@pytest.mark.vcr  # kept: a comment
def test_plain():
    asks("plain")

@pytest.mark.vcr()
@pytest.mark.default_cassette("other.yaml")
def test_default():
    asks("default")

@pytest.mark.vcr("named.yaml")
def test_named():
    asks("named")

@pytest.mark.parametrize("name", ["one", "two words"])
@pytest.mark.vcr
def test_each(name):
    asks(name[:3])

@pytest.mark.vcr
class TestGroup:
    def test_inside(self):
        asks("inside")

class TestUnit(unittest.TestCase):
    @pytest.mark.vcr
    def test_unit(self):
        asks("unit")

def test_unmarked():
    assert True
"""
)
OURS = """
@pytest.mark.cassette
def test_ours():
    asks("ours")

class TestOurUnit(unittest.TestCase):
    @pytest.mark.cassette
    def test_ours(self):
        asks("ours")
"""
FILES = {
    "test_plain": "plain",
    "other": "default",
    "named": "named",
    "test_each[one]": "one",
    "test_each[two words]": "two",
    "TestGroup.test_inside": "inside",
    "TestUnit.test_unit": "unit",
}
MOVED = [
    "test_users.TestGroup.test_inside.yaml",
    "test_users.TestUnit.test_unit.yaml",
    "test_users.test_default.yaml",
    "test_users.test_each[one].yaml",
    "test_users.test_each[two-words]-accd0d12.yaml",
    "test_users.test_named.yaml",
    "test_users.test_plain.yaml",
]
BESIDE = ("-p", "pytest_recording.plugin")


class Project:
    """A project that uses pytest-recording; everything runs in processes of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "pyproject.toml").write_text("[tool.pactape]\n")
        (root / "tests").mkdir()
        self.module = root / "tests" / "test_users.py"
        self.module.write_text(TESTS)
        for name, path in FILES.items():
            self.cassette(f"tests/cassettes/test_users/{name}.yaml", path)

    def cassette(self, file: str, path: str) -> None:
        (self.root / file).parent.mkdir(parents=True, exist_ok=True)
        (self.root / file).write_text(INTERACTION.format(path=path))

    def pytest(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self._run("-m", "pytest", "-p", "pactape.plugin", *options)

    def adopt(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self._adopt(*options)

    def adopt_with_the_other_plugin(self, *options: str) -> subprocess.CompletedProcess[str]:
        plugins = {"PYTEST_ADDOPTS": "-p pactape.plugin -p pytest_recording.plugin"}
        return self._adopt(*options, **plugins)

    def _adopt(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        with patch.dict(os.environ, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}):
            return run_command(self.root, "adopt", *options)

    def _run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
        # What replays is measured by the tests of the plugin.
        environment.pop("COVERAGE_PROCESS_CONFIG", None)
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
        }
