"""The schema versions of the tables, and the migrations from older versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Column, Connection

__all__ = ["SCHEMA", "create", "migrate"]

SCHEMA = 4


def create(connection: Connection) -> None:
    """Create all tables of the current version in an empty database."""
    t.metadata.create_all(connection, checkfirst=False)


def migrate(connection: Connection, *, from_version: int) -> None:
    """Migrate the tables from a version to the current one, inside the caller's transaction."""
    for version in range(from_version + 1, SCHEMA + 1):
        _MIGRATIONS[version](connection)


def _to_2(connection: Connection) -> None:
    """Add integrations and successes; add the pacticipant to tags, and the contract to deliveries."""
    run = connection.exec_driver_sql
    for name in (
        "tags_by_name",
        "results_by_provider_version",
        "deliveries_by_webhook",
        "deliveries_by_status",
    ):
        run(f"DROP INDEX {name}")
    run("ALTER TABLE tags RENAME TO tags_1")
    run("ALTER TABLE deliveries RENAME TO deliveries_1")
    for table in (t.tags, t.integrations, t.successes, t.deliveries):
        table.create(connection)
    new = {"placements_in_use", "publications_by_consumer"}
    indexes = (*t.placements.indexes, *t.publications.indexes)
    for index in (
        *t.results.indexes,
        *t.versions.indexes,
        *(index for index in indexes if index.name in new),
    ):
        index.create(connection)
    for statement in _FILL_2:
        connection.execute(text(statement))
    run("DROP TABLE tags_1")
    run("DROP TABLE deliveries_1")


_FILL_2 = (
    """INSERT INTO tags (pacticipant_id, version_id, name, created_at)
    SELECT v.pacticipant_id, o.version_id, o.name, o.created_at
    FROM tags_1 o JOIN versions v ON v.id = o.version_id""",
    """INSERT INTO integrations (consumer_id, provider_id, created_at)
    SELECT consumer_id, provider_id, min(created_at) FROM contents GROUP BY consumer_id, provider_id""",
    """INSERT INTO successes (content_id, kind, name, wip, first_at)
    SELECT r.content_id, 'any', '', r.wip, min(r.executed_at)
    FROM results r WHERE r.success GROUP BY r.content_id, r.wip""",
    """INSERT INTO successes (content_id, kind, name, wip, first_at)
    SELECT r.content_id, 'branch', b.name, r.wip, min(r.executed_at)
    FROM results r JOIN branch_versions bv ON bv.version_id = r.provider_version_id
    JOIN branches b ON b.id = bv.branch_id
    WHERE r.success GROUP BY r.content_id, b.name, r.wip""",
    """INSERT INTO successes (content_id, kind, name, wip, first_at)
    SELECT r.content_id, 'tag', g.name, r.wip, min(r.executed_at)
    FROM results r JOIN tags g ON g.version_id = r.provider_version_id
    WHERE r.success GROUP BY r.content_id, g.name, r.wip""",
    """INSERT INTO deliveries (uuid, webhook_uuid, event, consumer, provider, consumer_version, sha, status,
    attempts, log, request, created_at, due_at, claimed_until)
    SELECT uuid, webhook_uuid, event, '', '', '', '', status,
    attempts, log, request, created_at, created_at, '' FROM deliveries_1""",
)


def _to_3(connection: Connection) -> None:
    """Add the repository's name and namespace to pacticipants."""
    _add_columns(connection, t.pacticipants.c.repository_name, t.pacticipants.c.repository_namespace)


def _to_4(connection: Connection) -> None:
    """Add the time of creation to labels."""
    _add_columns(connection, t.labels.c.created_at)


def _add_columns(connection: Connection, *columns: Column[str]) -> None:
    for column in columns:
        kind = column.type.compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {column.name} {kind}")


_MIGRATIONS: dict[int, Callable[[Connection], None]] = {2: _to_2, 3: _to_3, 4: _to_4}
