"""`pactape broker` as a person runs it: a process, signals, exit codes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import requests
from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import BadInputError, OutputError

from tests.broker.helpers.processes import COMMAND, process
from tests.broker.helpers.publishing import publish

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_is_ready_when_it_says_so_and_stops_gracefully(tmp_path: Path, stop: signal.Signals) -> None:
    with process(tmp_path) as (child, url):
        answer = requests.get(f"{url}/diagnostic/status/heartbeat", timeout=30)
        child.send_signal(stop)
        output, _ = child.communicate(timeout=10)
    assert answer.json() == {"ok": True}
    assert url.startswith("http://127.0.0.1:")
    assert "Pact broker stopped" in output
    assert child.returncode == 0


@pytest.mark.long
def test_what_was_published_is_there_after_a_restart(tmp_path: Path) -> None:
    with process(tmp_path) as (child, url):
        publish(url).raise_for_status()
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=10)
    with process(tmp_path) as (_, url):
        assert len(requests.get(f"{url}/pacts/latest", timeout=30).json()["pacts"]) == 1


def test_credentials_come_from_the_environment(tmp_path: Path) -> None:
    with process(tmp_path, PACTAPE_BROKER_READ_TOKENS="one, two") as (_, url):
        assert requests.get(f"{url}/pacticipants", timeout=30).status_code == 401
        headers = {"Authorization": "Bearer two"}
        assert requests.get(f"{url}/pacticipants", headers=headers, timeout=30).status_code == 200


def test_an_address_that_others_can_reach_needs_credentials(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no credentials are set"):
        _invoke("--database", str(tmp_path / "b.sqlite"), "--host", "0.0.0.0")  # noqa: S104 -- refused


@pytest.mark.parametrize("url", ["pacts.example.com", "https://", "https://pacts.example.com/?a=1"])
def test_a_base_url_that_links_can_not_begin_with_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInputError, match="can't begin links"):
        _invoke("--database", str(tmp_path / "b.sqlite"), "--base-url", url)


@pytest.mark.parametrize(
    "host", ["https://ci.example.com", "ci.example.com:8080", "ci.example.com/build", "", "*"]
)
def test_a_host_that_no_webhook_can_have_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadInputError, match="is not a host"):
        _invoke("--database", str(tmp_path / "b.sqlite"), "--webhook-host", host)


def test_tokens_without_commas_between_them_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTAPE_BROKER_READ_TOKENS", "one\ntwo")
    with pytest.raises(BadInputError, match="separate tokens with commas"):
        _invoke("--database", str(tmp_path / "b.sqlite"))


def test_a_file_that_is_not_a_database_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("not a database, " * 100, encoding="utf-8")
    with pytest.raises(OutputError, match="can't be used as a broker's database"):
        _invoke("--database", str(other))
    assert other.read_text(encoding="utf-8").startswith("not a database")


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE moz_places (id INTEGER)")
    before = other.read_bytes()
    with pytest.raises(OutputError, match=r"another program's database \(it contains moz_places\)"):
        _invoke("--database", str(other))
    assert other.read_bytes() == before


def test_only_its_owner_can_read_the_database_and_its_copies(tmp_path: Path) -> None:
    with process(tmp_path) as (_, url):
        publish(url).raise_for_status()
        _invoke("--database", str(tmp_path / "broker.sqlite"), "backup", str(tmp_path / "copy.sqlite"))
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes
    assert set(modes.values()) == {0o600}, modes


@pytest.mark.long
def test_a_port_in_use_is_named_and_ends_with_code_two(tmp_path: Path) -> None:
    with process(tmp_path) as (_, url):
        port = url.rpartition(":")[2]
        result = subprocess.run(
            [*COMMAND, "--database", str(tmp_path / "other.sqlite"), "--port", port],
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 2
    assert f"127.0.0.1:{port}: can't listen there" in result.stderr


def test_half_a_pair_of_basic_credentials_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACTAPE_BROKER_USERNAME", "ann")
    with pytest.raises(BadInputError, match="set both, or neither"):
        _invoke("--database", str(tmp_path / "b.sqlite"))


def test_a_backup_of_a_running_broker_holds_all_and_can_be_restored(tmp_path: Path) -> None:
    database, copy, restored = (
        str(tmp_path / name) for name in ("broker.sqlite", "copy.sqlite", "r/broker.sqlite")
    )
    with process(tmp_path) as (_, url):
        publish(url).raise_for_status()
        _invoke("--database", database, "backup", copy)
    _invoke("--database", restored, "restore", copy)
    with process(tmp_path / "r") as (_, url):
        assert len(requests.get(f"{url}/pacts/latest", timeout=30).json()["pacts"]) == 1


def test_a_restore_never_replaces_a_database(tmp_path: Path) -> None:
    with process(tmp_path):
        database = str(tmp_path / "broker.sqlite")
    _invoke("--database", database, "backup", str(tmp_path / "copy.sqlite"))
    with pytest.raises(OutputError, match="exists already"):
        _invoke("--database", database, "restore", str(tmp_path / "copy.sqlite"))


def test_a_backup_of_a_newer_pactape_or_of_no_broker_is_not_restored(tmp_path: Path) -> None:
    for schema, words in ((99, "newer Pactape"), (0, "another program's")):
        copy = tmp_path / f"{schema}.sqlite"
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("CREATE TABLE publications (id INTEGER)")
            connection.execute(f"PRAGMA user_version = {schema}")
        with pytest.raises(BadInputError, match=words):
            _invoke("--database", str(tmp_path / "new.sqlite"), "restore", str(copy))
    assert not (tmp_path / "new.sqlite").exists()


def test_a_damaged_backup_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    damaged_copy = tmp_path / "copy.sqlite"
    damaged_copy.write_bytes(b"SQLite format 3\x00" + b"\x01" * 500)
    with pytest.raises(BadInputError, match="can't be read as a broker's database"):
        _invoke("--database", str(tmp_path / "new.sqlite"), "restore", str(damaged_copy))
    assert [path.name for path in tmp_path.iterdir()] == ["copy.sqlite"]


def _invoke(*arguments: str) -> None:
    result = CliRunner().invoke(
        command, ["broker", *arguments], catch_exceptions=False, standalone_mode=False
    )
    assert result.exit_code == 0, result.output
