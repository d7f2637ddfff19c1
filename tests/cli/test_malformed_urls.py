"""URLs of brokers and providers that aren't URLs, in every command that takes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import BadInputError

from tests.verification.helpers.providers import interaction, write_pact

if TYPE_CHECKING:
    from pathlib import Path

MALFORMED = ["http://[::1", "http://[x]/", "http://host:abc/", "host", "http://"]
WEB = ["--pacticipant", "web", "--version", "1"]
COMMANDS = {
    "verify --from-broker": [
        "verify",
        "--from-broker",
        "--provider",
        "users",
        "--url",
        "http://127.0.0.1:9",
        "--broker-url",
    ],
    "publish": ["publish", "a.json", "--version", "1", "--branch", "main", "--broker-url"],
    "can-i-deploy": ["can-i-deploy", *WEB, "--to-environment", "test", "--broker-url"],
    "record-deployment": ["record-deployment", *WEB, "--environment", "test", "--broker-url"],
    "verify": ["verify", "a.json", "--url"],
}


@pytest.mark.parametrize("malformed", MALFORMED)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_malformed_url_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, malformed: str
) -> None:
    write_pact(tmp_path / "a.json", interaction("a", "/a"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, [*COMMANDS[name], malformed])
    assert isinstance(result.exception, BadInputError), result.exception
    assert "is not a URL" in str(result.exception)
