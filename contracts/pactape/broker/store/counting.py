"""Counts everything that a broker stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select, Table

__all__ = ["count_everything", "first_and_last", "results_per_content"]

_TABLES = (
    *(t.pacticipants, t.integrations, t.publications, t.contents, t.versions, t.branches, t.tags, t.results),
    *(t.webhooks, t.deliveries, t.environments),
)


def count_everything(connection: Connection) -> dict[str, int]:
    """Return the number of rows of each table, and of the subsets that metrics report."""
    counts: dict[str, Select[Any]] = {table.name: _count(table) for table in _TABLES} | _SPECIAL
    for kind in ("deployed", "released"):
        of_kind = _count(t.placements).where(t.placements.c.kind == kind)
        counts[f"all {kind}"] = of_kind
        counts[kind] = of_kind.where(t.placements.c.ended_at.is_(None))
    return {name: int(connection.scalars(query).one() or 0) for name, query in counts.items()}


def _count(table: Table) -> Select[Any]:
    return select(func.count()).select_from(table)


def _distinct(*columns: Any) -> Select[Any]:
    return select(func.count()).select_from(select(*columns).distinct().subquery())


_SPECIAL: dict[str, Select[Any]] = {
    "successes": _count(t.results).where(t.results.c.success),
    "distinct results": _distinct(
        t.results.c.provider_version_id, t.results.c.content_id, t.results.c.success
    ),
    "with main branch": _count(t.pacticipants).where(t.pacticipants.c.main_branch.is_not(None)),
    "on a branch": _distinct(t.branch_versions.c.version_id),
    "tag names": _distinct(t.tags.c.name),
    "tag names of pacticipants": _distinct(t.tags.c.pacticipant_id, t.tags.c.name),
    "attempts": select(func.sum(t.deliveries.c.attempts)),
}


def first_and_last(connection: Connection, table: Table, column: str) -> tuple[str | None, str | None]:
    """Return a column's values in the first and last row of a table; None if it is empty."""
    query = select(table.c[column]).limit(1)
    first: str | None = connection.scalar(query.order_by(table.c.id))
    last: str | None = connection.scalar(query.order_by(table.c.id.desc()))
    return first, last


def results_per_content(connection: Connection) -> dict[int, int]:
    """Return the number of contents by their number of results."""
    contents = select(func.count().label("number")).select_from(t.results).group_by(t.results.c.content_id)
    numbers = contents.subquery()
    query = select(numbers.c.number, func.count()).group_by(numbers.c.number).order_by(numbers.c.number)
    return {row[0]: row[1] for row in connection.execute(query)}
