"""Resolves matrix queries: from names to versions, and from versions to rows and a verdict.

A query about whole pacticipants, branches or tags includes only the latest versions and the newest rows, up to its
limit, so that its cost doesn't depend on the amount of history. Versions given by number are always included.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.matrix.query import matrix_problem
from pactape.broker.http.matrix.results import MatrixResults
from pactape.broker.http.matrix.selecting import find_versions, main_branch_of, versions_in_environment
from pactape.broker.http.matrix.warnings import query_warnings
from pactape.broker.rules.matrix import (
    Integration,
    Reason,
    ResolvedSelector,
    Row,
    Verdict,
    judge,
    latest_rows,
    newest_first,
    rows_between,
)
from pactape.broker.store.database.base import text_of
from pactape.broker.store.pacticipants import find_pacticipant
from pactape.broker.store.pacts.integrations import all_integrations
from pactape.broker.store.pacts.published import publications_of_versions, recent_publications

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection

    from pactape.broker.http.matrix.query import MatrixQuery, VersionSelector
    from pactape.broker.records import Integration as Pair
    from pactape.broker.records import Publication, Version

__all__ = ["Matrix", "resolve_matrix"]


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a matrix query.

    Args:
        verdict: Whether the query's versions can be deployed, and why.
        rows: The rows to show.
        has_more: Whether older rows exist beyond the limit.
    """

    verdict: Verdict
    rows: list[Row]
    has_more: bool


def resolve_matrix(connection: Connection, query: MatrixQuery, *, now: str) -> Matrix:
    """Return the verdict and the rows that it is based on.

    Raises:
        Problem: 400, a pacticipant or an environment of the query doesn't exist.
    """
    return _Resolution(connection, query).resolve(now)


class _Resolution:
    """Resolves one query.

    Args:
        connection: The transaction.
        query: The query.
    """

    def __init__(self, connection: Connection, query: MatrixQuery) -> None:
        self._connection = connection
        self._query = query
        self._has_more = False

    def resolve(self, now: str) -> Matrix:
        """Return the verdict and the rows."""
        query = self._query
        ignored = [resolved for selector in query.ignored for resolved in self._resolve_ignored(selector)]
        specified = [
            resolved for selector in query.selectors for resolved in self._resolve(selector, specified=True)
        ]
        names = {selector.pacticipant for selector in specified}
        within = names if len(names) > 1 and query.target is None else None
        pairs = all_integrations(self._connection, of_providers=names, of_consumers=within)
        publications = self._publications(specified, pairs, providers=within)
        integrations = _integrations(pairs, publications)
        others = sorted(
            {name for integration in integrations for name in (integration.consumer, integration.provider)}
            - names
        )
        inferred = self._infer(others)
        selectors = [_mark_ignored(selector, ignored) for selector in [*specified, *inferred]]
        rows = _narrow(self._rows(selectors, publications, pairs), query, now=now)
        verdict = judge(selectors, integrations, rows)
        reasons = (*query_warnings(query, specified, ignored), *verdict.reasons)
        if self._has_more and (query.target is not None or not all(selector.whole for selector in specified)):
            text = f"WARNING: Only the latest {query.limit} rows were considered; `limit` sets how many"
            reasons = (*reasons, Reason("warning", text))
        return Matrix(
            verdict=msgspec.structs.replace(verdict, reasons=reasons),
            rows=rows[: query.limit],
            has_more=self._has_more or len(rows) > query.limit,
        )

    def _infer(self, names: Sequence[str]) -> list[ResolvedSelector]:
        target = self._query.target
        if target is None:
            return [ResolvedSelector(pacticipant=name, specified=False) for name in names]
        selectors = [msgspec.structs.replace(target, pacticipant=name) for name in names]
        if target.environment is None:
            return [
                resolved for selector in selectors for resolved in self._resolve(selector, specified=False)
            ]
        versions_by_name = versions_in_environment(self._connection, names, target.environment)
        pairs = [(selector, versions_by_name.get(selector.pacticipant, [])) for selector in selectors]
        return [
            resolved
            for selector, versions in pairs
            for resolved in self._stand_for(selector, versions, specified=False)
        ]

    def _resolve(self, selector: VersionSelector, *, specified: bool) -> list[ResolvedSelector]:
        if specified and find_pacticipant(self._connection, selector.pacticipant) is None:
            raise matrix_problem(f"Pacticipant {selector.pacticipant} not found")
        versions = find_versions(self._connection, selector, limit=self._query.limit + 1)
        return self._stand_for(selector, versions, specified=specified)

    def _stand_for(
        self, selector: VersionSelector, versions: list[Version] | None, *, specified: bool
    ) -> list[ResolvedSelector]:
        """Return a resolved selector for each version; one without a version if none or all match."""
        name, limit = selector.pacticipant, self._query.limit
        template = ResolvedSelector(
            pacticipant=name,
            specified=specified,
            latest=selector.latest,
            tag=selector.tag,
            branch=selector.branch,
            main_branch=selector.main_branch,
            environment=selector.environment,
        )
        if versions is None:
            return [template]
        if not versions:
            return [msgspec.structs.replace(template, missing=True, number=selector.version)]
        if len(versions) > limit and selector.environment is None:
            self._has_more, versions = True, versions[:limit]
        branch = selector.branch or (main_branch_of(self._connection, name) if selector.main_branch else None)
        many = len(versions) > 1
        return [
            msgspec.structs.replace(
                template, version_id=version.id, number=version.number, one_of_many=many, branch=branch
            )
            for version in versions
        ]

    def _resolve_ignored(self, selector: VersionSelector) -> list[ResolvedSelector]:
        if find_pacticipant(self._connection, selector.pacticipant) is None:
            return [ResolvedSelector(pacticipant=selector.pacticipant, number=selector.version, missing=True)]
        return self._resolve(selector, specified=True)

    def _publications(
        self,
        selectors: Sequence[ResolvedSelector],
        pairs: Sequence[Pair],
        *,
        providers: Collection[str] | None,
    ) -> list[Publication]:
        """Return the contracts of consumer versions; for whole pacticipants, those of their latest versions.

        Args:
            selectors: The consumer versions.
            pairs: The pairs of consumers and providers with contracts.
            providers: The providers to include; None means all.
        """
        versions = {selector.version_id for selector in selectors if selector.version_id is not None}
        publications = publications_of_versions(self._connection, versions=versions, providers=providers)
        for name in sorted({selector.pacticipant for selector in selectors if selector.whole}):
            called_providers: list[str | None] = [None]
            if providers is not None:
                called_providers = [
                    pair.provider for pair in pairs if pair.consumer == name and pair.provider in providers
                ]
            publications += self._recent(name, called_providers)
        return publications

    def _recent(self, consumer: str, providers: Sequence[str | None]) -> list[Publication]:
        limit = self._query.limit
        publications = [
            recent_publication
            for provider in providers
            for recent_publication in recent_publications(
                self._connection, consumer=consumer, provider=provider, limit=limit + 1
            )
        ]
        self._has_more |= len(publications) > limit
        return sorted(publications, key=lambda publication: -publication.version_id)[:limit]

    def _rows(
        self,
        selectors: Sequence[ResolvedSelector],
        publications: Sequence[Publication],
        pairs: Sequence[Pair],
    ) -> list[Row]:
        """Return the rows: all of them for specified versions, otherwise the newest ones up to the limit."""
        names = {selector.pacticipant for selector in selectors}
        specified = {selector.pacticipant for selector in selectors if selector.specified}
        inferred = [selector for selector in selectors if not selector.specified]
        unique = {
            (publication.version_id, publication.provider): publication
            for publication in [*publications, *self._publications(inferred, pairs, providers=specified)]
            if publication.provider in names and publication.consumer in names
        }
        ordered_publications = sorted(
            unique.values(), key=lambda item: (item.consumer not in specified, -item.version_id)
        )
        results = MatrixResults(self._connection, selectors, ordered_publications, self._query)
        rows: Iterator[Row] = rows_between(selectors, ordered_publications, results.of)
        if self._query.target is None and len(specified) == 1:
            rows = (row for row in rows if row.result is not None or row.publication.consumer in specified)
        if any(selector.whole or selector.alternative for selector in selectors):
            limit = self._query.limit
            newest = list(islice(rows, limit + 1))
            self._has_more |= len(newest) > limit
            return newest[:limit]
        return list(rows)


def _integrations(pairs: Sequence[Pair], publications: Sequence[Publication]) -> list[Integration]:
    required_pairs = {(publication.consumer, publication.provider) for publication in publications}
    possible_pairs = {(pair.consumer, pair.provider) for pair in pairs}
    return [
        Integration(*pair, required=pair in required_pairs)
        for pair in sorted(required_pairs | possible_pairs)
    ]


def _narrow(rows: list[Row], query: MatrixQuery, *, now: str) -> list[Row]:
    if query.latest_by in {"cvp", "cp"}:
        rows = latest_rows(rows, by=query.latest_by)
    if query.days is not None:
        since = text_of(datetime.fromisoformat(now) - timedelta(days=query.days))
        rows = [row for row in rows if row.last_action >= since]
    if query.success is not None:
        rows = [row for row in rows if row.success in query.success]
    return sorted(rows, key=newest_first)


def _mark_ignored(selector: ResolvedSelector, ignored: Sequence[ResolvedSelector]) -> ResolvedSelector:
    for ignored_selector in ignored:
        if ignored_selector.pacticipant == selector.pacticipant and ignored_selector.version_id in {
            None,
            selector.version_id,
        }:
            if ignored_selector.missing and ignored_selector.number != selector.number:
                continue
            return msgspec.structs.replace(selector, ignored=True)
    return selector
