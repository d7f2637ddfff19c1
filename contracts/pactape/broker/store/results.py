"""Verification results: what provider versions made of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, func, insert, or_, select

from pactape.broker.records import Result
from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row, Select

    from pactape.broker.records import Version

__all__ = [
    "add_result",
    "find_result",
    "has_results",
    "latest_results",
    "results_of_content",
    "successes_of",
    "verified_contents",
]


def add_result(
    connection: Connection,
    *,
    content_id: int,
    provider_version: Version,
    success: bool,
    wip: bool,
    build_url: str | None,
    details: dict[str, Any],
    now: str,
) -> Result:
    """Record a result; it gets the next number of its content."""
    last = select(func.max(t.results.c.number)).where(t.results.c.content_id == content_id)
    number = (connection.scalar(last) or 0) + 1
    values: dict[str, Any] = {
        "content_id": content_id,
        "number": number,
        "provider_version_id": provider_version.id,
        "success": success,
        "wip": wip,
        "build_url": build_url,
        "details": msgspec.json.encode(details),
        "executed_at": now,
    }
    identity = connection.execute(insert(t.results).values(values)).lastrowid
    values |= {"id": identity, "provider_version": provider_version.number, "details": details}
    return Result(**values)


def find_result(connection: Connection, content_id: int, number: int) -> Result | None:
    """One result of a content by its number."""
    query = _results().where(t.results.c.content_id == content_id, t.results.c.number == number)
    row = connection.execute(query).first()
    return None if row is None else _result(row)


def results_of_content(connection: Connection, content_id: int, *, limit: int = 100) -> list[Result]:
    """A content's results, the last one first."""
    query = _results().where(t.results.c.content_id == content_id).order_by(t.results.c.id.desc())
    return [_result(row) for row in connection.execute(query.limit(limit))]


def latest_results(
    connection: Connection,
    *,
    contents: Collection[int],
    versions: Collection[int] | None = None,
    providers: Collection[str] = (),
) -> list[Result]:
    """For each of these contents and each provider version its latest result, the earliest first.

    Args:
        connection: The transaction.
        contents: Ids of contents.
        versions: Ids of the provider versions to stay within; None means all.
        providers: Names of providers that are wanted with all their versions.
    """
    latest = (
        select(func.max(t.results.c.id))
        .where(t.results.c.content_id.in_(contents))
        .group_by(t.results.c.content_id, t.results.c.provider_version_id)
    )
    query = _results().where(t.results.c.id.in_(latest)).order_by(t.results.c.id)
    if versions is not None:
        wanted = t.results.c.provider_version_id.in_(versions)
        if providers:
            owners = select(t.pacticipants.c.id).where(t.pacticipants.c.name.in_(providers))
            query = query.where(or_(wanted, t.versions.c.pacticipant_id.in_(owners)))
        else:
            query = query.where(wanted)
    return [_result(row) for row in connection.execute(query)]


def has_results(connection: Connection, content_id: int) -> bool:
    """Whether any provider version has a result for a content."""
    return connection.execute(_ANY, {"content": content_id}).first() is not None


_ANY = select(t.results.c.id).where(t.results.c.content_id == bindparam("content")).limit(1)


def verified_contents(connection: Connection, versions: Collection[int]) -> set[int]:
    """The ids of the contents that these provider versions have results for."""
    query = select(t.results.c.content_id).where(t.results.c.provider_version_id.in_(versions))
    return set(connection.scalars(query.distinct()))


def successes_of(connection: Connection, content_id: int) -> list[Result]:
    """A content's successful results, the earliest first."""
    query = _results().where(t.results.c.content_id == content_id, t.results.c.success)
    return [_result(row) for row in connection.execute(query.order_by(t.results.c.id))]


def _results() -> Select[Any]:
    return select(t.results, t.versions.c.number.label("provider_version")).join(
        t.versions, t.versions.c.id == t.results.c.provider_version_id
    )


def _result(row: Row[Any]) -> Result:
    values = {**row._mapping, "details": msgspec.json.decode(row.details)}  # noqa: SLF001 -- public in SQLAlchemy
    return Result(**values)
