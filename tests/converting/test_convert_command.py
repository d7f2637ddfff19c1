"""`pactape convert`: files, streams and exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.cassettes.contents import read_any
from pactape.cli import command
from pactape.converting.convert import convert
from pactape.converting.ndjson_writer import write_ndjson

from tests.converting.helpers.exchanges import SECRETS, exchange, secret_exchange
from tests.helpers.commands import run_command

if TYPE_CHECKING:
    from pathlib import Path


def test_the_command_reads_the_standard_input_and_writes_the_standard_output(tmp_path: Path) -> None:
    result = run_command(
        tmp_path, "convert", "-", "--to", "har", given_input=write_ndjson([exchange("/users/7")])
    )
    assert (result.returncode, json.loads(result.stdout)["log"]["entries"][0]["request"]["url"]) == (
        0,
        "https://api.example.com/users/7",
    )


def test_the_command_joins_files_and_takes_the_form_from_the_suffix(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson").write_bytes(write_ndjson([exchange(f"/{name}")]))
    done = run_command(tmp_path, "convert", "a.ndjson", "b.ndjson", "all.har")
    urls = [exchange.request.url for exchange in read_any(tmp_path / "all.har").exchanges]
    assert (done.returncode, urls) == (0, ["https://api.example.com/a", "https://api.example.com/b"])


def test_skipped_entries_are_named_and_end_with_1(tmp_path: Path) -> None:
    har = {"log": {"entries": [{"request": {"method": "GET", "url": "http://a.test/", "headers": []}}]}}
    (tmp_path / "a.har").write_text(json.dumps(har), encoding="utf-8")
    done = run_command(tmp_path, "convert", "a.har", "b.ndjson")
    assert (done.returncode, "skipped: a.har" in done.stderr) == (1, True)


def test_a_file_that_is_not_a_recording_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    done = run_command(tmp_path, "convert", "a.txt", "b.har")
    assert (done.returncode, "a.txt: " in done.stderr, (tmp_path / "b.har").exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["a.ndjson", "b.txt"], "--to is missing: b.txt does not have"),
        (["a.ndjson", "-"], "--to is missing"),
        (["a.ndjson"], "name OUT, or another format with --to"),
        (["a.ndjson", "-", "--to", "cassette"], "name OUT, or another format with --to"),
    ],
)
def test_an_unknown_output_format_is_an_error_that_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([exchange("/")]))
    done = CliRunner().invoke(command, ["convert", *arguments])
    assert (done.exit_code, problem in done.output) == (2, True), done.output


def test_one_har_file_without_more_is_written_without_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([secret_exchange()]))
    convert([tmp_path / "a.ndjson"], tmp_path / "a.har", to="har")
    done = CliRunner().invoke(command, ["convert", "a.har"])
    assert (done.exit_code, "login" in done.output) == (0, True)
    assert [secret for secret in SECRETS if secret in done.output] == []


def test_no_option_keeps_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([secret_exchange()]))
    done = CliRunner().invoke(command, ["convert", "a.ndjson", "b.har", "--keep-secrets"])
    assert (done.exit_code, "No such option" in done.output, (tmp_path / "b.har").exists()) == (
        2,
        True,
        False,
    )
    assert CliRunner().invoke(command, ["convert", "a.ndjson", "b.har", "--scrub"]).exit_code == 0
    text = (tmp_path / "b.har").read_text(encoding="utf-8")
    assert [secret for secret in SECRETS if secret in text] == []


def test_a_folder_is_refused_with_what_to_name_instead(tmp_path: Path) -> None:
    (tmp_path / "cassettes").mkdir()
    done = run_command(tmp_path, "convert", "cassettes", "b.har")
    assert (done.returncode, "cassettes: is a folder. Fix: name the files in it." in done.stderr) == (2, True)
