"""The dashboard: how the latest contract of each integration stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.protocol.links import (
    link,
    moment,
    pact_title,
    pact_url,
    pacticipant_brief,
    result_url,
    tag_documents,
    version_brief,
)
from pactape.broker.http.protocol.messages import Response, hal
from pactape.broker.http.protocol.paging import asks_for_page, page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads
from pactape.broker.store.pacts.published import latest_publications
from pactape.broker.store.results import latest_result_of_each
from pactape.broker.store.versions import versions_by_id

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication, Result, Version

__all__ = ["ROUTES"]


def _dashboard(call: Call) -> Response:
    found = latest_publications(
        call.connection,
        part=call.request.parameter("q") or "",
        consumer=call.path.get("consumer"),
        provider=call.path.get("provider"),
    )
    links = {"self": link(call.url(*call.request.segments), title="Dashboard")}
    document: dict[str, Any] = {}
    if asks_for_page(call):
        page = page_of(call, total=len(found))
        found = found[page.offset : page.offset + page.size]
        document, links = {"page": page.document()}, page.links(call.url(*call.request.segments))
    results = latest_result_of_each(call.connection, {each.content_id for each in found})
    ids = {each.version_id for each in found} | {each.provider_version_id for each in results.values()}
    versions = versions_by_id(call.connection, ids)
    items = [_item(call, each, results.get(each.content_id), versions) for each in found]
    return hal({"items": items, **document, "_links": links})


def _item(
    call: Call, publication: Publication, result: Result | None, versions: dict[int, Version]
) -> dict[str, Any]:
    consumer_version = versions[publication.version_id]
    return {
        "consumer": {
            **pacticipant_brief(call, publication.consumer),
            "version": {
                **version_brief(call, consumer_version),
                "_embedded": {"tags": tag_documents(call, consumer_version)},
            },
        },
        "provider": {
            **pacticipant_brief(call, publication.provider),
            "version": version_brief(call, versions[result.provider_version_id]) if result else None,
        },
        "pact": {
            "createdAt": moment(publication.created_at),
            "_links": {"self": link(pact_url(call, publication), title="Pact", name=pact_title(publication))},
        },
        "pactTags": tag_documents(call, consumer_version),
        "latestVerificationResult": result
        and {
            "success": result.success,
            "verifiedAt": moment(result.executed_at),
            "_links": {"self": link(result_url(call, publication, result))},
        },
        "verificationStatus": "success" if result and result.success else "failed" if result else "never",
        "webhookStatus": "none",
    }


ROUTES: list[Route] = [
    reads("/dashboard", _dashboard, filters=("q", *PAGING)),
    reads("/dashboard/provider/{provider}/consumer/{consumer}", _dashboard),
]
