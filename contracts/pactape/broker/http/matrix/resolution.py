"""Answering a query to the matrix: from names to versions, from versions to rows and a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.protocol.messages import Problem
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
from pactape.broker.store import pacticipants, pacts, versions
from pactape.broker.store.environments import find_environment_named
from pactape.broker.store.placements import current_placements
from pactape.broker.store.results import latest_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from pactape.broker.http.matrix.query import MatrixQuery, VersionSelector
    from pactape.broker.records import Publication, Version

__all__ = ["resolve_matrix"]


def resolve_matrix(connection: Connection, query: MatrixQuery) -> tuple[Verdict, list[Row]]:
    """The verdict and the rows that it rests on.

    Raises:
        Problem: 400, the query names a pacticipant or an environment that there isn't.
    """
    ignored = [each for wanted in query.ignored for each in _resolve_ignored(connection, wanted)]
    specified = [each for wanted in query.wanted for each in _resolve(connection, wanted, specified=True)]
    names = {each.pacticipant for each in specified}
    integrations = _integrations(connection, specified, between=len(names) > 1 and query.target is None)
    others = sorted({name for each in integrations for name in (each.consumer, each.provider)} - names)
    inferred = [each for name in others for each in _infer(connection, query.target, name)]
    resolved = [_marked(each, ignored) for each in [*specified, *inferred]]
    rows = _rows(connection, resolved)
    if query.target is None and len(names) == 1:
        rows = [row for row in rows if row.result is not None or row.publication.consumer in names]
    if query.latest_only:
        rows = latest_rows(rows)
    verdict = judge(resolved, integrations, rows)
    warnings = tuple(
        Reason("warning", f"WARNING: Cannot ignore {each.describe()}") for each in ignored if each.missing
    )
    return msgspec.structs.replace(verdict, reasons=verdict.reasons + warnings), rows[: query.limit]


def _infer(connection: Connection, target: VersionSelector | None, name: str) -> list[Resolved]:
    if target is None:
        return [Resolved(pacticipant=name, specified=False)]
    wanted = msgspec.structs.replace(target, pacticipant=name)
    return _resolve(connection, wanted, specified=False)


def _resolve(connection: Connection, wanted: VersionSelector, *, specified: bool) -> list[Resolved]:
    if pacticipants.find_pacticipant(connection, wanted.pacticipant) is None:
        raise Problem(
            400,
            f"Pacticipant {wanted.pacticipant} not found",
            errors={"q": [f"Pacticipant {wanted.pacticipant} not found"]},
        )
    found = _versions(connection, wanted)
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
    return [
        msgspec.structs.replace(
            like,
            version_id=version.id,
            number=version.number,
            one_of_many=len(found) > 1,
            branch=wanted.branch or _main_branch(connection, wanted),
        )
        for version in found
    ]


def _main_branch(connection: Connection, wanted: VersionSelector) -> str | None:
    if not wanted.main_branch:
        return None
    found = pacticipants.find_pacticipant(connection, wanted.pacticipant)
    return None if found is None else found.main_branch


def _versions(connection: Connection, wanted: VersionSelector) -> list[Version] | None:
    """The versions that a selector stands for, the last one first; None means all there are."""
    name = wanted.pacticipant
    if wanted.version is not None:
        version = versions.find_version(connection, name, wanted.version)
        return [] if version is None else [version]
    if wanted.environment is not None:
        return _in_environment(connection, name, wanted.environment)
    if wanted.tag is not None:
        tagged = versions.versions_with_tag(connection, name, wanted.tag)
        return tagged[:1] if wanted.latest else tagged
    if wanted.main_branch or wanted.branch is not None:
        return _on_branch(connection, wanted)
    if wanted.latest:
        latest = versions.latest_version(connection, name)
        return [] if latest is None else [latest]
    return None


def _on_branch(connection: Connection, wanted: VersionSelector) -> list[Version]:
    branch = wanted.branch or _main_branch(connection, wanted)
    if branch is None:
        return []
    if wanted.latest:
        head = versions.head_of_branch(connection, wanted.pacticipant, branch)
        return [] if head is None else [head]
    return versions.versions_on_branch(connection, wanted.pacticipant, branch)


def _in_environment(connection: Connection, name: str, environment: str) -> list[Version]:
    found = find_environment_named(connection, environment)
    if found is None:
        raise Problem(
            400,
            f"Environment with name '{environment}' does not exist",
            errors={"environment": [f"environment with name '{environment}' does not exist"]},
        )
    placements = current_placements(connection, environment=found, pacticipant=name)
    placed = versions.versions_by_id(connection, {each.version_id for each in placements})
    return sorted(placed.values(), key=lambda each: -each.id)


def _resolve_ignored(connection: Connection, wanted: VersionSelector) -> list[Resolved]:
    if pacticipants.find_pacticipant(connection, wanted.pacticipant) is None:
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
    connection: Connection, specified: Sequence[Resolved], *, between: bool
) -> list[Integration]:
    names = {each.pacticipant for each in specified}
    required = {(each.consumer, each.provider) for each in _published(connection, specified)}
    possible = set(pacts.integrations(connection, names))
    if between:
        required = {pair for pair in required if set(pair) <= names}
        possible = {pair for pair in possible if set(pair) <= names}
    return [Integration(*pair, required=pair in required) for pair in sorted(required | possible)]


def _published(connection: Connection, resolved: Sequence[Resolved]) -> list[Publication]:
    version_ids = {each.version_id for each in resolved if each.version_id is not None}
    whole = {each.pacticipant for each in resolved if each.version_id is None and not each.missing}
    return pacts.publications_of_versions(connection, versions=version_ids, consumers=whole)


def _rows(connection: Connection, resolved: Sequence[Resolved]) -> list[Row]:
    publications = _published(connection, resolved)
    version_ids = {each.version_id for each in resolved if each.version_id is not None}
    whole = {each.pacticipant for each in resolved if each.version_id is None and not each.missing}
    results = latest_results(
        connection,
        contents={each.content_id for each in publications},
        versions=version_ids,
        providers=whole,
    )
    return rows_between(resolved, publications, results)
