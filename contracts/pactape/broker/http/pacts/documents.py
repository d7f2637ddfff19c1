"""A contract as the API shows it: its own JSON, ids in its interactions, and links."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from pactape.broker.canonical import with_interaction_ids
from pactape.broker.http.protocol.links import (
    content_url,
    link,
    moment,
    pact_title,
    pact_url,
    pacticipant_url,
    version_url,
)
from pactape.broker.store import pacts

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication

__all__ = ["decode_metadata", "encode_metadata", "pact_document"]


def encode_metadata(values: dict[str, str]) -> str:
    """Put what is to be remembered about a verification into a segment of its URL."""
    return base64.urlsafe_b64encode(urlencode(values).encode()).decode().rstrip("=")


def decode_metadata(segment: str) -> dict[str, str]:
    """Read `encode_metadata` back; what isn't its work gives an empty dict.

    Example:
        >>> decode_metadata(encode_metadata({"w": "true"}))
        {'w': 'true'}
    """
    try:
        return dict(parse_qsl(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode()))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return {}


def pact_document(call: Call, publication: Publication, *, metadata: str | None = None) -> dict[str, Any]:
    """The contract with its links; `metadata` goes into the address that results are to be posted to."""
    document = with_interaction_ids(
        msgspec.json.decode(pacts.content(call.connection, publication.content_id))
    )
    consumer, provider = publication.consumer, publication.provider
    between = ("pacts", "provider", provider, "consumer", consumer)
    more = () if metadata is None else ("metadata", metadata)
    document["createdAt"] = moment(publication.created_at)
    document["_links"] = {
        "self": link(pact_url(call, publication), title="Pact", name=pact_title(publication)),
        "pb:consumer": link(pacticipant_url(call, consumer), title="Consumer", name=consumer),
        "pb:consumer-version": link(
            version_url(call, consumer, publication.version),
            title="Consumer version",
            name=publication.version,
        ),
        "pb:consumer-versions": [
            link(
                version_url(call, consumer, publication.version),
                title="Consumer version",
                name=publication.version,
            )
        ],
        "pb:provider": link(pacticipant_url(call, provider), title="Provider", name=provider),
        "pb:pact-version": link(content_url(call, publication), title="Pact content"),
        "pb:latest-pact-version": link(call.url(*between, "latest"), title="Latest version of this pact"),
        "pb:publish-verification-results": link(
            content_url(call, publication, *more, "verification-results"),
            title="Publish verification results",
        ),
        "pb:latest-verification-results": link(
            content_url(call, publication, "verification-results", "latest"),
            title="Latest verification results",
        ),
    }
    return document
