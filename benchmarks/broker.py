"""The broker: starting it, publishing to it, and asking it whether to deploy."""

from __future__ import annotations

import base64
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from _timing import medians, show

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["run"]

_STARTS, _PUBLICATIONS, _QUESTIONS = 7, 101, 31
_FEW, _MANY = 10, 1_000


def run() -> dict[str, float]:
    """The figures of the broker."""
    with tempfile.TemporaryDirectory() as folder:
        return _starting(Path(folder)) | _publishing(Path(folder)) | _asking(Path(folder))


def _starting(folder: Path) -> dict[str, float]:
    ways = {"import pact": _import_pact, "pactape broker, ready": lambda: _start(folder)}
    times = medians(ways, rounds=_STARTS)
    show("from nothing to an answer", times, base="import pact")
    return {"broker.start.over_import_pact": round(times["pactape broker, ready"] / times["import pact"], 2)}


def _import_pact() -> None:
    subprocess.run([sys.executable, "-c", "import pact"], check=True)


def _start(folder: Path) -> None:
    with _serving(folder / f"{time.monotonic_ns()}.sqlite") as url:
        requests.get(f"{url}/diagnostic/status/heartbeat", timeout=10).raise_for_status()


@contextmanager
def _serving(database: Path) -> Iterator[str]:
    """A broker in a process of its own, as people run it; gives its URL."""
    command = [sys.executable, "-u", "-m", "pactape", "broker", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 -- our own command
        [*command, "--database", str(database)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[3].rstrip(",")
        process.kill()


def _publishing(folder: Path) -> dict[str, float]:
    """By http.client, whose own part is small, with bodies that are ready: the time is the broker's."""
    bodies = [_publication("Web", "Users", version=str(number)) for number in range(_PUBLICATIONS)]
    ready = iter([json.dumps(body).encode() for body in bodies])
    rows = iter(enumerate(bodies))
    with (
        _serving(folder / "publish.sqlite") as url,
        closing(HTTPConnection(url.removeprefix("http://"), timeout=30)) as connection,
        closing(_bare_table(folder / "bare.sqlite")) as bare,
    ):
        ways = {
            "a SQLite commit of the same bytes": lambda: _commit(bare, *next(rows)),
            "publish": lambda: _post(connection, next(ready)),
        }
        times = medians(ways, rounds=_PUBLICATIONS)
    size = len(bodies[0]["contracts"][0]["content"])
    show(f"publishing a contract of {size // 1000} kB", times, base="a SQLite commit of the same bytes")
    return {
        "broker.publish.over_sqlite_commit": round(
            times["publish"] / times["a SQLite commit of the same bytes"], 2
        )
    }


def _post(connection: HTTPConnection, body: bytes) -> None:
    connection.request("POST", "/contracts/publish", body, {"Content-Type": "application/json"})
    with connection.getresponse() as answer:
        answer.read()
        assert answer.status == HTTPStatus.OK


def _bare_table(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE contracts (version INTEGER PRIMARY KEY, content TEXT)")
    return connection


def _commit(connection: sqlite3.Connection, version: int, body: dict[str, Any]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    row = (version, body["contracts"][0]["content"])
    connection.execute("INSERT INTO contracts VALUES (?, ?)", row)
    connection.execute("COMMIT")


def _asking(folder: Path) -> dict[str, float]:
    with (
        _serving(folder / "few.sqlite") as few,
        _serving(folder / "many.sqlite") as many,
        requests.Session() as session,
    ):
        for url, count in ((few, _FEW), (many, _MANY)):
            for number in range(count):
                _publish(session, url, "Web", "Users", version=str(number))
        last = {few: str(_FEW - 1), many: str(_MANY - 1)}
        ways = {
            f"{count} versions": lambda url=url: _ask(session, url, last[url])
            for url, count in ((few, _FEW), (many, _MANY))
        }
        times = medians(ways, rounds=_QUESTIONS)
    show("can-i-deploy", times, base=f"{_FEW} versions")
    growth = times[f"{_MANY} versions"] / times[f"{_FEW} versions"]
    return {"broker.matrix.growth": round(growth, 2)}


def _ask(session: requests.Session, url: str, version: str) -> None:
    question = {"q[][pacticipant]": "Web", "q[][version]": version, "latestby": "cvp", "latest": "true"}
    session.get(f"{url}/matrix", params=question, timeout=30).raise_for_status()


def _publish(session: requests.Session, url: str, consumer: str, provider: str, *, version: str) -> None:
    body = _publication(consumer, provider, version=version)
    session.post(f"{url}/contracts/publish", json=body, timeout=30).raise_for_status()


def _publication(consumer: str, provider: str, *, version: str) -> dict[str, Any]:
    interactions = [
        {
            "type": "Synchronous/HTTP",
            "description": f"reads user {number} of {version}",
            "request": {"method": "GET", "path": f"/users/{number}"},
            "response": {
                "status": 200,
                "body": {"content": {"id": number}, "contentType": "application/json"},
            },
        }
        for number in range(20)
    ]
    pact = {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        "interactions": interactions,
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    content = base64.b64encode(json.dumps(pact).encode()).decode()
    contract = {
        "consumerName": consumer,
        "providerName": provider,
        "specification": "pact",
        "contentType": "application/json",
        "content": content,
    }
    return {
        "pacticipantName": consumer,
        "pacticipantVersionNumber": version,
        "branch": "main",
        "contracts": [contract],
    }
