"""Commands that serve: what they refuse before they listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.cli import command
from pactape.cli.replay_server import replay_server
from pactape.errors import BadInputError, CassetteFormatError, ProviderStateError
from pactape.matching.rules.magic_numbers import why_not_of_type
from pactape.matching.rules.strings import ContentTypeRule

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("url", ["api.example.com", "ftp://a.test", "http://"])
def test_an_upstream_that_is_not_a_url_is_refused(tmp_path: Path, url: str) -> None:
    result = CliRunner().invoke(command, ["record", "--project", str(tmp_path), "--upstream", url])
    assert isinstance(result.exception, BadInputError)


def test_states_that_can_not_be_imported_are_refused_before_recording(tmp_path: Path) -> None:
    text = '[tool.pactape.providers.users]\nurl = "http://users.test"\nstates = "gone:STATES"\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    arguments = [
        "record",
        "--project",
        str(tmp_path),
        "--upstream",
        "http://127.0.0.1:9",
        "--provider",
        "users",
    ]
    done = CliRunner().invoke(command, arguments)
    assert isinstance(done.exception, ProviderStateError)


def test_a_folder_with_nothing_to_replay_names_what_it_skipped(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("a: 1\n", encoding="utf-8")
    done = CliRunner().invoke(replay_server, [str(tmp_path)])
    assert isinstance(done.exception, CassetteFormatError)
    assert "skipped: " in done.output


@pytest.mark.parametrize(
    ("value", "wanted", "fits"),
    [("aGVsbG8=", "text/plain", True), ("no base64!", "text/plain", True), (7, "image/png", False)],
)
def test_a_value_in_base64_is_recognized_by_its_bytes(value: object, wanted: str, *, fits: bool) -> None:
    assert (ContentTypeRule(wanted).value("", value) is None) is fits


def test_text_looks_like_text_and_not_like_a_picture() -> None:
    assert why_not_of_type(b"hello", "text/plain") is None
    assert ContentTypeRule("image/png").text("", "hello") == "looks like text/plain, not like image/png"
