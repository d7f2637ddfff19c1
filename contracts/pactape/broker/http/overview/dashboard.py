"""The dashboard: the state of the latest contracts, of the latest ones with each tag, and of those in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.pacticipants.version_rows import version_rows
from pactape.broker.http.protocol.links import (
    link,
    moment,
    pact_title,
    pact_url,
    pacticipant_brief,
    result_url,
)
from pactape.broker.http.protocol.messages import Response, hal, prefers, text
from pactape.broker.http.protocol.paging import page_of, requests_page
from pactape.broker.http.protocol.routing import PAGING, Route, reads
from pactape.broker.http.protocol.text_tables import text_table
from pactape.broker.store.pacts.published import (
    latest_publications,
    latest_tagged_publications,
    publications_of_versions,
)
from pactape.broker.store.placements import current_placements
from pactape.broker.store.results import latest_result_of_each

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication, Result

__all__ = ["ROUTES"]


def _dashboard(call: Call) -> Response:
    publications = _publications(call)
    links = {"self": link(call.url(*call.request.segments), title="Dashboard")}
    document: dict[str, Any] = {}
    if requests_page(call):
        page = page_of(call, total=len(publications))
        publications = publications[page.offset : page.offset + page.size]
        document, links = {"page": page.document()}, page.links(call.url(*call.request.segments))
    results = latest_result_of_each(call.connection, {publication.content_id for publication in publications})
    ids = {publication.version_id for publication in publications} | {
        result.provider_version_id for result in results.values()
    }
    versions = version_rows(call, ids)
    items = [
        _item(call, publication, results.get(publication.content_id), versions)
        for publication in publications
    ]
    if prefers(call.request, "text/plain"):
        return text(text_table(_HEADS, [_texts(item) for item in items]))
    return hal({"items": items, **document, "_links": links})


def _publications(call: Call) -> list[Publication]:
    """Return the contracts to show, the most recently active first."""
    part = call.request.parameter("q") or ""
    consumer, provider = call.path.get("consumer"), call.path.get("provider")
    heads = [
        *latest_publications(call.connection, part=part, consumer=consumer, provider=provider),
        *latest_tagged_publications(call.connection, part=part, consumer=consumer, provider=provider),
        *_in_use(call, part=part.lower(), consumer=consumer, provider=provider),
    ]
    unique = {(head.version_id, head.provider): head for head in heads}
    return sorted(unique.values(), key=lambda item: (item.created_at, item.version_id), reverse=True)


def _in_use(call: Call, *, part: str, consumer: str | None, provider: str | None) -> list[Publication]:
    version_ids = {
        current_placement.version_id
        for current_placement in current_placements(call.connection, pacticipant=consumer)
    }
    return [
        publication
        for publication in publications_of_versions(call.connection, versions=version_ids)
        if provider in {None, publication.provider}
        and (part in publication.consumer.lower() or part in publication.provider.lower())
    ]


def _item(
    call: Call, publication: Publication, result: Result | None, versions: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    consumer_version = versions[publication.version_id]
    provider_version = versions[result.provider_version_id] if result else None
    between = ("pacts", "provider", publication.provider, "consumer", publication.consumer)
    return {
        "consumer": {**pacticipant_brief(call, publication.consumer), "version": consumer_version},
        "provider": {**pacticipant_brief(call, publication.provider), "version": provider_version},
        "pact": {
            "createdAt": moment(publication.created_at),
            "_links": {"self": link(pact_url(call, publication), title="Pact", name=pact_title(publication))},
        },
        "pactTags": [tag for tag in consumer_version["tags"] if tag["latest"]],
        "latestVerificationResult": result
        and {
            "success": result.success,
            "verifiedAt": moment(result.executed_at),
            "_links": {"self": link(result_url(call, publication, result))},
        },
        "latestVerificationResultTags": [
            tag for tag in (provider_version["tags"] if provider_version else ()) if tag["latest"]
        ],
        "verificationStatus": "success" if result and result.success else "failed" if result else "never",
        "webhookStatus": "none",
        "latestWebhookExecution": None,
        "_links": {
            "pb:webhook-status": link(call.url(*between, "webhooks", "status"), title="Status of webhooks")
        },
    }


_HEADS = ("CONSUMER", "C_VERSION", "C_TAGS", "PROVIDER", "P_VERSION", "P_TAGS", "SUCCESS")


def _texts(item: dict[str, Any]) -> tuple[str, ...]:
    provider_version = item["provider"]["version"]
    return (
        item["consumer"]["name"],
        item["consumer"]["version"]["number"],
        ", ".join(sorted(tag["name"] for tag in item["pactTags"])),
        item["provider"]["name"],
        provider_version["number"] if provider_version else "",
        ", ".join(sorted(tag["name"] for tag in item["latestVerificationResultTags"])),
        item["verificationStatus"],
    )


ROUTES: list[Route] = [
    reads("/dashboard", _dashboard, filters=("q", *PAGING)),
    reads("/dashboard/provider/{provider}/consumer/{consumer}", _dashboard),
]
