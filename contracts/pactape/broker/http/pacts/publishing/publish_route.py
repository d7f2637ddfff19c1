"""The route `/contracts/publish`: publishes a version with its branch, tags and contracts in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.pacts.publishing.new_pacticipants import check_new_pacticipants
from pactape.broker.http.pacts.publishing.publication import Contract, PublicationRequest, read_publication
from pactape.broker.http.pacts.publishing.storing import (
    check_conflict,
    existing_publication,
    merge_with_published,
    store,
)
from pactape.broker.http.protocol.links import (
    link,
    pact_title,
    pact_url,
    pacticipant_brief,
    pacticipant_url,
    version_brief,
)
from pactape.broker.http.protocol.messages import Response, hal
from pactape.broker.http.protocol.routing import Route, writes
from pactape.broker.store import branches, pacticipants, versions
from pactape.broker.store.database.locks import lock
from pactape.broker.store.pacts.integrations import integrated_providers

if TYPE_CHECKING:
    from pactape.broker.http.pacts.publishing.storing import StoredContract
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant, Publication, Version

__all__ = ["ROUTES"]

_Notices = list[dict[str, str]]


def _publish(call: Call) -> Response:
    publication = read_publication(call.json())
    lock(call.connection, publication.consumer)
    consumer, providers = _parties(call, publication)
    version, created = _version(call, publication, consumer)
    if not created:
        _check_conflicts(call, publication, version)
    notices = [_version_notice(publication, created=created), *_branch_advice(publication)]
    publications: list[Publication] = []
    for contract in publication.contracts:
        stored_contract, contract_notices = _store(
            call, consumer, version, contract, providers, may_exist=not created or bool(publications)
        )
        publications.append(stored_contract.publication)
        notices.extend(contract_notices)
    return hal(_publication_document(call, consumer, version, publication, publications, notices))


def _parties(
    call: Call, publication: PublicationRequest
) -> tuple[Pacticipant, dict[str, tuple[Pacticipant, bool]]]:
    """Return the consumer, and the providers, each with whether it already has a contract with the consumer."""
    names = {publication.consumer, *(contract.provider for contract in publication.contracts)}
    existing_providers = integrated_providers(call.connection, publication.consumer, names)
    others = names - existing_providers.keys()
    check_new_pacticipants(call, others)
    created = pacticipants.ensure_pacticipants(call.connection, others, now=call.now)
    parties = existing_providers | {name: (pacticipant, False) for name, pacticipant in created.items()}
    return parties[publication.consumer][0], parties


def _version(call: Call, publication: PublicationRequest, consumer: Pacticipant) -> tuple[Version, bool]:
    version, created = versions.ensure_version(
        call.connection, consumer, publication.version, now=call.now, build_url=publication.build_url
    )
    if publication.branch:
        version = branches.add_branch(call.connection, consumer, version, publication.branch, now=call.now)
    for tag in publication.tags:
        version = branches.add_tag(call.connection, consumer, version, tag, now=call.now)
    return version, created


def _check_conflicts(call: Call, publication: PublicationRequest, version: Version) -> None:
    """Reject the whole request if one of its contracts conflicts with a published one."""
    for contract in publication.contracts:
        if not contract.merge:
            check_conflict(call, existing_publication(call, version, contract.provider), contract.document)


def _store(
    call: Call,
    consumer: Pacticipant,
    version: Version,
    contract: Contract,
    providers: dict[str, tuple[Pacticipant, bool]],
    *,
    may_exist: bool,
) -> tuple[StoredContract, _Notices]:
    existing = existing_publication(call, version, contract.provider) if may_exist else None
    document, body = contract.document, contract.body
    if contract.merge and existing is not None:
        document = merge_with_published(call, existing, document)
        body = msgspec.json.encode(document)
    provider, integrated = providers[contract.provider]
    stored_contract = store(
        call,
        consumer=consumer,
        provider=provider,
        version=version,
        document=document,
        body=body,
        existing=existing,
        integrated=integrated,
    )
    return stored_contract, [
        _publication_notice(stored_contract, existing=existing, merge=contract.merge),
        _notice("debug", f"  View the published pact at {pact_url(call, stored_contract.publication)}"),
        _notice("debug", f"  Events detected: {', '.join(stored_contract.events)}"),
    ]


def _notice(kind: str, text: str) -> dict[str, str]:
    return {"type": kind, "text": text}


def _branch_advice(publication: PublicationRequest) -> _Notices:
    if publication.branch:
        return []
    return [
        _notice(
            "prompt",
            "  Next steps:\n    Configure the version branch to be the value of your repository branch, "
            "see https://docs.pact.io/go/branches",
        )
    ]


def _version_notice(publication: PublicationRequest, *, created: bool) -> dict[str, str]:
    text = f"{'Created' if created else 'Updated'} {publication.consumer} version {publication.version}"
    details = [
        *([f"branch {publication.branch}"] if publication.branch else []),
        *([f"tags {', '.join(publication.tags)}"] if publication.tags else []),
    ]
    return _notice("debug", text + (f" with {' and '.join(details)}" if details else ""))


def _publication_notice(
    stored_contract: StoredContract, *, existing: Publication | None, merge: bool
) -> dict[str, str]:
    publication = stored_contract.publication
    of = f"for {publication.consumer} version {publication.version} and provider {publication.provider}"
    if existing is None:
        return _notice("success", f"Pact successfully published {of}.")
    if merge:
        return _notice("success", f"Pact successfully merged {of}.")
    if stored_contract.replaced:
        return _notice("warning", f"Pact with changed content published over existing content {of}.")
    return _notice("success", f"Pact successfully republished {of} with no content changes.")


def _publication_document(
    call: Call,
    consumer: Pacticipant,
    version: Version,
    publication: PublicationRequest,
    publications: list[Publication],
    notices: _Notices,
) -> dict[str, Any]:
    self_url = version_brief(call, version)["_links"]["self"]
    tags = [
        link(
            call.url("pacticipants", consumer.name, "versions", version.number, "tags", tag),
            title="Tag",
            name=tag,
        )
        for tag in publication.tags
    ]
    return {
        "notices": notices,
        "logs": [
            {"level": notice["type"], "message": notice["text"], "deprecationWarning": "Replaced by notices"}
            for notice in notices
        ],
        "_embedded": {
            "pacticipant": pacticipant_brief(call, consumer.name),
            "version": version_brief(call, version),
        },
        "_links": {
            "pb:pacticipant": link(
                pacticipant_url(call, consumer.name), title="Pacticipant", name=consumer.name
            ),
            "pb:pacticipant-version": {**self_url, "title": "Pacticipant version"},
            "pb:pacticipant-version-tags": tags,
            "pb:contracts": [
                link(pact_url(call, publication), title="Pact", name=pact_title(publication))
                for publication in publications
            ],
        },
    }


ROUTES: list[Route] = [writes("POST", "/contracts/publish", _publish, exclusive=False)]
