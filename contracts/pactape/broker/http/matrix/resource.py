"""The matrix resource: contracts with the verification results of provider versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.matrix.query import MATRIX_FILTERS, MatrixQuery, read_matrix_query
from pactape.broker.http.matrix.resolution import resolve_matrix
from pactape.broker.http.pacticipants.version_rows import version_rows
from pactape.broker.http.protocol.links import link, moment, pact_url, pacticipant_url, result_url
from pactape.broker.http.protocol.messages import Call, Response, hal, prefers, text
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.http.protocol.text_tables import text_table

if TYPE_CHECKING:
    from pactape.broker.rules.matrix import Row, Verdict

__all__ = ["ROUTES", "matrix_response"]


def _matrix(call: Call) -> Response:
    return matrix_response(call, read_matrix_query(call.request.query))


def matrix_response(call: Call, query: MatrixQuery) -> Response:
    """Respond to a matrix query."""
    matrix = resolve_matrix(call.connection, query, now=call.now)
    verdict, rows = matrix.verdict, matrix.rows
    numbers = {row.publication.version_id for row in rows}
    numbers |= {row.result.provider_version_id for row in rows if row.result is not None}
    versions = version_rows(call, numbers)
    if prefers(call.request, "text/plain"):
        return text(_text(verdict, rows))
    return hal(
        {
            "summary": _summary(verdict, query),
            "notices": [{"type": reason.kind, "text": reason.text} for reason in verdict.reasons],
            "matrix": [_row(call, row, versions) for row in rows],
        }
    )


_HEADS = ("CONSUMER", "C_VERSION", "PROVIDER", "P_VERSION", "NUMBER", "SUCCESS")


def _text(verdict: Verdict, rows: list[Row]) -> str:
    deployable = "unknown" if verdict.deployable is None else str(verdict.deployable).lower()
    reasons = "\n".join(reason.text for reason in verdict.reasons)
    return (
        f"{text_table(_HEADS, [_texts(row) for row in rows])}\n\nDeployable: {deployable}\nReason: {reasons}"
    )


def _texts(row: Row) -> tuple[str, ...]:
    publication, result = row.publication, row.result
    parties = (publication.consumer, publication.version, publication.provider)
    if result is None:
        return (*parties, "", "", "")
    return (*parties, result.provider_version, str(result.number), str(result.success).lower())


def _summary(verdict: Verdict, query: MatrixQuery) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "deployable": verdict.deployable,
        "reason": "\n".join(reason.text for reason in verdict.reasons),
        "success": verdict.success,
        "failed": verdict.failed,
        "unknown": verdict.unknown,
    }
    return {**summary, "ignored": verdict.ignored} if query.ignored else summary


def _row(call: Call, row: Row, versions: dict[int, dict[str, Any]]) -> dict[str, Any]:
    publication, result = row.publication, row.result
    document: dict[str, Any] = {
        "consumer": {
            "name": publication.consumer,
            "version": versions[publication.version_id],
            "_links": {"self": link(pacticipant_url(call, publication.consumer))},
        },
        "provider": {
            "name": publication.provider,
            "version": versions[result.provider_version_id] if result else None,
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


def _between(call: Call) -> Response:
    parties = [("q[][pacticipant]", call.path["consumer"]), ("q[][pacticipant]", call.path["provider"])]
    return matrix_response(call, read_matrix_query([*parties, *call.request.query]))


ROUTES: list[Route] = [
    reads("/matrix", _matrix, filters=MATRIX_FILTERS),
    reads("/matrix/provider/{provider}/consumer/{consumer}", _between, filters=MATRIX_FILTERS),
]
