"""The matrix: contracts with what provider versions made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.matrix.query import MATRIX_FILTERS, MatrixQuery, read_matrix_query
from pactape.broker.http.matrix.resolution import resolve_matrix
from pactape.broker.http.protocol.links import (
    link,
    moment,
    pact_url,
    pacticipant_url,
    result_url,
    tag_documents,
    version_url,
)
from pactape.broker.http.protocol.messages import Call, Response, hal
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store.versions import versions_by_id

if TYPE_CHECKING:
    from pactape.broker.records import Version
    from pactape.broker.rules.matrix import Row, Verdict

__all__ = ["ROUTES", "matrix_response"]


def _matrix(call: Call) -> Response:
    return matrix_response(call, read_matrix_query(call.request.query))


def matrix_response(call: Call, query: MatrixQuery) -> Response:
    """Answer a matrix query."""
    verdict, rows = resolve_matrix(call.connection, query, now=call.now)
    numbers = {row.publication.version_id for row in rows}
    numbers |= {row.result.provider_version_id for row in rows if row.result is not None}
    versions = versions_by_id(call.connection, numbers)
    return hal(
        {
            "summary": _summary(verdict),
            "notices": [{"type": each.kind, "text": each.text} for each in verdict.reasons],
            "matrix": [_row(call, row, versions) for row in rows],
        }
    )


def _summary(verdict: Verdict) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "deployable": verdict.deployable,
        "reason": "\n".join(each.text for each in verdict.reasons),
        "success": verdict.success,
        "failed": verdict.failed,
        "unknown": verdict.unknown,
    }
    return {**summary, "ignored": verdict.ignored} if verdict.ignored else summary


def _row(call: Call, row: Row, versions: dict[int, Version]) -> dict[str, Any]:
    publication, result = row.publication, row.result
    document: dict[str, Any] = {
        "consumer": {
            "name": publication.consumer,
            "version": _version(call, versions[publication.version_id]),
            "_links": {"self": link(pacticipant_url(call, publication.consumer))},
        },
        "provider": {
            "name": publication.provider,
            "version": _version(call, versions[result.provider_version_id]) if result else None,
            "_links": {"self": link(pacticipant_url(call, publication.provider))},
        },
        "pact": {
            "createdAt": moment(publication.created_at),
            "_links": {"self": link(pact_url(call, publication))},
        },
        "verificationResult": result
        and {
            "success": result.success,
            "verifiedAt": moment(result.executed_at),
            "_links": {"self": link(result_url(call, publication, result))},
        },
    }
    return {**document, "ignored": True} if row.ignored else document


def _version(call: Call, version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "branch": version.branches[-1] if version.branches else None,
        "branches": [{"name": name} for name in version.branches],
        "tags": tag_documents(call, version),
        "_links": {"self": link(version_url(call, version.pacticipant, version.number))},
    }


def _between(call: Call) -> Response:
    parties = [("q[][pacticipant]", call.path["consumer"]), ("q[][pacticipant]", call.path["provider"])]
    return matrix_response(call, read_matrix_query([*parties, *call.request.query]))


ROUTES: list[Route] = [
    reads("/matrix", _matrix, filters=MATRIX_FILTERS),
    reads("/matrix/provider/{provider}/consumer/{consumer}", _between, filters=MATRIX_FILTERS),
]
