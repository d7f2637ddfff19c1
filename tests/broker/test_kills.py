"""A kill amid results, deliveries, cleaning or a migration loses nothing and leaves nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import requests
from pactape.broker import running_broker

from tests.broker.helpers.client import BETWEEN, Client, numbers
from tests.broker.helpers.webhooks import LOCAL, document, listening, make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.broker.helpers.webhooks import Listener

pytestmark = pytest.mark.long
_KILLS = 6
_VERSIONS = 300
_CLAIM_SECONDS = 60  # after a kill, a delivery that was being sent waits this long
COMMAND = [sys.executable, "-P", "-m", "pactape", "broker"]
ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1"}


@contextmanager
def broker_process(location: Path | str) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    command = [*COMMAND, "--database", str(location), "--port", "0", "--webhook-host", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        client = Client(process.stdout.readline().split()[3].rstrip(","))
        try:
            yield process, client
        finally:
            process.kill()


def until_killed(location: Path | str, kill: int, step: Callable[[Client, int], None]) -> None:
    """Take steps until a broker's process, which is killed amid them, doesn't answer any more."""
    with broker_process(location) as (process, client):
        number = 0
        while process.poll() is None:
            try:
                step(client, number)
            except requests.RequestException:
                break
            if number == 0:  # however long a start takes, the kill comes amid steps
                threading.Timer(kill * 0.05, process.send_signal, (signal.SIGKILL,)).start()
            number += 1
        process.wait(30)


def versions_heard(target: Listener, versions: set[str]) -> set[str]:
    """Wait until a webhook's target has heard of these provider versions, and return all that it has heard of."""
    deadline = time.monotonic() + _CLAIM_SECONDS + 60
    heard: set[str] = set()
    while not versions <= heard and time.monotonic() < deadline:
        time.sleep(0.2)
        heard = {json.loads(body)["by"] for _, body in list(target.heard)}
    return heard


def test_a_kill_amid_results_and_deliveries_loses_no_result_and_no_delivery(location: Path | str) -> None:
    verified: set[str] = set()

    def verify(client: Client, number: int) -> None:
        version = f"{len(verified)}.{number}"
        client.verify("Web", "1", version)
        verified.add(version)

    with listening(200) as target:
        with running_broker(location, config=LOCAL) as url:
            hook = document(target.url, "provider_verification_published")
            hook["request"]["body"] = {"by": "${pactbroker.providerVersionNumber}"}
            make(url, hook)
            Client(url).publish("Web", "1")
        for kill in range(_KILLS):
            until_killed(location, kill, verify)
        with broker_process(location) as (_, client):
            rows = client.get("/matrix?q[][pacticipant]=Web&q[][version]=1&q[][pacticipant]=Users&limit=1000")
            results = {row["provider"]["version"]["number"] for row in rows["matrix"]}
            heard = versions_heard(target, verified)
    assert (len(verified) >= _KILLS, verified - results, verified - heard) == (True, set(), set())


def run_and_kill(arguments: list[str], seconds: float) -> int:
    """Run a command of the broker, kill it after some time, and return its exit code."""
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        timer = threading.Timer(seconds, process.send_signal, (signal.SIGKILL,))
        timer.start()
        code = process.wait(120)
        timer.cancel()
        return code


def seconds_of(arguments: list[str]) -> float:
    begin = time.monotonic()
    subprocess.run([*COMMAND, *arguments], stdout=subprocess.DEVNULL, check=True, env=ENVIRONMENT)
    return time.monotonic() - begin


def test_a_kill_amid_cleaning_keeps_what_is_kept_and_every_version_is_whole(location: Path | str) -> None:
    with running_broker(location) as url:
        broker = Client(url)
        for number in range(_VERSIONS):
            broker.publish("Web", str(number), path=f"/{number % 7}", branch="main")
        broker.verify("Web", str(_VERSIONS - 1), "u1")
    arguments = ["--database", str(location), "clean", "--keep", '[{"branch": true, "latest": true}]']
    whole = seconds_of(arguments)  # counts only, and so shows how long a start takes
    codes = [run_and_kill([*arguments, "--delete"], whole * (0.4 + kill * 0.12)) for kill in range(_KILLS)]
    with running_broker(location) as url:
        broker = Client(url)
        left = numbers(broker, "/pacticipants/Web/versions?pageSize=500")
        found = {broker.ask("GET", f"{BETWEEN}/version/{number}").status_code for number in left}
        latest = broker.get(f"{BETWEEN}/latest")["_links"]["pb:consumer-version"]["name"]
        verified = broker.get(f"{BETWEEN}/latest/verification-results/latest")["success"]
    assert (found, latest, verified) == ({200}, str(_VERSIONS - 1), True)
    assert -signal.SIGKILL in codes


def make_older(location: Path | str) -> None:
    """Take a database back to version 2 of its tables."""
    drops = [
        f"ALTER TABLE {table} DROP COLUMN {column}"
        for table, column in (
            ("labels", "created_at"),
            ("pacticipants", "repository_name"),
            ("pacticipants", "repository_namespace"),
        )
    ]
    if isinstance(location, Path):
        with closing(sqlite3.connect(location)) as connection:
            for statement in (*drops, "PRAGMA user_version = 2"):
                connection.execute(statement)
            connection.commit()
        return
    with psycopg.connect(location.replace("+psycopg", "").replace("+", "%20")) as connection:
        for statement in (*drops, "UPDATE pactape_schema SET version = 2"):
            connection.execute(statement.encode())


def test_a_kill_amid_a_migration_leaves_the_old_tables_or_the_new_ones(location: Path | str) -> None:
    with running_broker(location) as url:
        Client(url).publish("Web", "1", branch="main")
        Client(url).ask("PUT", "/pacticipants/Web/labels/frontend", {})
    make_older(location)
    arguments = ["--database", str(location), "--port", "0"]
    start = 0.2
    for _ in range(4 * _KILLS):
        run_and_kill(arguments, start)
        start += 0.1
    with running_broker(location) as url:
        broker = Client(url)
        label = broker.get("/pacticipants/Web/labels/frontend")["name"]
        patched = broker.ask("PATCH", "/pacticipants/Web", {"repositoryName": "web"}).status_code
        pact = broker.get(f"{BETWEEN}/latest")["interactions"]
    assert (label, patched, len(pact)) == ("frontend", 200, 1)
