"""Nothing that was acknowledged is lost: not among many writers, and not by a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.broker import running_broker

from tests.broker.helpers.publishing import publication

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WRITERS, _CONTRACTS, _KILLS = 8, 2_000, 20


def publish(session: requests.Session, url: str, version: str) -> bool:
    body = publication(pacticipantVersionNumber=version)
    return session.post(f"{url}/contracts/publish", json=body, timeout=60).status_code == 200


def versions_at(url: str) -> set[str]:
    """The versions of the consumer that the broker has, whatever page they are on."""
    found: set[str] = set()
    link: str | None = f"{url}/pacticipants/Web/versions?pageSize=500"
    while link:
        page = requests.get(link, timeout=60).json()
        found |= {each["number"] for each in page["_embedded"]["versions"]}
        link = page["_links"].get("next", {}).get("href")
    return found


@pytest.mark.long
def test_eight_writers_at_once_lose_no_contract(location: Path | str) -> None:
    with running_broker(location) as url, ThreadPoolExecutor(_WRITERS) as pool:
        local = threading.local()

        def write(number: int) -> bool:
            if not hasattr(local, "session"):
                local.session = requests.Session()
            return publish(local.session, url, str(number))

        acknowledged = list(pool.map(write, range(_CONTRACTS)))
        found = versions_at(url)
    assert (all(acknowledged), found) == (True, {str(number) for number in range(_CONTRACTS)})


@contextmanager
def broker_process(database: Path | str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [
        sys.executable,
        "-P",
        "-m",
        "pactape",
        "broker",
        "--database",
        str(database),
        "--port",
        "0",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3].rstrip(",")
        try:
            yield process, url
        finally:
            process.kill()


@pytest.mark.long
def test_a_killed_broker_starts_again_and_holds_all_that_it_acknowledged(location: Path | str) -> None:
    acknowledged: set[str] = set()
    for kill in range(_KILLS):
        with broker_process(location) as (process, url):
            session, number = requests.Session(), 0
            deadline = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < deadline:
                version = f"{kill}.{number}"
                try:
                    if publish(session, url, version):
                        acknowledged.add(version)
                except requests.RequestException:
                    break
                if number == 0:  # however long a start takes, the kill comes amid publications
                    threading.Timer(kill * 0.01, process.send_signal, (signal.SIGKILL,)).start()
                number += 1
    with running_broker(location) as url:
        found = versions_at(url)
    assert (len(acknowledged) >= _KILLS, acknowledged - found) == (True, set())
