"""Records the webhook events that requests raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.webhooks.parameters import (
    contract_values,
    labels_of_parties,
    provider_values,
    result_values,
)
from pactape.broker.store.pacts.required import required_verifications, webhooks_and_required
from pactape.broker.store.placements import current_placements
from pactape.broker.store.results import latest_on_branch
from pactape.broker.store.versions import versions_by_id
from pactape.broker.store.webhooks import any_webhook
from pactape.broker.webhooks.events import (
    CONTENT_CHANGED,
    PUBLISHED,
    REQUIRES_VERIFICATION,
    VERIFICATION_FAILED,
    VERIFICATION_PUBLISHED,
    VERIFICATION_SUCCEEDED,
    Event,
)

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant, Publication, Result, Version
    from pactape.broker.store.pacts.required import RequiredVerification

__all__ = ["note_publication", "note_result"]


def note_publication(
    call: Call, publication: Publication, *, provider: Pacticipant, version: Version, content_changed: bool
) -> list[str]:
    """Record the events of a publication and return their names.

    Args:
        call: The request that published it.
        publication: The published contract.
        provider: Its provider.
        version: The consumer version.
        content_changed: Whether its content differs from the previous contents (`store.pacts.previous_contents`).
    """
    has_webhook, rows = webhooks_and_required(call.connection, publication, provider)
    names = [
        PUBLISHED,
        *([REQUIRES_VERIFICATION] if rows else []),
        *([CONTENT_CHANGED] if content_changed else []),
    ]
    if has_webhook:
        required_versions = required_verifications(call.connection, rows, provider)
        _note_all(call, publication, provider, version, names, required_versions)
    return names


def _note_all(
    call: Call,
    publication: Publication,
    provider: Pacticipant,
    version: Version,
    names: list[str],
    required_versions: list[RequiredVerification],
) -> None:
    values = contract_values(call, publication, version)
    verified_values = (
        values
        | _main_branch_result(call, publication, provider)
        | {"pactbroker.buildUrl": values["pactbroker.buildUrl"]}
    )
    deployed_versions = _deployed_versions(call, publication.provider)
    for name in names:
        if name != REQUIRES_VERIFICATION:
            _note(call, publication, name, verified_values, deployed_versions=deployed_versions)
            continue
        for required_version in required_versions:
            of_provider = provider_values(
                required_version.version,
                branch=required_version.branch,
                descriptions=required_version.descriptions,
            )
            _note(call, publication, name, values | of_provider, deployed_versions=deployed_versions)


def _main_branch_result(call: Call, publication: Publication, provider: Pacticipant) -> dict[str, str]:
    """Return the content's result on the provider's main branch, in the official broker's words."""
    if provider.main_branch is None:
        return {}
    result = latest_on_branch(call.connection, publication.content_id, provider.id, provider.main_branch)
    if result is None:
        return {}
    version = versions_by_id(call.connection, [result.provider_version_id])[result.provider_version_id]
    return {**result_values(call, publication, result), **provider_values(version)}


def note_result(call: Call, publication: Publication, result: Result, version: Version) -> None:
    """Record the events of a verification result."""
    if not any_webhook(call.connection):
        return
    values = (
        contract_values(call, publication)
        | provider_values(version)
        | result_values(call, publication, result)
    )
    deployed_versions = _deployed_versions(call, publication.provider)
    outcome = VERIFICATION_SUCCEEDED if result.success else VERIFICATION_FAILED
    for name in (VERIFICATION_PUBLISHED, outcome):
        _note(call, publication, name, values, deployed_versions=deployed_versions, result=result)


def _deployed_versions(call: Call, provider: str) -> tuple[str, ...]:
    placements = current_placements(call.connection, kind="deployed", pacticipant=provider)
    return tuple(dict.fromkeys(placement.version for placement in placements))


def _note(
    call: Call,
    publication: Publication,
    name: str,
    values: dict[str, str],
    *,
    deployed_versions: tuple[str, ...],
    result: Result | None = None,
) -> None:
    event = Event(
        name=name,
        consumer=publication.consumer,
        provider=publication.provider,
        values={**values, "pactbroker.eventName": name},
        sha=publication.sha,
        result_number=None if result is None else result.number,
        deployed=deployed_versions,
        labels=labels_of_parties(call, publication),
    )
    call.events.append(event)
