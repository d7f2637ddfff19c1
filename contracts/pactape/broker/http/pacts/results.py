"""Verification results: publishing and reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.pacts.documents import decode_metadata
from pactape.broker.http.pacts.resource import published_content
from pactape.broker.http.protocol.links import link, moment, pact_title, pact_url, result_url, version_url
from pactape.broker.http.protocol.messages import Call, Problem, Response, hal, not_found
from pactape.broker.http.protocol.names import check_names
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.http.webhooks.events import note_result
from pactape.broker.store import pacticipants, results, versions

if TYPE_CHECKING:
    from pactape.broker.records import Publication, Result

__all__ = ["ROUTES"]


class _Report(msgspec.Struct, rename="camel"):
    success: bool
    provider_application_version: str
    build_url: str | None = None
    verified_by: dict[str, Any] | None = None
    test_results: Any = None


def _publish(call: Call) -> Response:
    publication = published_content(call)
    try:
        report = msgspec.convert(call.json(), _Report)
    except msgspec.ValidationError as error:
        raise Problem(400, f"The verification result can't be read: {error}") from None
    check_names([("providerApplicationVersion", report.provider_application_version)])
    provider = pacticipants.ensure_pacticipant(call.connection, publication.provider, now=call.now)
    version, _ = versions.ensure_version(
        call.connection, provider, report.provider_application_version, now=call.now
    )
    remembered = decode_metadata(call.path.get("metadata", ""))
    result = results.add_result(
        call.connection,
        content_id=publication.content_id,
        provider_version=version,
        success=report.success,
        wip=remembered.get("w") == "true",
        build_url=report.build_url,
        details={"verifiedBy": report.verified_by, "testResults": report.test_results},
        now=call.now,
    )
    note_result(call, publication, result, version)
    document = _document(call, publication, result)
    return hal(document, status=201, headers=(("Location", result_url(call, publication, result)),))


def _document(call: Call, publication: Publication, result: Result) -> dict[str, Any]:
    return {
        "providerApplicationVersion": result.provider_version,
        "success": result.success,
        "wip": result.wip,
        "verifiedAt": moment(result.executed_at),
        "verificationDate": moment(result.executed_at),
        "buildUrl": result.build_url,
        "verifiedBy": result.details.get("verifiedBy"),
        "testResults": result.details.get("testResults"),
        "_links": {
            "self": link(
                result_url(call, publication, result), title="Verification result", name=str(result.number)
            ),
            "pb:pact-version": link(pact_url(call, publication), title="Pact", name=pact_title(publication)),
            "pb:provider-version": link(
                version_url(call, publication.provider, result.provider_version), name=result.provider_version
            ),
        },
    }


def _get(call: Call) -> Response:
    publication, number = published_content(call), call.path["number"]
    found = (
        results.find_result(call.connection, publication.content_id, int(number))
        if number.isdecimal()
        else None
    )
    if found is None:
        raise not_found(f"Verification result {number}")
    return hal(_document(call, publication, found))


def _latest(call: Call) -> Response:
    publication = published_content(call)
    found = results.results_of_content(call.connection, publication.content_id, limit=1)
    if not found:
        raise not_found("A verification result of this pact")
    return hal(_document(call, publication, found[0]))


def _all(call: Call) -> Response:
    publication = published_content(call)
    found = results.results_of_content(call.connection, publication.content_id)
    return hal(
        {
            "_embedded": {"verificationResults": [_document(call, publication, each) for each in found]},
            "_links": {"self": link(call.url(*call.request.segments))},
        }
    )


_CONTENT = "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}"

ROUTES: list[Route] = [
    route
    for prefix in (_CONTENT, f"{_CONTENT}/metadata/{{metadata}}")
    for route in (
        writes("POST", f"{prefix}/verification-results", _publish),
        reads(f"{prefix}/verification-results", _all),
        reads(f"{prefix}/verification-results/latest", _latest),
        reads(f"{prefix}/verification-results/{{number}}", _get),
    )
]
