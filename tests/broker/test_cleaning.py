"""Cleaning: what selectors keep stays, the rest goes, and nothing goes in a dry run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pactape.broker import running_broker
from pactape.broker.store.cleaning import DEFAULT_KEEP, clean, read_keep_selectors
from pactape.broker.store.database.opening import open_database
from pactape.cli import command

from tests.broker.helpers.client import Client

if TYPE_CHECKING:
    from pathlib import Path

LATER = datetime(2100, 1, 1, tzinfo=UTC)  # when everything here is old


def seed(url: str) -> None:
    """Five versions of Web: 1 is deployed, 2 is the head of a feature, 3 is tagged, 5 is the head of main."""
    broker = Client(url)
    special: dict[str, dict[str, Any]] = {"2": {"branch": "feature"}, "3": {"tags": ["prod"]}}
    for number in ("1", "2", "3", "4", "5"):
        more = {"branch": "main", **special.get(number, {})}
        broker.publish("Web", number, path=f"/{number}", **more)
    environment = broker.get("/environments")["_embedded"]["environments"][0]["uuid"]
    path = f"/pacticipants/Web/versions/1/deployed-versions/environment/{environment}"
    assert broker.ask("POST", path, {}).status_code == 201


def versions_after(location: Path | str, keep: Any, *, dry_run: bool = False) -> list[str]:
    with running_broker(location) as url:
        seed(url)
    database = open_database(location)
    selectors = DEFAULT_KEEP if keep is None else read_keep_selectors(keep)
    with database.writing() as connection:
        clean(connection, selectors, now=LATER, limit=None, dry_run=dry_run)
    database.close()
    with running_broker(location) as url:
        listed = Client(url).get("/pacticipants/Web/versions")["_embedded"]["versions"]
    return sorted(each["number"] for each in listed)


@pytest.mark.parametrize(
    ("keep", "versions"),
    [
        (None, ["1", "2", "3", "5"]),
        ([{"latest": True}], ["5"]),
        ([{"branch": "feature"}], ["2", "5"]),
        ([{"branch": True, "latest": True}], ["2", "5"]),
        ([{"main_branch": True}], ["1", "3", "4", "5"]),
        ([{"tag": "prod"}], ["3", "5"]),
        ([{"deployed": True}], ["1", "5"]),
        ([{"deployed": True, "environment_name": "nowhere"}], ["5"]),
        ([{"released": True}], ["5"]),
        ([{"max_age": 30}], ["5"]),
        ([{"max_age": 100_000}], ["1", "2", "3", "4", "5"]),
        ([{"pacticipant_name": "Other", "branch": True}], ["5"]),
    ],
)
def test_what_a_selector_keeps_stays_and_so_does_the_latest_contract(
    location: Path | str, keep: Any, versions: list[str]
) -> None:
    assert versions_after(location, keep) == versions


def test_a_dry_run_deletes_nothing(location: Path | str) -> None:
    assert len(versions_after(location, [{"latest": True}], dry_run=True)) == 5


@pytest.mark.parametrize(
    "keep", [[], {}, [{}], [{"latest": False}], [{"colour": "red"}], [{"max_age": "old"}]]
)
def test_selectors_that_say_nothing_are_refused(keep: Any) -> None:
    with pytest.raises(ValueError, match="selector"):
        read_keep_selectors(keep)


def test_the_command_counts_first_and_deletes_when_told(tmp_path: Path) -> None:
    database = tmp_path / "broker.sqlite"
    with running_broker(database) as url:
        seed(url)
    arguments = ["broker", "--database", str(database), "clean", "--keep", json.dumps([{"latest": True}])]
    dry = CliRunner().invoke(command, arguments, catch_exceptions=False)
    real = CliRunner().invoke(command, [*arguments, "--delete"], catch_exceptions=False)
    assert "Would delete 4 versions; 1 are kept" in dry.output
    assert "Deleted 4 versions; 1 are kept" in real.output
    assert "Nothing has been deleted" not in real.output


def test_a_database_that_does_not_exist_is_not_made_by_cleaning(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["broker", "--database", str(tmp_path / "none.sqlite"), "clean"])
    assert (result.exit_code != 0, (tmp_path / "none.sqlite").exists()) == (True, False)
