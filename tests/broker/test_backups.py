"""Backup and restore: a copy that is whole, made while the broker is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from click.testing import CliRunner
from pactape.broker import running_broker
from pactape.broker.store.database.backup import back_up, restore
from pactape.cli import command
from pactape.errors import BadInputError, OutputError

from tests.broker.helpers.publishing import publish

if TYPE_CHECKING:
    from pathlib import Path


def pacts_at(database: Path) -> int:
    with running_broker(database) as url:
        return len(requests.get(f"{url}/pacts/latest", timeout=30).json()["pacts"])


def test_a_backup_of_a_running_broker_holds_what_was_published(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker.sqlite") as url:
        publish(url).raise_for_status()
        back_up(tmp_path / "broker.sqlite", tmp_path / "backup.sqlite")
    restore(tmp_path / "backup.sqlite", tmp_path / "again.sqlite")
    assert pacts_at(tmp_path / "again.sqlite") == 1


def test_each_is_one_command(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker.sqlite") as url:
        publish(url).raise_for_status()
    run = CliRunner().invoke
    for name, action, file in (
        ("broker.sqlite", "backup", "backup.sqlite"),
        ("again.sqlite", "restore", "backup.sqlite"),
    ):
        arguments = ["broker", "--database", str(tmp_path / name), action, str(tmp_path / file)]
        assert run(command, arguments, catch_exceptions=False).exit_code == 0
    assert pacts_at(tmp_path / "again.sqlite") == 1


def test_a_backup_replaces_no_file(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker.sqlite"):
        pass
    (tmp_path / "precious").write_text("text", encoding="utf-8")
    with pytest.raises(OutputError, match="precious: exists already"):
        back_up(tmp_path / "broker.sqlite", tmp_path / "precious")


def test_a_restore_replaces_no_database(tmp_path: Path) -> None:
    for name in ("one.sqlite", "other.sqlite"):
        with running_broker(tmp_path / name):
            pass
    with pytest.raises(OutputError, match=r"other\.sqlite: exists already"):
        restore(tmp_path / "one.sqlite", tmp_path / "other.sqlite")


@pytest.mark.parametrize("content", [b"", b"not a database, " * 200])
def test_a_file_that_is_not_a_backup_is_refused_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "backup").write_bytes(content)
    with pytest.raises(BadInputError, match="can't be read as a broker's database"):
        restore(tmp_path / "backup", tmp_path / "broker.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_a_truncated_backup_is_refused(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker.sqlite") as url:
        publish(url).raise_for_status()
    back_up(tmp_path / "broker.sqlite", tmp_path / "backup.sqlite")
    whole = (tmp_path / "backup.sqlite").read_bytes()
    (tmp_path / "backup.sqlite").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInputError, match="can't be read as a broker's database"):
        restore(tmp_path / "backup.sqlite", tmp_path / "again.sqlite")
    assert not (tmp_path / "again.sqlite").exists()


def test_a_database_that_is_not_there_cannot_be_copied(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="the database to back up doesn't exist"):
        back_up(tmp_path / "none.sqlite", tmp_path / "backup.sqlite")
