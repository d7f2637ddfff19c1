"""Messages that are received again: what changed of them, and which are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pactape.checking.drift.recordings import compare_recordings
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = '[tool.pactape]\nconsumer = "mailer"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n'
CREATED = {
    "description": "a user was created",
    "provider": "users",
    "content": {"id": 7, "email": "ada@example.com"},
}


@pytest.fixture
def changes(tmp_path: Path) -> Callable[..., list[str]]:
    """Give what changed from one recorded message to those of another cassette."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "cassettes").mkdir()

    def cassette(name: str, messages: list[dict[str, Any]]) -> Path:
        path = tmp_path / "cassettes" / f"{name}.yaml"
        notes = {"version": 1, "messages": messages, "test": "test_mail.py::test_it", "description": "it"}
        path.write_text(
            yaml.safe_dump({"interactions": [], "version": 1, "pactape": notes}), encoding="utf-8"
        )
        return path

    def compare(*now: dict[str, Any]) -> list[str]:
        old, new = cassette("old", [CREATED]), cassette("new", list(now))
        return [str(finding) for finding in compare_recordings([old], [new], load_settings(tmp_path))]

    return compare


def test_a_message_that_is_received_alike_raises_no_finding(changes: Callable[..., list[str]]) -> None:
    assert changes(CREATED) == []


def test_a_message_that_is_not_received_any_more_breaks(changes: Callable[..., list[str]]) -> None:
    deleted = {**CREATED, "description": "a user was deleted"}
    assert changes(deleted) == ["breaking: a user was created: is no longer received as recorded"]


def test_a_field_of_a_message_that_has_another_type_breaks(changes: Callable[..., list[str]]) -> None:
    (finding,) = changes({**CREATED, "content": {"id": "seven", "email": "ada@example.com"}})
    assert finding.startswith("breaking: a user was created: $.id: ")
