"""API documents of contracts: the contract's JSON, with ids in its interactions, and links."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from pactape.broker.canonical import with_interaction_ids
from pactape.broker.http.protocol.links import (
    content_url,
    curies,
    link,
    moment,
    pact_title,
    pact_url,
    pacticipant_url,
    version_url,
)
from pactape.broker.store.pacts import publishing

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication

__all__ = ["decode_metadata", "encode_metadata", "pact_document"]


def encode_metadata(values: dict[str, str]) -> str:
    """Encode metadata about a verification as a segment of its URL."""
    return base64.urlsafe_b64encode(urlencode(values).encode()).decode().rstrip("=")


def decode_metadata(segment: str) -> dict[str, str]:
    """Decode what `encode_metadata` returned; anything else gives an empty dict.

    Example:
        >>> decode_metadata(encode_metadata({"w": "true"}))
        {'w': 'true'}
    """
    try:
        return dict(parse_qsl(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode()))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return {}


def pact_document(call: Call, publication: Publication, *, metadata: str | None = None) -> dict[str, Any]:
    """Return the contract with its links; `metadata` becomes part of the URL for posting results."""
    document = with_interaction_ids(
        msgspec.json.decode(publishing.content(call.connection, publication.content_id))
    )
    document["createdAt"] = moment(publication.created_at)
    document["_links"] = _links(call, publication, metadata=metadata)
    return document


def _links(call: Call, publication: Publication, *, metadata: str | None) -> dict[str, Any]:
    more = () if metadata is None else ("metadata", metadata)
    return {
        **_links_to_parties(call, publication),
        **_links_to_pacts(call, publication),
        "pb:publish-verification-results": link(
            content_url(call, publication, *more, "verification-results"),
            title="Publish verification results",
        ),
        "pb:latest-verification-results": link(
            content_url(call, publication, "verification-results", "latest"),
            title="Latest verification results",
        ),
        "curies": curies(call, "pact"),
    }


def _links_to_parties(call: Call, publication: Publication) -> dict[str, Any]:
    consumer, provider, number = publication.consumer, publication.provider, publication.version
    version = link(version_url(call, consumer, number), title="Consumer version", name=number)
    return {
        "pb:consumer": link(pacticipant_url(call, consumer), title="Consumer", name=consumer),
        "pb:consumer-version": version,
        "pb:consumer-versions": [version],
        "pb:provider": link(pacticipant_url(call, provider), title="Provider", name=provider),
        "pb:pact-webhooks": link(
            call.url("webhooks", "provider", provider, "consumer", consumer), title="Webhooks of this pact"
        ),
        "pb:consumer-webhooks": link(
            call.url("webhooks", "consumer", consumer), title="Webhooks of the consumer"
        ),
        "pb:tag-prod-version": link(f"{version['href']}/tags/prod", title="PUT to tag this version as prod"),
        "pb:tag-version": link(
            f"{version['href']}/tags/{{tag}}", title="PUT to tag this consumer version", templated=True
        ),
        "pb:matrix-for-consumer-version": link(
            f"{call.url('matrix')}?{urlencode({'q[][pacticipant]': consumer, 'q[][version]': number})}",
            title="Matrix of this consumer version",
        ),
    }


def _links_to_pacts(call: Call, publication: Publication) -> dict[str, Any]:
    between = ("pacts", "provider", publication.provider, "consumer", publication.consumer)
    self_url = pact_url(call, publication)
    return {
        "self": link(self_url, title="Pact", name=pact_title(publication)),
        "pb:pact-version": link(content_url(call, publication), title="Pact content", name=publication.sha),
        "pb:latest-pact-version": link(call.url(*between, "latest"), title="Latest version of this pact"),
        "pb:all-pact-versions": link(call.url(*between, "versions"), title="All versions of this pact"),
        "pb:latest-untagged-pact-version": link(
            call.url(*between, "latest-untagged"), title="Latest untagged version of this pact"
        ),
        "pb:latest-tagged-pact-version": link(
            f"{call.url(*between, 'latest')}/{{tag}}",
            title="Latest tagged version of this pact",
            templated=True,
        ),
        "pb:previous-distinct": link(
            f"{self_url}/previous-distinct", title="Previous pact with different content"
        ),
        "pb:diff-previous-distinct": link(
            f"{self_url}/diff/previous-distinct",
            title="Differences from the previous pact with different content",
        ),
        "pb:diff": link(
            f"{content_url(call, publication)}/diff/pact-version/{{pactVersion}}",
            title="Differences from other content",
            templated=True,
        ),
        "pb:triggered-webhooks": link(
            f"{self_url}/triggered-webhooks", title="Deliveries of webhooks for this pact"
        ),
    }
