"""Matrix resolution: from names to versions, from versions to rows and a verdict."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.matrix.query import matrix_problem
from pactape.broker.http.matrix.selecting import find_versions, main_branch_of
from pactape.broker.rules.matrix import (
    Integration,
    Reason,
    Resolved,
    Row,
    Verdict,
    judge,
    latest_rows,
    rows_between,
)
from pactape.broker.store.database.base import text_of
from pactape.broker.store.pacticipants import find_pacticipant
from pactape.broker.store.pacts.integrations import all_integrations
from pactape.broker.store.pacts.published import publications_of_versions, recent_publications
from pactape.broker.store.results import results_of_latest_versions, results_with

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from pactape.broker.http.matrix.query import MatrixQuery, VersionSelector
    from pactape.broker.records import Publication, Result

__all__ = ["resolve_matrix"]


def resolve_matrix(connection: Connection, query: MatrixQuery, *, now: str) -> tuple[Verdict, list[Row]]:
    """Return the verdict and the rows that it rests on.

    Raises:
        Problem: 400, the query names a pacticipant or an environment that doesn't exist.
    """
    ignored = [each for wanted in query.ignored for each in _resolve_ignored(connection, wanted)]
    specified = [each for wanted in query.wanted for each in _resolve(connection, wanted, specified=True)]
    names = {each.pacticipant for each in specified}
    publications = _published(connection, specified, limit=query.limit)
    between = len(names) > 1 and query.target is None
    integrations = _integrations(connection, publications, names, between=between)
    others = sorted({name for each in integrations for name in (each.consumer, each.provider)} - names)
    inferred = [each for name in others for each in _infer(connection, query.target, name)]
    resolved = [_marked(each, ignored) for each in [*specified, *inferred]]
    rows = _rows(connection, resolved, publications, query)
    if query.target is None and len(names) == 1:
        rows = [row for row in rows if row.result is not None or row.publication.consumer in names]
    rows = _narrowed(rows, query, now=now)
    verdict = judge(resolved, integrations, rows)
    warnings = tuple(
        Reason("warning", f"WARNING: Cannot ignore {each.describe()}") for each in ignored if each.missing
    )
    return msgspec.structs.replace(verdict, reasons=verdict.reasons + warnings), rows[: query.limit]


def _narrowed(rows: list[Row], query: MatrixQuery, *, now: str) -> list[Row]:
    if query.latest_by in {"cvp", "cp"}:
        rows = latest_rows(rows, by=query.latest_by)
    if query.days is not None:
        since = text_of(datetime.fromisoformat(now) - timedelta(days=query.days))
        rows = [row for row in rows if row.last_action >= since]
    if query.success is not None:
        rows = [row for row in rows if row.success in query.success]
    return rows


def _infer(connection: Connection, target: VersionSelector | None, name: str) -> list[Resolved]:
    if target is None:
        return [Resolved(pacticipant=name, specified=False)]
    wanted = msgspec.structs.replace(target, pacticipant=name)
    return _resolve(connection, wanted, specified=False)


def _resolve(connection: Connection, wanted: VersionSelector, *, specified: bool) -> list[Resolved]:
    if find_pacticipant(connection, wanted.pacticipant) is None:
        raise matrix_problem(f"Pacticipant {wanted.pacticipant} not found")
    found = find_versions(connection, wanted)
    like = Resolved(
        pacticipant=wanted.pacticipant,
        specified=specified,
        latest=wanted.latest,
        tag=wanted.tag,
        branch=wanted.branch,
        main_branch=wanted.main_branch,
        environment=wanted.environment,
    )
    if found is None:
        return [like]
    if not found:
        return [msgspec.structs.replace(like, missing=True, number=wanted.version)]
    branch = wanted.branch or (main_branch_of(connection, wanted.pacticipant) if wanted.main_branch else None)
    return [
        msgspec.structs.replace(
            like, version_id=version.id, number=version.number, one_of_many=len(found) > 1, branch=branch
        )
        for version in found
    ]


def _resolve_ignored(connection: Connection, wanted: VersionSelector) -> list[Resolved]:
    if find_pacticipant(connection, wanted.pacticipant) is None:
        return [Resolved(pacticipant=wanted.pacticipant, number=wanted.version, missing=True)]
    return _resolve(connection, wanted, specified=True)


def _marked(resolved: Resolved, ignored: Sequence[Resolved]) -> Resolved:
    for each in ignored:
        if each.pacticipant == resolved.pacticipant and each.version_id in {None, resolved.version_id}:
            if each.missing and each.number != resolved.number:
                continue
            return msgspec.structs.replace(resolved, ignored=True)
    return resolved


def _integrations(
    connection: Connection, publications: Sequence[Publication], names: Collection[str], *, between: bool
) -> list[Integration]:
    required = {(each.consumer, each.provider) for each in publications if each.consumer in names}
    possible = {(each.consumer, each.provider) for each in all_integrations(connection, of_providers=names)}
    if between:
        required = {pair for pair in required if set(pair) <= set(names)}
        possible = {pair for pair in possible if set(pair) <= set(names)}
    return [Integration(*pair, required=pair in required) for pair in sorted(required | possible)]


def _published(connection: Connection, resolved: Sequence[Resolved], *, limit: int) -> list[Publication]:
    """Return the contracts of consumer versions; of a whole pacticipant those of its latest versions."""
    versions = {each.version_id for each in resolved if each.version_id is not None}
    whole = sorted({each.pacticipant for each in resolved if each.version_id is None and not each.missing})
    found = publications_of_versions(connection, versions=versions)
    for name in whole:
        found += recent_publications(connection, consumer=name, limit=limit)
    unique = {(each.version_id, each.provider): each for each in found}
    return sorted(unique.values(), key=lambda each: -each.version_id)


def _rows(
    connection: Connection, resolved: Sequence[Resolved], known: Sequence[Publication], query: MatrixQuery
) -> list[Row]:
    names = {each.pacticipant for each in resolved}
    inferred = [each for each in resolved if not each.specified]
    publications = [*known, *_published(connection, inferred, limit=query.limit)]
    relevant = [each for each in publications if each.provider in names and each.consumer in names]
    unique = {(each.version_id, each.provider): each for each in relevant}
    shown = sorted(unique.values(), key=lambda each: -each.version_id)
    return rows_between(resolved, shown, _results(connection, resolved, shown, query))


def _results(
    connection: Connection,
    resolved: Sequence[Resolved],
    publications: Sequence[Publication],
    query: MatrixQuery,
) -> list[Result]:
    versions = {each.version_id for each in resolved if each.version_id is not None}
    whole = {each.pacticipant for each in resolved if each.version_id is None and not each.missing}
    latest = query.latest_by is not None
    open_contents = {each.content_id for each in publications if each.provider in whole}
    named_contents = {each.content_id for each in publications if each.provider not in whole}
    found = results_with(connection, contents=named_contents, versions=versions, latest=latest)
    limit = 1 if query.latest_by in {"cvp", "cp"} else query.limit
    return [*found, *results_of_latest_versions(connection, open_contents, limit=limit, latest=latest)]
