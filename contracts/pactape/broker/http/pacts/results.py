"""The verification results resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.lookups import require_content, require_publication, require_result
from pactape.broker.http.pacts.documents import decode_metadata
from pactape.broker.http.protocol.links import link, moment, pact_title, pact_url, result_url, version_url
from pactape.broker.http.protocol.messages import Call, Problem, Response, hal, no_content, not_found
from pactape.broker.http.protocol.names import check_names
from pactape.broker.http.protocol.paging import page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.http.webhooks.events import note_result
from pactape.broker.store import pacticipants, results, versions
from pactape.broker.store.database.locks import lock
from pactape.broker.store.pacts.published import latest_publication, publications_of_versions
from pactape.broker.store.pacts.publishing import find_publication

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
    lock(call.connection, call.path["provider"])
    publication = require_content(call)
    try:
        report = msgspec.convert(call.document(), _Report)
    except msgspec.ValidationError as error:
        text = f"The verification result can't be read: {error}"
        raise Problem(400, text, errors={"body": [str(error)]}) from None
    check_names([("providerApplicationVersion", report.provider_application_version)])
    metadata = decode_metadata(call.path.get("metadata", ""))
    provider = pacticipants.ensure_pacticipant(call.connection, publication.provider, now=call.now)
    version, _ = versions.ensure_version(
        call.connection, provider, report.provider_application_version, now=call.now
    )
    result = results.add_result(
        call.connection,
        content_id=publication.content_id,
        provider_version=version,
        success=report.success,
        wip=metadata.get("w") == "true",
        build_url=report.build_url,
        details={"verifiedBy": report.verified_by, "testResults": report.test_results},
        now=call.now,
    )
    note_result(call, _verified_publication(call, publication, metadata), result, version)
    document = _document(call, publication, result)
    return hal(document, status=201, headers=(("Location", result_url(call, publication, result)),))


def _verified_publication(call: Call, publication: Publication, metadata: dict[str, str]) -> Publication:
    """Return the contract of the consumer version selected for the verification, for use in webhooks."""
    number = metadata.get("cv")
    selected_publication = number and find_publication(
        call.connection, consumer=publication.consumer, provider=publication.provider, version=number
    )
    return (
        selected_publication
        if selected_publication and selected_publication.sha == publication.sha
        else publication
    )


def _document(call: Call, publication: Publication, result: Result) -> dict[str, Any]:
    self_url = result_url(call, publication, result)
    return {
        "providerName": publication.provider,
        "providerApplicationVersion": result.provider_version,
        "success": result.success,
        "wip": result.wip,
        "verifiedAt": moment(result.executed_at),
        "verificationDate": moment(result.executed_at),
        "buildUrl": result.build_url,
        "verifiedBy": result.details.get("verifiedBy"),
        "testResults": result.details.get("testResults"),
        "_links": {
            "self": link(self_url, title="Verification result", name=str(result.number)),
            "pb:triggered-webhooks": link(
                f"{self_url}/triggered-webhooks", title="Deliveries of webhooks for this result"
            ),
            "pb:pact-version": link(pact_url(call, publication), title="Pact", name=pact_title(publication)),
            "pb:provider-version": link(
                version_url(call, publication.provider, result.provider_version), name=result.provider_version
            ),
        },
    }


def _get(call: Call) -> Response:
    publication = require_content(call)
    return hal(_document(call, publication, require_result(call, publication)))


def _delete(call: Call) -> Response:
    results.delete_result(call.connection, require_result(call, require_content(call)))
    return no_content()


def _latest(call: Call) -> Response:
    return _latest_of(call, require_content(call))


def _latest_of(call: Call, publication: Publication) -> Response:
    latest_results = results.results_of_content(call.connection, publication.content_id, limit=1)
    if not latest_results:
        raise not_found("A verification result of this pact")
    return hal(_document(call, publication, latest_results[0]))


def _latest_of_version(call: Call) -> Response:
    return _latest_of(call, require_publication(call))


def _latest_of_latest(call: Call) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    publication = latest_publication(
        call.connection, consumer=consumer, provider=provider, tag=call.path.get("tag")
    )
    if publication is None:
        raise not_found(f"A pact between {consumer} and {provider}")
    return _latest_of(call, publication)


def _of_consumer_version(call: Call) -> Response:
    """Respond with the latest result of each contract of a consumer version."""
    consumer, number = call.path["consumer"], call.path["version"]
    version = versions.find_version(call.connection, consumer, number)
    if version is None:
        raise not_found(f"Version {number} of {consumer}")
    publications = publications_of_versions(call.connection, versions=[version.id])
    latest = results.latest_result_of_each(
        call.connection, {publication.content_id for publication in publications}
    )
    documents = [
        _document(call, publication, latest[publication.content_id])
        for publication in publications
        if publication.content_id in latest
    ]
    success = len(documents) == len(publications) and all(document["success"] for document in documents)
    return hal(
        {
            "success": success,
            "_embedded": {"verificationResults": documents},
            "_links": {"self": link(call.url(*call.request.segments), title="Latest verification results")},
        }
    )


def _all(call: Call) -> Response:
    publication = require_content(call)
    page = page_of(call, total=results.count_results(call.connection, publication.content_id))
    content_results = results.results_of_content(
        call.connection, publication.content_id, limit=page.size, offset=page.offset
    )
    return hal(
        {
            "page": page.document(),
            "_embedded": {
                "verificationResults": [
                    _document(call, publication, content_result) for content_result in content_results
                ]
            },
            "_links": page.links(call.url(*call.request.segments)),
        }
    )


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"
_CONTENT = f"{_BETWEEN}/pact-version/{{sha}}"
_RESULTS = "verification-results"

ROUTES: list[Route] = [
    *(
        route
        for prefix in (_CONTENT, f"{_CONTENT}/metadata/{{metadata}}")
        for route in (
            writes("POST", f"{prefix}/{_RESULTS}", _publish, exclusive=False),
            reads(f"{prefix}/{_RESULTS}", _all, filters=PAGING),
            reads(f"{prefix}/{_RESULTS}/latest", _latest),
            reads(f"{prefix}/{_RESULTS}/{{number}}", _get),
            writes("DELETE", f"{prefix}/{_RESULTS}/{{number}}", _delete),
        )
    ),
    reads(f"{_BETWEEN}/version/{{version}}/{_RESULTS}/latest", _latest_of_version),
    reads(f"{_BETWEEN}/latest/{_RESULTS}/latest", _latest_of_latest),
    reads(f"{_BETWEEN}/latest/{{tag}}/{_RESULTS}/latest", _latest_of_latest),
    reads("/verification-results/consumer/{consumer}/version/{version}/latest", _of_consumer_version),
]
