"""Test helpers: a project with one recorded test, whose provider changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import BadInputError

from tests.helpers.apis import json_response

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.apis import Api

__all__ = ["ADA", "CASSETTE", "SETTINGS", "TESTS", "Project"]

SETTINGS = """
[project]
name = "web"
[tool.pactape.providers.users]
url = "http://users.test"
"""
TESTS = """
import pytest, requests

@pytest.mark.cassette
def test_reads_a_user(provider_url):
    user = requests.get(provider_url("users") + "/users/7", timeout=30).json()
    assert user["id"] and user.get("email", True)
"""
CASSETTE = """
interactions:
- request: {method: GET, uri: 'http://users.test/users/7', headers: {}, body: null}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '{"id": 7, "email": "ada@example.com", "locale": "en"}'}
version: 1
pactape: {version: 1, calls: [null], reads: [[id, email]]}
"""
ADA = {"id": 7, "email": "ada@example.com", "locale": "en"}


class Project:
    """A project, and the provider that it records."""

    def __init__(self, root: Path, api: Api) -> None:
        self.root, self.url, self._api = root, api.url, api
        (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
        (root / "test_users.py").write_text(TESTS, encoding="utf-8")
        self.cassette = root / "cassettes" / "test_users.test_reads_a_user.yaml"
        self.cassette.parent.mkdir()
        self.cassette.write_text(CASSETTE, encoding="utf-8")

    def answers(self, value: Any, *, status: int = 200) -> None:
        """Let the provider answer with this value from now on."""
        self._api.respond = lambda _: json_response(value, status)

    def drift(self, *options: str) -> tuple[int, list[str]]:
        """The exit code of the command, and what it says."""
        arguments = ["drift", "--project", str(self.root), "--base-url", self.url, *options]
        result = CliRunner().invoke(command, arguments)
        if isinstance(result.exception, BadInputError):
            raise result.exception
        return result.exit_code, result.output.splitlines()
