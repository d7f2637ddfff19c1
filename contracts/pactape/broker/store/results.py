"""Verification results of contents with provider versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select

from pactape.broker.records import Result
from pactape.broker.rules.pending import SuccessfulVerification
from pactape.broker.store.database import tables as t
from pactape.broker.store.successes import note_success, recount

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row, ScalarSelect, Select

    from pactape.broker.records import Version

__all__ = [
    "add_result",
    "count_results",
    "delete_result",
    "find_result",
    "latest_on_branch",
    "latest_result_of_each",
    "latest_results_of_content",
    "results_of_content",
    "results_with",
    "successes_of",
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
    """Add a result with the next number of its content; the caller must have locked the provider."""
    number = (connection.scalar(_LAST_NUMBER, {"content": content_id}) or 0) + 1
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
    identity = connection.scalars(insert(t.results).returning(t.results.c.id), values).one()
    if success:
        note_success(connection, content_id, provider_version, wip=wip, now=now)
    values |= {"id": identity, "provider_version": provider_version.number, "details": details}
    return Result(**values)


_LAST_NUMBER = select(func.max(t.results.c.number)).where(t.results.c.content_id == bindparam("content"))


def find_result(connection: Connection, content_id: int, number: int) -> Result | None:
    """Return one result of a content by its number."""
    query = _results().where(t.results.c.content_id == content_id, t.results.c.number == number)
    row = connection.execute(query).first()
    return None if row is None else _result(row)


def delete_result(connection: Connection, result: Result) -> None:
    """Delete a result, and recompute the successes of its content."""
    connection.execute(delete(t.results).where(t.results.c.id == result.id))
    recount(connection, {result.content_id})


def results_of_content(
    connection: Connection, content_id: int, *, limit: int = 100, offset: int = 0
) -> list[Result]:
    """Return a content's results, the latest first."""
    query = _results().where(t.results.c.content_id == content_id).order_by(t.results.c.number.desc())
    return [_result(row) for row in connection.execute(query.limit(limit).offset(offset))]


def count_results(connection: Connection, content_id: int) -> int:
    """Return how many results a content has."""
    query = select(func.count()).select_from(t.results).where(t.results.c.content_id == content_id)
    return int(connection.scalars(query).one())


def latest_result_of_each(connection: Connection, contents: Collection[int]) -> dict[int, Result]:
    """Return the latest result of each content that has one, by content."""
    last = select(func.max(_INNER.c.number)).where(_INNER.c.content_id == t.contents.c.id).scalar_subquery()
    query = (
        _results()
        .join(t.contents, t.contents.c.id == t.results.c.content_id)
        .where(t.contents.c.id.in_(contents), t.results.c.number == last)
    )
    return {row.content_id: _result(row) for row in connection.execute(query)} if contents else {}


def results_with(
    connection: Connection, *, contents: Collection[int], versions: Collection[int], latest: bool
) -> list[Result]:
    """Return the results of contents with provider versions, the earliest first.

    Args:
        connection: The transaction.
        contents: Ids of contents.
        versions: Ids of provider versions.
        latest: Whether to return only the latest result of each content and provider version.
    """
    if not contents or not versions:
        return []
    query = _results().where(
        t.results.c.content_id.in_(contents), t.results.c.provider_version_id.in_(versions)
    )
    if latest:
        query = query.where(t.results.c.id == _last_of_version())
    return [_result(row) for row in connection.execute(query.order_by(t.results.c.id))]


def latest_results_of_content(
    connection: Connection,
    content_id: int,
    *,
    versions: Collection[int] | None = None,
    latest: bool,
    limit: int,
) -> list[Result]:
    """Return a content's results by the latest provider versions, the latest version first.

    Args:
        connection: The transaction.
        content_id: The content.
        versions: Ids of the provider versions to include; None means all.
        latest: Whether to return only the latest result of each provider version.
        limit: The most results to return.
    """
    query = _results().where(t.results.c.content_id == content_id)
    if versions is not None:
        query = query.where(t.results.c.provider_version_id.in_(versions))
    if latest:
        query = query.where(t.results.c.id == _last_of_version())
    query = query.order_by(t.results.c.provider_version_id.desc(), t.results.c.id.desc()).limit(limit)
    return [_result(row) for row in connection.execute(query)]


def _last_of_version() -> ScalarSelect[Any]:
    return (
        select(func.max(_INNER.c.id))
        .where(
            _INNER.c.content_id == t.results.c.content_id,
            _INNER.c.provider_version_id == t.results.c.provider_version_id,
        )
        .scalar_subquery()
    )


_INNER = t.results.alias("inner_results")


def latest_on_branch(connection: Connection, content_id: int, provider_id: int, branch: str) -> Result | None:
    """Return the latest result of a content with a version on a provider's branch."""
    on_branch = (
        select(t.branch_versions.c.version_id)
        .join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
        .where(
            t.branches.c.pacticipant_id == provider_id,
            t.branches.c.name == branch,
            t.branch_versions.c.version_id == t.results.c.provider_version_id,
        )
    )
    query = _results().where(t.results.c.content_id == content_id, on_branch.exists())
    row = connection.execute(query.order_by(t.results.c.number.desc()).limit(1)).first()
    return None if row is None else _result(row)


def successes_of(
    connection: Connection, contents: Collection[int]
) -> dict[int, list[SuccessfulVerification]]:
    """Return the branches and tags on which contents were verified, with the first time, by content."""
    successes: dict[int, list[SuccessfulVerification]] = {}
    query = select(t.successes).where(t.successes.c.content_id.in_(contents))
    for row in connection.execute(query) if contents else ():
        success = SuccessfulVerification(
            branches=frozenset([row.name] if row.kind == "branch" else []),
            tags=frozenset([row.name] if row.kind == "tag" else []),
            wip=row.wip,
            at=row.first_at,
        )
        successes.setdefault(row.content_id, []).append(success)
    return successes


def _results() -> Select[Any]:
    return select(t.results, t.versions.c.number.label("provider_version")).join(
        t.versions, t.versions.c.id == t.results.c.provider_version_id
    )


def _result(row: Row[Any]) -> Result:
    values = {**row._mapping, "details": msgspec.json.decode(row.details)}  # noqa: SLF001 -- public in SQLAlchemy
    return Result(**values)
