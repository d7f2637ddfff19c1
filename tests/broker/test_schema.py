"""Databases of older versions: brought up to date with everything that they hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest
from pactape.broker import running_broker
from pactape.broker.store.database.opening import open_database
from pactape.broker.store.database.schema import SCHEMA
from pactape.errors import OutputError
from sqlalchemy import make_url, text

from tests.broker.helpers.client import Client
from tests.broker.helpers.databases import empty_schema

if TYPE_CHECKING:
    from pathlib import Path

# What version 1 had otherwise than version 4.
TO_VERSION_1 = """
ALTER TABLE labels DROP COLUMN created_at;
ALTER TABLE pacticipants DROP COLUMN repository_name;
ALTER TABLE pacticipants DROP COLUMN repository_namespace;
DROP INDEX placements_in_use;
DROP INDEX publications_by_consumer;
DROP INDEX versions_by_pacticipant;
DROP INDEX results_by_content;
DROP INDEX results_by_provider_version;
CREATE INDEX results_by_provider_version ON results (provider_version_id, content_id);
DROP TABLE integrations;
DROP TABLE successes;
CREATE TABLE old_tags (version_id INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    name VARCHAR NOT NULL, created_at VARCHAR NOT NULL, UNIQUE (version_id, name));
INSERT INTO old_tags SELECT version_id, name, created_at FROM tags;
DROP TABLE tags;
ALTER TABLE old_tags RENAME TO tags;
CREATE INDEX tags_by_name ON tags (name, version_id);
DROP TABLE deliveries;
CREATE TABLE deliveries (id INTEGER NOT NULL PRIMARY KEY, uuid VARCHAR NOT NULL UNIQUE,
    webhook_uuid VARCHAR NOT NULL, event VARCHAR NOT NULL, status VARCHAR NOT NULL, attempts INTEGER NOT NULL,
    log VARCHAR NOT NULL, request BLOB NOT NULL, created_at VARCHAR NOT NULL);
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_uuid);
CREATE INDEX deliveries_by_status ON deliveries (status);
PRAGMA user_version = 1;
"""


def objects(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def test_a_database_of_version_1_keeps_tags_integrations_and_what_was_verified(tmp_path: Path) -> None:
    path, query = tmp_path / "broker.sqlite", {"providerVersionBranch": "main"}
    with running_broker(path) as url:
        broker = Client(url)
        broker.publish("Web", "1", branch="main", tags=["prod"])
        broker.ask("PUT", "/pacticipants/Web/labels/frontend", {})
        broker.branch("Users", "main", "u1")
        broker.verify("Web", "1", "u1")
        before = broker.selected(providerVersionBranch="main")
    current = objects(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TO_VERSION_1)
    with running_broker(path) as url:
        broker = Client(url)
        after = broker.selected(**query)
        tagged = broker.get("/pacts/provider/Users/consumer/Web/latest/prod")
        pairs = broker.get("/integrations")["_embedded"]["integrations"]
        label = broker.get("/pacticipants/Web/labels/frontend")
    states = [selected_pacts[0]["verificationProperties"]["pending"] for selected_pacts in (before, after)]
    assert (states, len(pairs), bool(tagged["interactions"])) == ([False, False], 1, True)
    assert (label["name"], "createdAt" in label) == ("frontend", False)
    assert objects(path) == current


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broker.sqlite"
    with running_broker(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(OutputError, match="newer Pactape"), running_broker(path):
        pass


@pytest.mark.parametrize(("options", "cost"), [("", "1.1"), (" -crandom_page_cost=3", "3")])
def test_postgresql_looks_rows_up_by_key_unless_its_owner_has_set_what_that_costs(
    options: str, cost: str
) -> None:
    with empty_schema() as address:
        url = make_url(address)
        url = url.update_query_dict({"options": f"{url.query['options']}{options}"})
        database = open_database(url.render_as_string(hide_password=False))
        with database.reading() as connection:
            shown = connection.scalar(text("SHOW random_page_cost"))
        database.close()
    assert shown == cost


def test_a_postgresql_database_with_other_tables_is_refused() -> None:
    with empty_schema() as address:
        plain = address.replace("postgresql+psycopg", "postgresql").replace("+", "%20")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("CREATE TABLE orders (id integer)")
        with pytest.raises(OutputError, match="contains orders"), running_broker(address):
            pass


def test_a_password_in_an_address_is_not_shown() -> None:
    address = "postgresql+psycopg://ann:s3cret@127.0.0.1:1/none"
    with pytest.raises(OutputError) as refused, running_broker(address):
        pass
    assert "s3cret" not in str(refused.value)
