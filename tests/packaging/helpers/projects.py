"""Test helpers: a project with a recording, and a test that replays it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_project"]

_CASSETTE = """interactions:
- request:
    body: null
    headers: {}
    method: GET
    uri: http://users.test/users/7
  response:
    body: {string: '{"id": 7, "name": "Ada"}'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
version: 1
"""
_SETTINGS = '[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n'
_TEST = """
import pytest, requests

@pytest.mark.cassette("users.yaml")
def test_user():
    assert requests.get("http://users.test/users/7", timeout=5).json()["name"] == "Ada"
"""


def write_project(folder: Path) -> None:
    """Write the project's settings, its cassette and its test, test_user.py."""
    (folder / "cassettes").mkdir()
    (folder / "cassettes" / "users.yaml").write_text(_CASSETTE, encoding="utf-8")
    (folder / "pyproject.toml").write_text(_SETTINGS, encoding="utf-8")
    (folder / "test_user.py").write_text(_TEST, encoding="utf-8")
