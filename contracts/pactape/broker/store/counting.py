"""Counting everything that a broker stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["count_everything"]

_TABLES = (
    *(t.pacticipants, t.integrations, t.publications, t.contents, t.versions, t.branches, t.tags, t.results),
    *(t.webhooks, t.deliveries, t.environments),
)


def count_everything(connection: Connection) -> dict[str, int]:
    """Return the number of rows of each table, of successful results, and of versions deployed and released now."""
    counts = {table.name: select(func.count()).select_from(table) for table in _TABLES}
    counts["successes"] = select(func.count()).where(t.results.c.success)
    for kind in ("deployed", "released"):
        counts[kind] = select(func.count()).where(
            t.placements.c.kind == kind, t.placements.c.ended_at.is_(None)
        )
    return {name: int(connection.scalars(query).one()) for name, query in counts.items()}
