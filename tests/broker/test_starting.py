"""What a start says and refuses, where its database is, and several starts at once."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.broker import running_broker
from pactape.broker.store.database.backup import back_up, restore
from pactape.broker.store.database.base import utc_now
from pactape.broker.store.database.opening import open_database
from pactape.broker.store.webhooks import deliveries
from pactape.broker.webhook_delivery.dispatcher import WebhookDispatcher
from pactape.cli import command
from pactape.errors import BadInputError, OutputError

from tests.broker.helpers.client import Client
from tests.broker.helpers.databases import empty_schema
from tests.broker.helpers.processes import COMMAND, process
from tests.broker.helpers.webhooks import LOCAL, document, listening, make

if TYPE_CHECKING:
    from pathlib import Path


def started(folder: Path, *arguments: str, **environment: str) -> list[str]:
    """The lines that a broker prints when it starts."""
    with process(folder, *arguments, **environment) as (child, _):
        assert child.stdout is not None
        return [child.stdout.readline().strip() for _ in range(3 if "--public-badges" in arguments else 2)]


def test_a_start_without_credentials_says_that_everybody_may_write(tmp_path: Path) -> None:
    assert started(tmp_path) == [
        "Access: anyone who can reach it can read and write (no credentials are set)",
        "Webhooks may call: no host (--webhook-host)",
    ]


def test_a_start_with_credentials_says_who_may_what_and_no_credential(tmp_path: Path) -> None:
    lines = started(
        tmp_path,
        "--public-badges",
        *("--webhook-host", "ci.example.com"),
        PACTAPE_BROKER_USERNAME="ann",
        PACTAPE_BROKER_PASSWORD="pw-hush",
        PACTAPE_BROKER_READ_TOKENS="tok-hush",
    )
    assert lines == [
        "Access: 1 token may read; user ann may read and write",
        "Badges: readable without credentials",
        "Webhooks may call: ci.example.com",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "PACTAPE_BROKER_READ_TOKENS",
        "PACTAPE_BROKER_WRITE_TOKENS",
        "PACTAPE_BROKER_USERNAME",
        "PACTAPE_BROKER_PASSWORD",
    ],
)
@pytest.mark.parametrize("value", ["", " "])
def test_a_credential_variable_that_is_set_and_empty_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInputError, match=f"{name} is set but empty"):
        CliRunner().invoke(
            command, ["broker", "--database", str(tmp_path / "b.sqlite")], catch_exceptions=False
        )


def test_the_default_database_is_in_the_users_data_folder(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    outcome = subprocess.run(
        [*COMMAND, "clean"],
        cwd=tmp_path / "project",
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert f"{tmp_path}/data/pactape/broker.sqlite: there is no such database" in outcome.stderr
    assert list((tmp_path / "project").iterdir()) == []


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_a_restore_beside_the_journal_of_a_lost_database_is_refused(tmp_path: Path, suffix: str) -> None:
    with running_broker(tmp_path / "broker.sqlite"):
        back_up(tmp_path / "broker.sqlite", tmp_path / "copy.sqlite")
    journal = tmp_path / f"again.sqlite{suffix}"
    journal.write_bytes(b"pages of another database")
    with pytest.raises(OutputError, match=f"again.sqlite{suffix}: remains from another database"):
        restore(tmp_path / "copy.sqlite", tmp_path / "again.sqlite")
    assert not (tmp_path / "again.sqlite").exists()


def test_processes_that_start_at_once_on_an_empty_database_all_start() -> None:
    barrier = Barrier(6)

    def start(address: str) -> None:
        barrier.wait()
        open_database(address).close()

    with empty_schema() as address, ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, [address] * 6)) == [None] * 6


def test_names_are_sorted_byte_by_byte_on_both_databases(location: Path | str) -> None:
    with running_broker(location) as url:
        broker = Client(url)
        for name in ("a", "Z", "ä", "y", "_"):
            broker.publish(name, "1")
        integrations = broker.get("/integrations")["_embedded"]["integrations"]
    assert [integration["consumer"]["name"] for integration in integrations] == ["Z", "_", "a", "y", "ä"]


def test_finished_deliveries_are_deleted_after_ninety_days(location: Path | str) -> None:
    with listening(200) as listener, running_broker(location, config=LOCAL) as url:
        webhook = make(url, document(listener.url))
        Client(url).publish("Web", "1")
        wait_until_sent(Client(url), webhook)
    uuid = webhook.rpartition("/")[2]
    counts = [deliveries_left(location, uuid, days=days) for days in (89, 91)]
    assert counts == [1, 0]


def wait_until_sent(broker: Client, webhook: str) -> None:
    for _ in range(1_000):
        found = broker.get(f"{webhook}/deliveries")["_embedded"]["triggeredWebhooks"]
        if found and all(delivery["status"] != "waiting" for delivery in found):
            return
        Event().wait(0.02)
    raise AssertionError("the delivery still waits")


def deliveries_left(location: Path | str, webhook: str, *, days: int) -> int:
    """How many deliveries a webhook has after a dispatcher has run so many days later."""
    database, looked = open_database(location), Event()

    def clock() -> datetime:
        looked.set()
        return utc_now() + timedelta(days=days)

    dispatcher = WebhookDispatcher(database, LOCAL, clock=clock)
    dispatcher.start()
    assert looked.wait(30)
    dispatcher.stop()
    with database.reading() as connection:
        count = len(deliveries(connection, webhook_uuid=webhook))
    database.close()
    return count
