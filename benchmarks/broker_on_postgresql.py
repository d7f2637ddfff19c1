"""The broker on PostgreSQL: statements a publication, and two processes over one database over one process.

All of them share this machine: the brokers, PostgreSQL and the writers. Python's lock limits one process to one
core; two are limited by all cores. Therefore the most that two can gain on a machine with few cores is `cores x
broker / (broker + PostgreSQL + writers)`, of their processor time for a publication, which is measured, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
import psycopg
from _empty_schema import empty_schema
from _publishing_writers import publication, write
from pactape.broker import BrokerServer
from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["run"]

_WRITERS, _SECONDS, _ROUNDS = 8, 4.0, 3
_SAMPLE_SECONDS = 0.05


class _Load(NamedTuple):
    """Publications a second, milliseconds of processor time that one took of whom, and the share of lock waits."""

    rate: float
    broker: float
    postgresql: float
    writers: float
    lock_waits: float

    @property
    def most_by_two(self) -> float:
        cores = os.cpu_count() or 1
        return min(2.0, cores * self.broker / (self.broker + self.postgresql + self.writers))


def run() -> dict[str, float]:
    """The figures of the broker on PostgreSQL."""
    with empty_schema() as address:
        statements = _statements(address)
    print(f"statements a publication: {statements}")
    loads: dict[int, list[_Load]] = {1: [], 2: []}
    for _ in range(_ROUNDS):
        for count, results in loads.items():
            with empty_schema() as address:
                results.append(_load(address, count))
                _show(count, results[-1])
    one, two = (median(load.rate for load in loads[count]) for count in (1, 2))
    most = median(load.most_by_two for load in loads[1])
    one_work, two_work = (median(load.broker for load in loads[count]) for count in (1, 2))
    waits = median(load.lock_waits for load in loads[2])
    print(f"{_WRITERS} writers: one process {one:.0f} publications a second, two {two:.0f}: {two / one:.2f}")
    print(
        f"the most that two can gain beside PostgreSQL and the writers on {os.cpu_count()} cores: {most:.2f}"
    )
    return {
        "broker.postgresql.statements": statements,
        "broker.postgresql.scaling": round(two / one, 2),
        "broker.postgresql.scaling_possible_here": round(most, 2),
        "broker.postgresql.scaling_of_possible": round(two / one / most, 2),
        "broker.postgresql.work_of_two_over_one": round(two_work / one_work, 2),
        "broker.postgresql.lock_waits_of_two": round(waits, 3),
        "broker.postgresql.publications_a_second": round(one),
    }


def _show(count: int, load: _Load) -> None:
    print(
        f"  {count} process(es): {load.rate:.0f} publications a second; processor time of each: "
        f"broker {load.broker:.2f} ms, PostgreSQL {load.postgresql:.2f} ms, writers {load.writers:.2f} ms; "
        f"waiting for locks {load.lock_waits:.1%}"
    )


def _statements(address: str) -> int:
    """Count what a publication of a new content for a known consumer, provider and branch sends."""
    seen: list[str] = []
    server = BrokerServer(address)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    with closing(HTTPConnection(server.url.removeprefix("http://"), timeout=30)) as connection:
        _post(connection, publication("Web", 0))

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        _post(connection, publication("Web", 1))
        event.remove(Engine, "before_cursor_execute", note)
    server.stop()
    thread.join()
    return len(seen)


def _post(connection: HTTPConnection, body: bytes) -> None:
    connection.request("POST", "/contracts/publish", body, {"Content-Type": "application/json"})
    with connection.getresponse() as answer:
        answer.read()
        assert answer.status == HTTPStatus.OK


def _load(address: str, processes: int) -> _Load:
    """Have eight writers publish, spread over broker processes."""
    with ExitStack() as stack:
        brokers = [stack.enter_context(_serving(address)) for _ in range(processes)]
        before: list[tuple[float, float]] = []

        def times() -> tuple[float, float]:
            return _processor_seconds(process for process, _ in brokers), _postgresql_seconds(address)

        with _lock_waits(address) as lock_waits:

            def begin() -> None:
                lock_waits.clear()  # the first publications create the provider, for which the others wait
                before.append(times())

            work = write([url for _, url in brokers], writers=_WRITERS, seconds=_SECONDS, begin=begin)
        after = times()
        broker, postgresql = (
            1000 * (end - start) / work.publications for start, end in zip(before[0], after, strict=True)
        )
    return _Load(
        work.publications / work.seconds,
        broker,
        postgresql,
        1000 * work.processor_seconds / work.publications,
        sum(waiting for waiting, _ in lock_waits) / max(1, sum(busy for _, busy in lock_waits)),
    )


# What began before belongs to somebody else.
_BUSY = """SELECT count(*) FILTER (WHERE wait_event_type = 'Lock'), count(*) FROM pg_stat_activity
WHERE state <> 'idle' AND backend_type = 'client backend' AND xact_start > %s AND pid <> pg_backend_pid()"""


@contextmanager
def _lock_waits(address: str) -> Iterator[list[tuple[int, int]]]:
    """Sample, while the block runs, how many connections wait for a lock and how many are in a transaction."""
    samples: list[tuple[int, int]] = []
    end = threading.Event()

    def sample() -> None:
        with psycopg.connect(address.replace("+psycopg", "", 1), autocommit=True) as connection:
            begin = connection.execute("SELECT clock_timestamp()").fetchone()
            while not end.wait(_SAMPLE_SECONDS):
                waiting, busy = connection.execute(_BUSY, begin).fetchone() or (0, 0)
                samples.append((waiting, busy))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        end.set()
        thread.join()


def _postgresql_seconds(address: str) -> float:
    """Return the processor time of the server's processes, where they run on this machine."""
    with psycopg.connect(address.replace("+psycopg", "", 1)) as connection:
        identities = connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
    return _processor_seconds(psutil.Process(pid) for (pid,) in identities if psutil.pid_exists(pid))


def _processor_seconds(processes: Iterable[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


@contextmanager
def _serving(address: str) -> Iterator[tuple[psutil.Process, str]]:
    command = [sys.executable, "-u", "-m", "pactape", "broker", "--port", "0", "--database", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- our own command
        assert process.stdout is not None
        yield psutil.Process(process.pid), process.stdout.readline().split()[3].rstrip(",")
        process.kill()
