"""Publishing contracts by `/contracts/publish`: a version with its branch, tags and contracts in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.pacts.publication import Contract, PublicationRequest, read_publication
from pactape.broker.http.pacts.storing import check_conflict, existing_publication, merged_with, store
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
    from pactape.broker.http.pacts.storing import Stored
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant, Publication, Version

__all__ = ["ROUTES"]

_Notices = list[dict[str, str]]


def _publish(call: Call) -> Response:
    wanted = read_publication(call.json())
    lock(call.connection, "consumer", wanted.consumer)
    consumer, known = _parties(call, wanted)
    version, created = _version(call, wanted, consumer)
    if not created:
        _check_conflicts(call, wanted, version)
    notices = [_version_notice(wanted, created=created), *_branch_advice(wanted)]
    published: list[Publication] = []
    for contract in wanted.contracts:
        stored, words = _store(
            call, consumer, version, contract, known, may_exist=not created or bool(published)
        )
        published.append(stored.publication)
        notices.extend(words)
    return hal(_answer(call, consumer, version, wanted, published, notices))


def _parties(
    call: Call, wanted: PublicationRequest
) -> tuple[Pacticipant, dict[str, tuple[Pacticipant, bool]]]:
    """Return the consumer, and each known provider with whether the two have a contract already."""
    names = {wanted.consumer, *(contract.provider for contract in wanted.contracts)}
    known = integrated_providers(call.connection, wanted.consumer, names)
    if wanted.consumer in known:
        return known[wanted.consumer][0], known
    return pacticipants.ensure_pacticipant(call.connection, wanted.consumer, now=call.now), known


def _version(call: Call, wanted: PublicationRequest, consumer: Pacticipant) -> tuple[Version, bool]:
    version, created = versions.ensure_version(
        call.connection, consumer, wanted.version, now=call.now, build_url=wanted.build_url
    )
    if wanted.branch:
        version = branches.add_branch(call.connection, consumer, version, wanted.branch, now=call.now)
    for tag in wanted.tags:
        version = branches.add_tag(call.connection, consumer, version, tag, now=call.now)
    return version, created


def _check_conflicts(call: Call, wanted: PublicationRequest, version: Version) -> None:
    """Refuse the whole request when one of its contracts conflicts with what was published before it."""
    for contract in wanted.contracts:
        if not contract.merge:
            check_conflict(call, existing_publication(call, version, contract.provider), contract.document)


def _store(
    call: Call,
    consumer: Pacticipant,
    version: Version,
    contract: Contract,
    known: dict[str, tuple[Pacticipant, bool]],
    *,
    may_exist: bool,
) -> tuple[Stored, _Notices]:
    existing = existing_publication(call, version, contract.provider) if may_exist else None
    document, body = contract.document, contract.body
    if contract.merge and existing is not None:
        document = merged_with(call, existing, document)
        body = msgspec.json.encode(document)
    provider, integrated = known.get(contract.provider) or (
        pacticipants.ensure_pacticipant(call.connection, contract.provider, now=call.now),
        False,
    )
    stored = store(
        call,
        consumer=consumer,
        provider=provider,
        version=version,
        document=document,
        body=body,
        existing=existing,
        integrated=integrated,
    )
    return stored, [
        _publication_notice(stored, existing=existing, merge=contract.merge),
        _notice("debug", f"  View the published pact at {pact_url(call, stored.publication)}"),
        _notice("debug", f"  Events detected: {', '.join(stored.events)}"),
    ]


def _notice(kind: str, text: str) -> dict[str, str]:
    return {"type": kind, "text": text}


def _branch_advice(wanted: PublicationRequest) -> _Notices:
    if wanted.branch:
        return []
    return [
        _notice(
            "prompt",
            "  Next steps:\n    Configure the version branch to be the value of your repository branch, "
            "see https://docs.pact.io/go/branches",
        )
    ]


def _version_notice(wanted: PublicationRequest, *, created: bool) -> dict[str, str]:
    text = f"{'Created' if created else 'Updated'} {wanted.consumer} version {wanted.version}"
    given = [
        *([f"branch {wanted.branch}"] if wanted.branch else []),
        *([f"tags {', '.join(wanted.tags)}"] if wanted.tags else []),
    ]
    return _notice("debug", text + (f" with {' and '.join(given)}" if given else ""))


def _publication_notice(stored: Stored, *, existing: Publication | None, merge: bool) -> dict[str, str]:
    publication = stored.publication
    of = f"for {publication.consumer} version {publication.version} and provider {publication.provider}"
    if existing is None:
        return _notice("success", f"Pact successfully published {of}.")
    if merge:
        return _notice("success", f"Pact successfully merged {of}.")
    if stored.replaced:
        return _notice("warning", f"Pact with changed content published over existing content {of}.")
    return _notice("success", f"Pact successfully republished {of} with no content changes.")


def _answer(
    call: Call,
    consumer: Pacticipant,
    version: Version,
    wanted: PublicationRequest,
    published: list[Publication],
    notices: _Notices,
) -> dict[str, Any]:
    here = version_brief(call, version)["_links"]["self"]
    tags = [
        link(
            call.url("pacticipants", consumer.name, "versions", version.number, "tags", tag),
            title="Tag",
            name=tag,
        )
        for tag in wanted.tags
    ]
    return {
        "notices": notices,
        "logs": [
            {"level": each["type"], "message": each["text"], "deprecationWarning": "Replaced by notices"}
            for each in notices
        ],
        "_embedded": {
            "pacticipant": pacticipant_brief(call, consumer.name),
            "version": version_brief(call, version),
        },
        "_links": {
            "pb:pacticipant": link(
                pacticipant_url(call, consumer.name), title="Pacticipant", name=consumer.name
            ),
            "pb:pacticipant-version": {**here, "title": "Pacticipant version"},
            "pb:pacticipant-version-tags": tags,
            "pb:contracts": [
                link(pact_url(call, each), title="Pact", name=pact_title(each)) for each in published
            ],
        },
    }


ROUTES: list[Route] = [writes("POST", "/contracts/publish", _publish, exclusive=False)]
