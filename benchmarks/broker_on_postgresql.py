"""The broker on PostgreSQL: statements a publication, and two processes over one database over one process."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import psycopg
from pactape.broker import BrokerServer
from psycopg import sql
from sqlalchemy import Engine, event

from storefront.database import server_url

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["run"]

_WRITERS, _SECONDS, _ROUNDS = 8, 4.0, 3


def run() -> dict[str, float]:
    """The figures of the broker on PostgreSQL."""
    with _empty_schema() as address:
        statements = _statements(address)
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(_ROUNDS):
        for count, found in rates.items():
            with _empty_schema() as address:
                found.append(_rate(address, count))
                print(f"  {count} process(es): {found[-1]:.0f} publications a second")
    one, two = (sorted(rates[count])[_ROUNDS // 2] for count in (1, 2))
    print(f"statements a publication: {statements}")
    print(f"publications a second with {_WRITERS} writers: one process {one:.0f}, two processes {two:.0f}")
    return {"broker.postgresql.statements": statements, "broker.postgresql.scaling": round(two / one, 2)}


def _statements(address: str) -> int:
    """Count what a publication of a new content for a known consumer, provider and branch sends."""
    seen: list[str] = []
    server = BrokerServer(address)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    with closing(HTTPConnection(server.url.removeprefix("http://"), timeout=30)) as connection:
        _post(connection, _publication("Web", 0))

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        _post(connection, _publication("Web", 1))
        event.remove(Engine, "before_cursor_execute", note)
    server.stop()
    thread.join()
    return len(seen)


def _rate(address: str, processes: int) -> float:
    """Return the publications a second of eight writers, spread over broker processes."""
    with ExitStack() as stack:
        urls = [stack.enter_context(_serving(address)) for _ in range(processes)]
        counts, stop = [0] * _WRITERS, threading.Event()

        def write(writer: int) -> None:
            host = urls[writer % processes].removeprefix("http://")
            bodies = [_publication(f"Web {writer}", number) for number in range(3_000)]
            with closing(HTTPConnection(host, timeout=30)) as connection:
                _post(connection, bodies[0])
                ready.wait()
                for body in bodies[1:]:
                    if stop.is_set():
                        break
                    _post(connection, body)
                    counts[writer] += 1

        ready = threading.Barrier(_WRITERS + 1)
        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(_WRITERS)]
        for thread in threads:
            thread.start()
        ready.wait()
        begin = time.perf_counter()
        stop.wait(_SECONDS)
        stop.set()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - begin)


def _post(connection: HTTPConnection, body: bytes) -> None:
    connection.request("POST", "/contracts/publish", body, {"Content-Type": "application/json"})
    with connection.getresponse() as answer:
        answer.read()
        assert answer.status == HTTPStatus.OK


def _publication(consumer: str, number: int) -> bytes:
    pact = {
        "consumer": {"name": consumer},
        "provider": {"name": "Users"},
        "interactions": [
            {
                "type": "Synchronous/HTTP",
                "description": f"reads user {index} of {number}",
                "request": {"method": "GET", "path": f"/users/{index}"},
                "response": {"status": 200},
            }
            for index in range(20)
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    contract = {
        "consumerName": consumer,
        "providerName": "Users",
        "specification": "pact",
        "contentType": "application/json",
        "content": base64.b64encode(json.dumps(pact).encode()).decode(),
    }
    body = {"pacticipantName": consumer, "pacticipantVersionNumber": str(number), "branch": "main"}
    return json.dumps({**body, "contracts": [contract]}).encode()


@contextmanager
def _serving(address: str) -> Iterator[str]:
    command = [sys.executable, "-u", "-m", "pactape", "broker", "--port", "0", "--database", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- our own command
        assert process.stdout is not None
        yield process.stdout.readline().split()[3].rstrip(",")
        process.kill()


@contextmanager
def _empty_schema() -> Iterator[str]:
    server, name = server_url(), f"pactape_bench_{secrets.token_hex(4)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        address = server.update_query_dict({"options": f"-csearch_path={name}"})
        try:
            yield address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
