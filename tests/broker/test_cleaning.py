"""Cleaning: what selectors keep stays, the rest goes, and nothing goes in a dry run."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pactape.broker import running_broker
from pactape.broker.store import cleaning
from pactape.broker.store.cleaning import clean
from pactape.broker.store.database.base import utc_now
from pactape.broker.store.database.opening import open_database
from pactape.broker.store.keep_selectors import DEFAULT_KEEP, read_keep_selectors
from pactape.cli import command

from tests.broker.helpers.client import Client, numbers

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
        versions = Client(url).get("/pacticipants/Web/versions")["_embedded"]["versions"]
    return sorted(version["number"] for version in versions)


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
    "keep", [[], {}, [{}], [{"latest": False}], [{"colour": "red"}], [{"max_age": "old"}], [{"max_age": -1}]]
)
def test_selectors_that_say_nothing_are_refused(keep: Any) -> None:
    with pytest.raises(ValueError, match="selector"):
        read_keep_selectors(keep)


def test_the_command_counts_first_and_deletes_on_request(tmp_path: Path) -> None:
    database = tmp_path / "broker.sqlite"
    with running_broker(database) as url:
        seed(url)
    arguments = ["broker", "--database", str(database), "clean", "--keep", json.dumps([{"latest": True}])]
    dry = CliRunner().invoke(command, arguments, catch_exceptions=False)
    real = CliRunner().invoke(command, [*arguments, "--delete"], catch_exceptions=False)
    assert "Would delete 4 versions; 1 kept" in dry.output
    assert "Deleted 4 versions; 1 kept" in real.output
    assert "nothing was deleted" not in real.output


def test_a_database_that_does_not_exist_is_not_made_by_cleaning(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["broker", "--database", str(tmp_path / "none.sqlite"), "clean"])
    assert (result.exit_code != 0, (tmp_path / "none.sqlite").exists()) == (True, False)


@pytest.mark.parametrize("keep", [{"environment": "prodution"}, {"pacticipant_name": "Wed", "branch": True}])
def test_a_misspelt_name_is_refused_instead_of_deleting_what_it_means(
    tmp_path: Path, keep: dict[str, object]
) -> None:
    database = tmp_path / "broker.sqlite"
    with running_broker(database) as url:
        seed(url)
    arguments = ["broker", "--database", str(database), "clean", "--delete", "--keep", json.dumps([keep])]
    result = CliRunner().invoke(command, arguments)
    assert "names something that doesn't exist" in str(result.exception)


@pytest.mark.parametrize(("limit", "deleted"), [(None, 4), (3, 3), (4, 4), (9, 4)])
def test_batches_delete_what_one_transaction_would(
    location: Path | str, monkeypatch: pytest.MonkeyPatch, limit: int | None, deleted: int
) -> None:
    monkeypatch.setattr(cleaning, "_TRANSACTION", 2)
    with running_broker(location) as url:
        seed(url)
    with closing(open_database(location)) as database:
        cleaned = cleaning.clean_in_batches(
            database, read_keep_selectors([{"latest": True}]), now=utc_now(), limit=limit
        )
    assert sum(cleaned.deleted.values()) == cleaned.counts["versions"] == deleted
    assert sum(cleaned.kept.values()) == 5 - deleted


def versions_left(location: Path | str, keep: Any) -> dict[str, list[str]]:
    """Clean, and return the numbers of each pacticipant's versions that are left."""
    with closing(open_database(location)) as database, database.writing() as connection:
        clean(connection, read_keep_selectors(keep), now=LATER, limit=None, dry_run=False)
    left = {}
    with running_broker(location) as url:
        broker = Client(url)
        for pacticipant in broker.get("/pacticipants")["pacticipants"]:
            left[pacticipant["name"]] = numbers(broker, f"/pacticipants/{pacticipant['name']}/versions")
    return left


def test_the_version_that_verified_the_latest_contract_last_is_kept(location: Path | str) -> None:
    with running_broker(location) as url:
        broker = Client(url)
        broker.publish("Web", "1")
        for number in ("u1", "u2", "u3"):
            broker.branch("Users", "main", number)
        broker.verify("Web", "1", "u1")
        broker.verify("Web", "1", "u2")
    assert versions_left(location, [{"latest": True}])["Users"] == ["u3", "u2"]


def test_an_integration_whose_contracts_are_deleted_keeps_nothing(location: Path | str) -> None:
    with running_broker(location) as url:
        broker = Client(url)
        for number in ("1", "2"):
            broker.publish("Web", number, "Gone")
            broker.publish("App", number)
        broker.ask("DELETE", "/pacts/provider/Gone/consumer/Web/versions")
    assert versions_left(location, [{"latest": True}]) == {
        "App": ["2"],
        "Web": ["2"],
        "Gone": [],
        "Users": [],
    }


def test_selectors_may_have_the_official_names_in_camel_case() -> None:
    selector = read_keep_selectors([{"mainBranch": True, "maxAge": 3, "pacticipantName": "Web"}])[0]
    assert (selector.main_branch, selector.max_age, selector.pacticipant) == (True, 3, "Web")
