"""Stores one contract for a consumer version: merging, conflicts, and events."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.canonical import content_sha, sorted_content
from pactape.broker.http.protocol.messages import Problem
from pactape.broker.http.webhooks.events import note_publication
from pactape.broker.merging import MergeConflictError, merge_pacts
from pactape.broker.records import Publication
from pactape.broker.store.pacts import publishing
from pactape.broker.store.pacts.integrations import ensure_integration

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant, Version

__all__ = [
    "StoredContract",
    "check_conflict",
    "conflict",
    "diff_text",
    "existing_publication",
    "merge_with_published",
    "store",
]

_CONFLICT = 409
_LONGEST_DIFF = 20_000


class StoredContract(msgspec.Struct, frozen=True, kw_only=True):
    """A stored contract: its publication, the events that it raised, and whether it replaced different content."""

    publication: Publication
    events: tuple[str, ...]
    replaced: bool


def existing_publication(call: Call, version: Version, provider: str) -> Publication | None:
    """Return the existing contract of a consumer version with a provider."""
    return publishing.find_publication(
        call.connection, consumer=version.pacticipant, provider=provider, version=version.number
    )


def merge_with_published(call: Call, existing: Publication, document: dict[str, Any]) -> dict[str, Any]:
    """Return the published contract merged with the interactions that only the new one has.

    Raises:
        Problem: 409, both describe an interaction differently.
    """
    published_document = msgspec.json.decode(publishing.content(call.connection, existing.content_id))
    try:
        return merge_pacts(published_document, document)
    except MergeConflictError as error:
        text = f"Cannot merge the pact for {existing.consumer} version {existing.version}: {error}"
        raise conflict([text], diff=diff_text(published_document, document)) from None


def check_conflict(call: Call, existing: Publication | None, document: dict[str, Any]) -> None:
    """Reject different content for a version that already has content.

    Raises:
        Problem: 409, with the difference.
    """
    if existing is None or call.config.allow_contract_modification or existing.sha == content_sha(document):
        return
    text = (
        f"Cannot change the content of the pact for {existing.consumer} version {existing.version} and provider "
        f"{existing.provider}, as race conditions will cause unreliable results for can-i-deploy. Each pact must "
        "be published with a unique consumer version number. For more information see "
        "https://docs.pact.io/go/versioning"
    )
    published_document = msgspec.json.decode(publishing.content(call.connection, existing.content_id))
    raise conflict([text], diff=diff_text(published_document, document))


def conflict(texts: list[str], *, diff: str) -> Problem:
    """Return the problem of conflicting contents, with notices for the command line."""
    notices = [{"type": "error", "text": text} for text in texts]
    if diff:
        notices.append({"type": "info", "text": diff})
    return Problem(_CONFLICT, " ".join(texts), errors={"contracts": texts}, notices=notices)


def diff_text(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return the differences of two contracts as a unified diff; the order of keys is ignored."""
    before, after = (
        msgspec.json.format(msgspec.json.encode(sorted_content(content)), indent=2).decode().splitlines()
        for content in (old, new)
    )
    lines = difflib.unified_diff(before, after, "published", "new", lineterm="")
    text = "\n".join(lines)
    return (
        text if len(text) <= _LONGEST_DIFF else f"{text[:_LONGEST_DIFF]}\n… ({len(text)} characters in all)"
    )


def store(
    call: Call,
    *,
    consumer: Pacticipant,
    provider: Pacticipant,
    version: Version,
    document: dict[str, Any],
    body: bytes,
    existing: Publication | None,
    integrated: bool = False,
) -> StoredContract:
    """Store a contract for a consumer version and record its events.

    Args:
        call: The request that publishes it.
        consumer: Its consumer.
        provider: Its provider.
        version: The consumer version.
        document: The contract.
        body: The contract's JSON text, in the form to store.
        existing: The existing contract of the version with the provider.
        integrated: Whether the two are known to have a contract.
    """
    sha = content_sha(document)
    if not integrated:
        ensure_integration(call.connection, consumer, provider, now=call.now)
    replaced = existing is not None and existing.sha != sha
    previous_contents = [] if existing else publishing.previous_contents(call.connection, version, provider)
    content_changed = replaced or any(content is None or content[0] != sha for content in previous_contents)
    same = next((content for content in previous_contents if content is not None and content[0] == sha), None)
    content_id = same[1] if same else None
    parties = {"consumer": consumer, "provider": provider}
    publication = publishing.publish(
        call.connection, **parties, version=version, sha=sha, body=body, content_id=content_id, now=call.now
    )
    events = note_publication(
        call, publication, provider=provider, version=version, content_changed=content_changed
    )
    return StoredContract(publication=publication, events=tuple(events), replaced=replaced)
