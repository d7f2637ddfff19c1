"""Makes a broker's database with a history of years, by inserting rows and not by requests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from pactape.broker.store.database import tables as t
from pactape.broker.store.database.base import text_of
from pactape.broker.store.environments import add_environment
from sqlalchemy import func, insert, literal, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.broker.store.database.base import Database
    from sqlalchemy import Connection, Table

__all__ = ["History", "make_history"]

_START = datetime(2024, 1, 1, tzinfo=UTC)
_BATCH = 20_000


class History(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is.

    Args:
        pacticipants: How many applications; each consumes the next three.
        versions: How many versions of each.
        contents: How many consecutive versions have the same contract.
        results: How many results each content has.
        features: How many feature branches each pacticipant has, of which each version is on one or on main.
    """

    pacticipants: int = 200
    versions: int = 500
    contents: int = 10
    results: int = 67
    features: int = 20
    providers: int = 3


def make_history(database: Database, history: History) -> None:
    """Fill an empty database."""
    with database.writing() as connection:
        for table, rows in _tables(history):
            _insert(connection, table, rows)
        _place(connection, history)
        _note_successes(connection)
        if connection.dialect.name == "postgresql":
            _advance_sequences(connection)
        connection.exec_driver_sql("ANALYZE")


def _insert(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


def _tables(history: History) -> list[tuple[Table, Iterator[dict[str, Any]]]]:
    return [
        (t.pacticipants, _pacticipants(history)),
        (t.integrations, _integrations(history)),
        (t.branches, _branches(history)),
        (t.versions, _versions(history)),
        (t.branch_versions, _branch_versions(history)),
        (t.tags, _tags(history)),
        (t.contents, _contents(history)),
        (t.publications, _publications(history)),
        (t.results, _results(history)),
    ]


def _moment(history: History, version_id: int) -> str:
    total = history.pacticipants * history.versions
    return text_of(_START + timedelta(days=700) * (version_id / total))


def _owner(history: History, version_id: int) -> int:
    """Return the pacticipant of a version: they take turns, as in life."""
    return (version_id - 1) % history.pacticipants + 1


def _number(history: History, version_id: int) -> int:
    return (version_id - 1) // history.pacticipants + 1


def _providers(history: History, consumer: int) -> list[int]:
    return [(consumer + step - 1) % history.pacticipants + 1 for step in range(1, history.providers + 1)]


def _version_ids(history: History) -> range:
    return range(1, history.pacticipants * history.versions + 1)


def _pacticipants(history: History) -> Iterator[dict[str, Any]]:
    for number in range(1, history.pacticipants + 1):
        name = f"service-{number:03}"
        yield {
            "id": number,
            "name": name,
            "display_name": name,
            "main_branch": "main",
            "created_at": text_of(_START),
        }


def _integrations(history: History) -> Iterator[dict[str, Any]]:
    for consumer in range(1, history.pacticipants + 1):
        for provider in _providers(history, consumer):
            yield {"consumer_id": consumer, "provider_id": provider, "created_at": text_of(_START)}


def _branches(history: History) -> Iterator[dict[str, Any]]:
    for owner in range(1, history.pacticipants + 1):
        for index in range(history.features + 1):
            name = f"feat/{index}" if index else "main"
            identity = (owner - 1) * (history.features + 1) + index + 1
            yield {"id": identity, "pacticipant_id": owner, "name": name, "created_at": text_of(_START)}


def _versions(history: History) -> Iterator[dict[str, Any]]:
    for identity in _version_ids(history):
        yield {
            "id": identity,
            "pacticipant_id": _owner(history, identity),
            "number": f"{_number(history, identity)}.0.0",
            "build_url": None,
            "created_at": _moment(history, identity),
        }


def _branch_versions(history: History) -> Iterator[dict[str, Any]]:
    for identity in _version_ids(history):
        number = _number(history, identity)
        index = number % history.features + 1 if number % 4 == 0 and history.features else 0
        branch = (_owner(history, identity) - 1) * (history.features + 1) + index + 1
        yield {"branch_id": branch, "version_id": identity}


def _tags(history: History) -> Iterator[dict[str, Any]]:
    for identity in _version_ids(history):
        if _number(history, identity) % 4 == 1:
            yield {
                "pacticipant_id": _owner(history, identity),
                "version_id": identity,
                "name": "prod",
                "created_at": _moment(history, identity),
            }


def _content_id(history: History, consumer: int, index: int, number: int) -> int:
    per_content = -(-history.versions // history.contents)
    return ((consumer - 1) * history.providers + index) * per_content + (number - 1) // history.contents + 1


def _contents(history: History) -> Iterator[dict[str, Any]]:
    per_content = -(-history.versions // history.contents)
    for consumer in range(1, history.pacticipants + 1):
        for index, provider in enumerate(_providers(history, consumer)):
            for step in range(per_content):
                identity = ((consumer - 1) * history.providers + index) * per_content + step + 1
                yield {
                    "id": identity,
                    "consumer_id": consumer,
                    "provider_id": provider,
                    "sha": f"{identity:040x}",
                    "body": _body(consumer, provider, step),
                    "created_at": text_of(_START),
                }


def _body(consumer: int, provider: int, step: int) -> bytes:
    pact = {
        "consumer": {"name": f"service-{consumer:03}"},
        "provider": {"name": f"service-{provider:03}"},
        "interactions": [
            {
                "type": "Synchronous/HTTP",
                "description": f"read item {step}",
                "providerStates": [{"name": f"item {step} exists"}],
                "request": {"method": "GET", "path": f"/items/{step}"},
                "response": {"status": 200},
            }
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    return json.dumps(pact).encode()


def _publications(history: History) -> Iterator[dict[str, Any]]:
    for identity in _version_ids(history):
        consumer, number = _owner(history, identity), _number(history, identity)
        for index, provider in enumerate(_providers(history, consumer)):
            yield {
                "consumer_id": consumer,
                "provider_id": provider,
                "version_id": identity,
                "content_id": _content_id(history, consumer, index, number),
                "created_at": _moment(history, identity),
            }


def _results(history: History) -> Iterator[dict[str, Any]]:
    per_content = -(-history.versions // history.contents)
    for consumer in range(1, history.pacticipants + 1):
        for index, provider in enumerate(_providers(history, consumer)):
            for step in range(per_content):
                content = ((consumer - 1) * history.providers + index) * per_content + step + 1
                for number in range(1, history.results + 1):
                    by = min(step * history.contents + number, history.versions)
                    version = (by - 1) * history.pacticipants + provider
                    yield {
                        "content_id": content,
                        "number": number,
                        "provider_version_id": version,
                        "success": number % 7 != 0,
                        "wip": False,
                        "build_url": None,
                        "details": b"{}",
                        "executed_at": _moment(history, version),
                    }


def _place(connection: Connection, history: History) -> None:
    environments = [
        add_environment(
            connection,
            name=name,
            display_name=name,
            production=name == "production",
            contacts=[],
            now=text_of(_START),
        )
        for name in ("test", "production")
    ]
    rows = []
    for owner in range(1, history.pacticipants + 1):
        for number in range(1, history.versions + 1):
            version = (number - 1) * history.pacticipants + owner
            for environment in environments:
                rows.append(  # noqa: PERF401 -- reads better as a loop
                    {
                        "uuid": f"{version}-{environment.id}",
                        "kind": "deployed",
                        "version_id": version,
                        "environment_id": environment.id,
                        "instance": None,
                        "created_at": _moment(history, version),
                        "ended_at": None if number == history.versions else _moment(history, version),
                    }
                )
    _insert(connection, t.placements, rows)


def _note_successes(connection: Connection) -> None:
    """Fill the table of successes from the results, as the broker does with each."""
    results, on, branches, tags = t.results, t.branch_versions, t.branches, t.tags
    columns = ["content_id", "kind", "name", "wip", "first_at"]
    plain = select(
        results.c.content_id, literal("any"), literal(""), results.c.wip, func.min(results.c.executed_at)
    )
    plain = plain.where(results.c.success).group_by(results.c.content_id, results.c.wip)
    connection.execute(insert(t.successes).from_select(columns, plain))
    for kind, name, joined in (
        (
            "branch",
            branches.c.name,
            results.join(on, on.c.version_id == results.c.provider_version_id).join(
                branches, branches.c.id == on.c.branch_id
            ),
        ),
        ("tag", tags.c.name, results.join(tags, tags.c.version_id == results.c.provider_version_id)),
    ):
        query = select(
            results.c.content_id, literal(kind), name, results.c.wip, func.min(results.c.executed_at)
        ).select_from(joined)
        query = query.where(results.c.success).group_by(results.c.content_id, results.c.wip, name)
        connection.execute(insert(t.successes).from_select(columns, query))


def _advance_sequences(connection: Connection) -> None:
    for table in t.metadata.sorted_tables:
        if "id" in table.c:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # noqa: S608 -- our own table names
                f"coalesce((SELECT max(id) FROM {table.name}), 1))"
            )
