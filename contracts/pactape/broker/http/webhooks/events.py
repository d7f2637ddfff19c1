"""Turning what a call did into events for webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.protocol.links import content_url, result_url
from pactape.broker.store import pacticipants, versions
from pactape.broker.store.placements import versions_in_use
from pactape.broker.store.results import has_results, latest_results
from pactape.broker.store.webhooks import any_webhook
from pactape.broker.webhooks import events as e

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant, Publication, Result, Version

__all__ = ["note_publication", "note_result"]


def note_publication(
    call: Call, publication: Publication, *, provider: Pacticipant, content_changed: bool
) -> list[str]:
    """Note the events of a publication and give their names.

    Args:
        call: The request that published it.
        publication: What was published.
        provider: Its provider.
        content_changed: Whether it differs from what it is compared with (`store.pacts.contents_before`).
    """
    names = [e.PUBLISHED, *([e.CONTENT_CHANGED] if content_changed else [])]
    unverified = _unverified(call, publication, provider)
    required = bool(unverified) or not has_results(call.connection, publication.content_id)
    if any_webhook(call.connection):
        values = _values(call, publication)
        for name in names:
            _note(call, publication, name, values)
        for of_provider in map(_of_provider, unverified) if unverified else [{}] * required:
            _note(call, publication, e.REQUIRES_VERIFICATION, values | of_provider)
    return [*names, *([e.REQUIRES_VERIFICATION] if required else [])]


def note_result(call: Call, publication: Publication, result: Result, version: Version) -> None:
    """Note the events of a verification result."""
    if not any_webhook(call.connection):
        return
    values = _values(call, publication) | {
        **_of_provider(version),
        "pactbroker.verificationResultUrl": result_url(call, publication, result),
        "pactbroker.githubVerificationStatus": "success" if result.success else "failure",
        "pactbroker.bitbucketVerificationStatus": "SUCCESSFUL" if result.success else "FAILED",
        "pactbroker.azureDevOpsVerificationStatus": "succeeded" if result.success else "failed",
        "pactbroker.buildUrl": result.build_url or "",
    }
    _note(call, publication, e.VERIFICATION_PUBLISHED, values)
    _note(call, publication, e.VERIFICATION_SUCCEEDED if result.success else e.VERIFICATION_FAILED, values)


def _of_provider(version: Version) -> dict[str, str]:
    return {
        "pactbroker.providerVersionNumber": version.number,
        "pactbroker.providerVersionTags": ", ".join(tag.name for tag in version.tags),
        "pactbroker.providerVersionBranch": ", ".join(version.branches),
        "pactbroker.providerVersionDescriptions": "",
    }


def _note(call: Call, publication: Publication, name: str, values: dict[str, str]) -> None:
    event = e.Event(
        name=name,
        consumer=publication.consumer,
        provider=publication.provider,
        values={**values, "pactbroker.eventName": name},
    )
    call.events.append(event)


def _values(call: Call, publication: Publication) -> dict[str, str]:
    version = versions.find_version(call.connection, publication.consumer, publication.version)
    tags = ", ".join(tag.name for tag in version.tags) if version else ""
    return {
        "pactbroker.pactUrl": content_url(call, publication),
        "pactbroker.consumerName": publication.consumer,
        "pactbroker.providerName": publication.provider,
        "pactbroker.consumerVersionNumber": publication.version,
        "pactbroker.consumerVersionTags": tags,
        "pactbroker.consumerVersionBranch": ", ".join(version.branches) if version else "",
        "pactbroker.consumerLabels": _labels(call, publication.consumer),
        "pactbroker.providerLabels": _labels(call, publication.provider),
    }


def _labels(call: Call, name: str) -> str:
    pacticipant = pacticipants.find_pacticipant(call.connection, name)
    return ", ".join(pacticipants.labels_of(call.connection, pacticipant.id)) if pacticipant else ""


def _unverified(call: Call, publication: Publication, provider: Pacticipant) -> list[Version]:
    """The provider versions in use, and its main branch's latest, that have no result for the content."""
    wanted = versions_in_use(call.connection, provider.id)
    if provider.main_branch is not None:
        head = versions.head_of_branch(call.connection, provider.name, provider.main_branch)
        wanted |= {head.id} if head else set()
    if not wanted:
        return []
    known = latest_results(call.connection, contents=[publication.content_id], versions=wanted)
    missing = wanted - {result.provider_version_id for result in known}
    return sorted(versions.versions_by_id(call.connection, missing).values(), key=lambda each: each.id)
