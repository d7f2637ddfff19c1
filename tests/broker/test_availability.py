"""A database that is away for a moment is a 503, one that refuses a statement a 500."""

from __future__ import annotations

import secrets
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import requests
from pactape.broker import running_broker
from pactape.broker.store.database.availability import is_unavailable, is_unstorable
from psycopg import errors
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, ProgrammingError

from tests.broker.helpers.databases import empty_schema

#: The application whose connections are closed: the server is shared with tests that run at the same time.
NAME = f"pactape-{secrets.token_hex(4)}"


def refused_connection() -> Exception:
    try:
        psycopg.connect("host=127.0.0.1 port=1 dbname=none")
    except psycopg.OperationalError as error:
        return error
    raise AssertionError


def locked_file(folder: str) -> Exception:
    first, second = (sqlite3.connect(folder, timeout=0, isolation_level=None) for _ in range(2))
    try:
        first.execute("BEGIN EXCLUSIVE")
        second.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        return error
    finally:
        first.close()
        second.close()
    raise AssertionError


@pytest.mark.parametrize(
    "original", [errors.CannotConnectNow(), errors.DeadlockDetected(), errors.DiskFull()]
)
def test_a_server_that_recovers_or_is_full_is_unavailable(original: Exception) -> None:
    assert is_unavailable(OperationalError("SELECT 1", {}, original))


def test_a_refused_connection_and_a_locked_file_are_unavailable(tmp_path: object) -> None:
    assert is_unavailable(OperationalError("SELECT 1", {}, refused_connection()))
    assert is_unavailable(OperationalError("BEGIN", {}, locked_file(f"{tmp_path}/a.sqlite")))
    assert is_unavailable(DBAPIError("SELECT 1", {}, errors.AdminShutdown(), connection_invalidated=True))


def test_a_refused_statement_is_not() -> None:
    assert not is_unavailable(ProgrammingError("SELEC 1", {}, errors.SyntaxError()))
    assert not is_unavailable(OperationalError("SELECT a", {}, sqlite3.OperationalError("no such column: a")))


def test_a_value_that_cannot_be_stored_is_not_an_unavailable_database() -> None:
    error = DataError("INSERT", {}, psycopg.DataError("PostgreSQL text fields cannot contain NUL bytes"))
    assert (is_unstorable(error), is_unavailable(error)) == (True, False)


def test_when_the_server_has_closed_every_connection_at_most_one_request_fails() -> None:
    with empty_schema() as address, running_broker(f"{address}&application_name={NAME}") as url:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: requests.get(f"{url}/pacticipants", timeout=30), range(32)))
        close_connections(address)
        statuses = [requests.get(f"{url}/pacticipants", timeout=30).status_code for _ in range(16)]
    assert statuses[1:] == [200] * 15
    assert statuses[0] in {200, 503}


def close_connections(address: str) -> None:
    """Have the server close all other connections to a database."""
    with psycopg.connect(address.replace("+psycopg", "", 1), autocommit=True) as connection:
        closed = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND application_name = %s",
            [NAME],
        ).fetchall()
    assert closed
