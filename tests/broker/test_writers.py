"""Eight writers at once: one of them wins a conflict, and a kill loses nothing that was acknowledged."""

from __future__ import annotations

import base64
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.broker.store.database.opening import open_database

from tests.broker.helpers.databases import empty_schema
from tests.broker.helpers.processes import process
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.broker.store.database.base import Database

    from tests.broker.helpers.stock import StockTools

WRITERS = 8


def publish(session: requests.Session, url: str, consumer: str, version: str) -> int:
    pact = pact_of(consumer, "Users", path=f"/users/{version}")
    contract = {
        "consumerName": consumer,
        "providerName": "Users",
        "specification": "pact",
        "content": base64.b64encode(json.dumps(pact).encode()).decode(),
    }
    body = {"pacticipantName": consumer, "pacticipantVersionNumber": version, "contracts": [contract]}
    return session.post(f"{url}/contracts/publish", json=body, timeout=60).status_code


def published_versions(url: str) -> set[tuple[str, str]]:
    """Every published contract, as its consumer's name and version, read back with its content."""
    pacts = requests.get(f"{url}/pacts/provider/Users", timeout=60).json()["_embedded"]["pacts"]
    versions = set()
    for published in pacts:
        consumer = published["_embedded"]["consumer"]
        version = consumer["_embedded"]["version"]["number"]
        pact = requests.get(published["_links"]["self"][0]["href"], timeout=60).json()
        assert pact["interactions"][0]["request"]["path"] == f"/users/{version}"
        versions.add((consumer["name"], version))
    return versions


def test_of_writers_that_publish_different_contracts_for_one_version_exactly_one_wins(
    stock: StockTools,
) -> None:
    def write(number: int) -> int:
        pact = pact_of("Web", "Users", path=f"/users/{number}")
        content = base64.b64encode(json.dumps(pact).encode()).decode()
        contract = {"consumerName": "Web", "providerName": "Users", "content": content}
        body = {"pacticipantName": "Web", "pacticipantVersionNumber": "1", "contracts": [contract]}
        return requests.post(f"{stock.url}/contracts/publish", json=body, timeout=60).status_code

    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = list(pool.map(write, range(WRITERS)))
    assert sorted(statuses) == [200] + [409] * (WRITERS - 1)


def test_a_writer_blocks_no_broker_in_another_schema_of_the_database() -> None:
    with empty_schema() as one, empty_schema() as other, ThreadPoolExecutor(1) as pool:
        first, second = open_database(one), open_database(other)
        with first.writing():
            write = pool.submit(_write, second)
            finished, _ = wait([write], timeout=10)
        assert finished
        first.close()
        second.close()


def _write(database: Database) -> None:
    with database.writing():
        pass


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_a_kill_while_contracts_are_published_loses_nothing_that_was_acknowledged(
    tmp_path: Path, seed: int
) -> None:
    acknowledged: set[tuple[str, str]] = set()

    def write(url: str, consumer: str) -> None:
        with requests.Session() as session:
            for number in range(10_000):
                version = f"{consumer}.{number}"
                try:
                    status = publish(session, url, consumer, version)
                except requests.RequestException:
                    return
                assert status == 200
                acknowledged.add((consumer, version))

    with process(tmp_path) as (child, url):
        writers = [threading.Thread(target=write, args=(url, f"c{number}")) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(random.Random(seed).uniform(0.2, 1.5))  # noqa: S311 -- a moment, not a secret
        child.kill()
        for writer in writers:
            writer.join()
    with process(tmp_path) as (_, url):
        stored = published_versions(url)
        with requests.Session() as session:
            assert publish(session, url, "after", "after.0") == 200
    assert acknowledged
    assert acknowledged - stored == set()
