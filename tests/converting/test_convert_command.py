"""`pactape convert`: files, streams and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.cli import command
from pactape.converting.convert import convert, read_exchanges
from pactape.converting.ndjson_writer import write_ndjson

from tests.converting.helpers.exchanges import SECRETS, exchange, secret_exchange

if TYPE_CHECKING:
    from pathlib import Path


def pactape(*arguments: str, cwd: Path, given_input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-m", "pactape", "convert", *arguments]
    return subprocess.run(command, cwd=cwd, input=given_input, capture_output=True, check=False, timeout=60)


def test_the_command_reads_the_standard_input_and_writes_the_standard_output(tmp_path: Path) -> None:
    done = pactape("-", "--to", "har", cwd=tmp_path, given_input=write_ndjson([exchange("/users/7")]))
    assert (done.returncode, json.loads(done.stdout)["log"]["entries"][0]["request"]["url"]) == (
        0,
        "https://api.example.com/users/7",
    )


def test_the_command_joins_files_and_takes_the_form_from_the_suffix(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson").write_bytes(write_ndjson([exchange(f"/{name}")]))
    done = pactape("a.ndjson", "b.ndjson", "all.har", cwd=tmp_path)
    urls = [each.request.url for each in read_exchanges([tmp_path / "all.har"]).exchanges]
    assert (done.returncode, urls) == (0, ["https://api.example.com/a", "https://api.example.com/b"])


def test_skipped_entries_are_named_and_end_with_1(tmp_path: Path) -> None:
    har = {"log": {"entries": [{"request": {"method": "GET", "url": "http://a.test/", "headers": []}}]}}
    (tmp_path / "a.har").write_text(json.dumps(har), encoding="utf-8")
    done = pactape("a.har", "b.ndjson", cwd=tmp_path)
    assert (done.returncode, b"skipped: a.har" in done.stderr) == (1, True)


def test_a_file_that_is_no_recording_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    done = pactape("a.txt", "b.har", cwd=tmp_path)
    assert (done.returncode, b"a.txt: " in done.stderr, (tmp_path / "b.har").exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["a.ndjson", "b.txt"], "--to is missing: the suffix of b.txt"),
        (["a.ndjson", "-"], "--to is missing"),
        (["a.ndjson"], "name OUT, or another form with --to"),
        (["a.ndjson", "-", "--to", "cassette"], "name OUT, or another form with --to"),
    ],
)
def test_a_form_that_is_not_told_is_asked_for(
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
    assert [each for each in SECRETS if each in done.output] == []


def test_secrets_are_kept_only_on_demand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([secret_exchange()]))
    done = CliRunner().invoke(command, ["convert", "a.ndjson", "b.har", "--keep-secrets"])
    assert done.exit_code == 0
    assert SECRETS[1] in (tmp_path / "b.har").read_text(encoding="utf-8")
