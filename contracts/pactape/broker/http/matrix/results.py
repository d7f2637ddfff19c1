"""Loads the results for a matrix query: those of specified versions at once, all others contract by contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.store.results import latest_results_of_content, results_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from pactape.broker.http.matrix.query import MatrixQuery
    from pactape.broker.records import Publication, Result
    from pactape.broker.rules.resolved import ResolvedSelector

__all__ = ["MatrixResults"]


class MatrixResults:
    """The results of contracts, loaded on demand.

    Args:
        connection: The transaction.
        selectors: The query's selectors.
        publications: The contracts whose results may be requested.
        query: The query.
    """

    def __init__(
        self,
        connection: Connection,
        selectors: Sequence[ResolvedSelector],
        publications: Sequence[Publication],
        query: MatrixQuery,
    ) -> None:
        self._connection = connection
        self._latest = query.latest_by is not None
        self._limit = query.limit
        self._whole = {selector.pacticipant for selector in selectors if selector.whole}
        self._alternatives = {
            selector.pacticipant for selector in selectors if selector.alternative
        } - self._whole
        self._one_each = query.latest_by in {"cvp", "cp"}
        self._versions = {selector.version_id for selector in selectors if selector.version_id is not None}
        content_ids = {
            publication.content_id
            for publication in publications
            if publication.provider not in self._whole and publication.provider not in self._alternatives
        }
        self._known: dict[int, list[Result]] = {content_id: [] for content_id in content_ids}
        for result in results_with(
            connection, contents=content_ids, versions=self._versions, latest=self._latest
        ):
            self._known[result.content_id].append(result)

    def of(self, publication: Publication) -> Sequence[Result]:
        """Return the results of a contract by the provider versions of the query, in any order."""
        content_id = publication.content_id
        if content_id not in self._known:
            self._known[content_id] = latest_results_of_content(
                self._connection,
                content_id,
                versions=None if publication.provider in self._whole else self._versions,
                latest=self._latest,
                limit=1 if self._one_each else self._limit + 1,
            )
        return self._known[content_id]
