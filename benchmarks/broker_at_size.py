"""The broker with years of history over one with a hundredth of it: answers must not grow.

Each request runs in this process, on both sizes in turn. On SQLite, whose work is done in this process, too, the
figure is the ratio of processor times, the best of several; on PostgreSQL that of the rows that its tables and
indexes gave up, which doesn't depend on what else the machine does.
"""

from __future__ import annotations

import io
import json
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from _broker_history import History, make_history
from _empty_schema import empty_schema
from pactape.broker.http.application import Application
from pactape.broker.pages.site import HtmlPages
from pactape.broker.store.database.base import Database
from pactape.broker.store.database.opening import open_database
from sqlalchemy import Connection, make_url, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = ["run"]

#: 200 pacticipants, 100,000 versions, 300,000 publications, 2 million results; and a hundredth of that.
_MUCH = History()
_LITTLE = History(versions=5, contents=1, results=7, features=1)
_ROUNDS = 15
_HAL, _HTML = "application/hal+json", "text/html"
_BETWEEN = "/pacts/provider/service-002/consumer/service-001"
_PAIR = "q[][pacticipant]=service-001&q[][pacticipant]=service-002"


class Question(NamedTuple):
    """A request; `{last}` in its path is the number of the last versions."""

    method: str
    path: str
    accept: str = _HAL
    body: dict[str, Any] | None = None


_QUESTIONS = {
    "latest": Question("GET", f"{_BETWEEN}/latest"),
    "badge": Question("GET", f"{_BETWEEN}/latest/badge.svg"),
    "provider states": Question("GET", "/pacts/provider/service-002/provider-states"),
    "for-verification": Question(
        "POST",
        "/pacts/provider/service-002/for-verification",
        body={"providerVersionBranch": "main", "consumerVersionSelectors": [{"mainBranch": True}]},
    ),
    "can-i-deploy": Question(
        "GET", "/can-i-deploy?pacticipant=service-001&version={last}.0.0&environment=production"
    ),
    # as many rows as the hundredth has: what is compared is finding them, not writing more of them
    "matrix of a pair": Question("GET", f"/matrix?{_PAIR}&limit=20"),
    "matrix page": Question("GET", f"/matrix?{_PAIR}", _HTML),
    "index page": Question("GET", "/", _HTML),
    "contract page": Question("GET", f"{_BETWEEN}/latest", _HTML),
    "pacticipant page": Question("GET", "/pacticipants/service-001", _HTML),
    "environments page": Question("GET", "/environments", _HTML),
}


def run() -> dict[str, float]:
    """The figures of the broker at size, on both databases."""
    with tempfile.TemporaryDirectory() as name:
        places = (str(Path(name) / "little.sqlite"), str(Path(name) / "much.sqlite"))
        on_sqlite = _growths("SQLite, ms of processor time", *places, _processor_time)
    with empty_schema() as little, empty_schema() as much:
        on_postgresql = _growths("PostgreSQL, rows visited", little, much, _rows_visited)
    return {
        "broker.size.growth_max": max(on_sqlite.values()),
        "broker.size.postgresql.growth_max": max(on_postgresql.values()),
    }


def _growths(
    title: str, little: str, much: str, measure: Callable[[Database, Question], float]
) -> dict[str, float]:
    print(f"{title}: a hundredth of the history, all of it, growth")
    growths = {}
    with ExitStack() as stack:
        few, many = (
            stack.enter_context(_filled(place, history))
            for place, history in ((little, _LITTLE), (much, _MUCH))
        )
        for name, question in _QUESTIONS.items():
            small = measure(few, _at(question, _LITTLE))
            large = measure(many, _at(question, _MUCH))
            growths[name] = round(large / small, 2)
            print(f"  {name:<20} {small:10.2f} {large:10.2f}  {growths[name]:6.2f}x")
    return growths


@contextmanager
def _filled(place: str, history: History) -> Iterator[Database]:
    database = open_database(place)
    try:
        make_history(database, history)
        if database.shared:
            _vacuum(place)
        yield database
    finally:
        database.close()


def _vacuum(address: str) -> None:
    """Do what a server does by itself in the course of years: without it, fresh rows hide from index-only scans."""
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _at(question: Question, history: History) -> Question:
    return question._replace(path=question.path.replace("{last}", str(history.versions)))


def _processor_time(database: Database, question: Question) -> float:
    application = Application(database, pages=HtmlPages())
    best = float("inf")
    for _ in range(_ROUNDS):
        begin = time.process_time()
        _ask(application, question)
        best = min(best, time.process_time() - begin)
    return best * 1000


_VISITED = text(
    "SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid)), 0) "
    "FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = current_schema()::regnamespace"
)


def _rows_visited(database: Database, question: Question) -> float:
    counting = _Counting(database)
    _ask(Application(counting, pages=HtmlPages()), question)
    return counting.visited


class _Counting(Database):
    """A database that counts the rows which its last reading transaction visited."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.shown, self.shared = database.shown, database.shared
        self.visited = 0.0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._database.reading() as connection:
            before = connection.scalars(_VISITED).one()
            yield connection
            self.visited = float(connection.scalars(_VISITED).one() - before)

    def writing(self, *, exclusive: bool = True) -> AbstractContextManager[Connection]:
        return self._database.writing(exclusive=exclusive)

    def close(self) -> None:
        self._database.close()


def _ask(application: Application, question: Question) -> None:
    path, _, query = question.path.partition("?")
    body = b"" if question.body is None else json.dumps(question.body).encode()
    environ = {
        "REQUEST_METHOD": question.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": question.path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "9292",
        "HTTP_HOST": "127.0.0.1:9292",
        "HTTP_ACCEPT": question.accept,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
    }
    statuses: list[str] = []
    b"".join(application(environ, lambda status, _headers: statuses.append(status)))
    assert statuses == ["200 OK"], (question, statuses)
