"""Publishing contracts: by `/contracts/publish`, and one at a time as older clients do."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.canonical import content_sha
from pactape.broker.http.pacts.documents import pact_document
from pactape.broker.http.protocol.links import (
    link,
    pact_title,
    pact_url,
    pacticipant_brief,
    pacticipant_url,
    version_brief,
)
from pactape.broker.http.protocol.messages import Call, Problem, Response, hal
from pactape.broker.http.protocol.names import check_names
from pactape.broker.http.protocol.routing import Route, writes
from pactape.broker.http.webhooks.events import note_publication
from pactape.broker.merging import MergeConflictError, merge_pacts
from pactape.broker.store import pacticipants, pacts, versions
from pactape.pactfile.document import INTERACTION_LISTS

if TYPE_CHECKING:
    from pactape.broker.records import Pacticipant, Publication, Version

__all__ = ["ROUTES"]

_CREATED = 201
_CONFLICT = 409


class _Contract(msgspec.Struct, rename="camel"):
    consumer_name: str
    provider_name: str
    content: str
    specification: str = "pact"
    content_type: str = "application/json"
    on_conflict: str = "overwrite"


class _Publication(msgspec.Struct, rename="camel"):
    pacticipant_name: str
    pacticipant_version_number: str
    contracts: list[_Contract]
    branch: str | None = None
    tags: list[str] | None = None
    build_url: str | None = None


def _publish(call: Call) -> Response:
    wanted = _read(call)
    documents = [_pact_of(contract, index) for index, contract in enumerate(wanted.contracts)]
    _check_names(wanted, documents)
    consumer = pacticipants.ensure_pacticipant(call.connection, wanted.pacticipant_name, now=call.now)
    number = wanted.pacticipant_version_number
    version, created = versions.ensure_version(
        call.connection, consumer, number, now=call.now, build_url=wanted.build_url
    )
    if wanted.branch:
        versions.add_branch(call.connection, consumer, version, wanted.branch, now=call.now)
    for tag in wanted.tags or ():
        version = versions.add_tag(call.connection, version, tag, now=call.now)
    notices = [_version_notice(wanted, created=created)]
    if not wanted.branch:
        notices.append(_notice("prompt", _BRANCH_ADVICE))
    published, may_exist = [], not created
    for contract, document in zip(wanted.contracts, documents, strict=True):
        publication, words = _store(
            call,
            consumer,
            version,
            contract.provider_name,
            document,
            base64.b64decode(contract.content),
            existing=_existing(call, version, contract.provider_name) if may_exist else None,
            merge=contract.on_conflict == "merge",
        )
        published.append(publication)
        may_exist = True  # this publication may name a provider twice
        notices.extend(words)
    return hal(_answer(call, consumer, version, wanted, published, notices))


_BRANCH_ADVICE = (
    "  Next steps:\n    Configure the version branch to be the value of your repository branch, "
    "see https://docs.pact.io/go/branches"
)


def _read(call: Call) -> _Publication:
    try:
        wanted = msgspec.convert(call.json(), _Publication)
    except msgspec.ValidationError as error:
        raise Problem(400, f"The publication can't be read: {error}") from None
    check_names(
        [
            ("pacticipantName", wanted.pacticipant_name),
            ("pacticipantVersionNumber", wanted.pacticipant_version_number),
            *([("branch", wanted.branch)] if wanted.branch else []),
            *(("tags", tag) for tag in wanted.tags or ()),
            *(("providerName", contract.provider_name) for contract in wanted.contracts),
        ]
    )
    return wanted


def _pact_of(contract: _Contract, index: int) -> dict[str, Any]:
    place = f"contracts[{index}]"
    if contract.specification != "pact":
        raise Problem(400, f"{place}.specification must be 'pact'")
    if contract.on_conflict not in {"overwrite", "merge"}:
        raise Problem(400, f"{place}.onConflict must be 'overwrite' or 'merge'")
    try:
        document = msgspec.json.decode(base64.b64decode(contract.content, validate=True))
    except (binascii.Error, msgspec.DecodeError, RecursionError) as error:
        raise Problem(400, f"{place}.content is not JSON in base64: {error}") from None
    if not isinstance(document, dict):
        raise Problem(400, f"{place}.content is not a JSON object")
    _check_lists(document, f"{place}.content")
    return document


def _check_lists(document: dict[str, Any], place: str) -> None:
    for key in INTERACTION_LISTS:
        found = document.get(key) or []
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise Problem(400, f"{place}: {key} must be a list of objects, as in a pact file")


def _check_names(wanted: _Publication, documents: list[dict[str, Any]]) -> None:
    for contract, document in zip(wanted.contracts, documents, strict=True):
        if contract.consumer_name != wanted.pacticipant_name:
            raise Problem(
                400, f"consumerName {contract.consumer_name!r} isn't the publishing pacticipant's name"
            )
        for role, name in (("consumer", contract.consumer_name), ("provider", contract.provider_name)):
            party = document.get(role)
            given = party.get("name") if isinstance(party, dict) else None
            if given != name:
                raise Problem(
                    400, f"the {role} name in the contract ({given!r}) isn't the announced one ({name!r})"
                )


def _store(
    call: Call,
    consumer: Pacticipant,
    version: Version,
    provider_name: str,
    document: dict[str, Any],
    body: bytes,
    *,
    existing: Publication | None,
    merge: bool,
) -> tuple[Publication, list[dict[str, str]]]:
    if merge and existing is not None:
        document = _merged(call, existing, document)
        body = msgspec.json.encode(document)
    sha = content_sha(document)
    replaced = existing is not None and existing.sha != sha
    if replaced and not merge and not call.config.allow_contract_modification:
        raise _refusal(consumer.name, version.number, provider_name)
    provider = pacticipants.ensure_pacticipant(call.connection, provider_name, now=call.now)
    before = [] if existing else pacts.contents_before(call.connection, version, provider)
    changed = replaced or any(known != sha for known in before)
    publication = pacts.publish(
        call.connection,
        consumer=consumer,
        provider=provider,
        version=version,
        sha=sha,
        body=body,
        now=call.now,
    )
    events = note_publication(call, publication, provider=provider, content_changed=changed)
    words = [
        _publication_notice(publication, existing=existing, merge=merge, replaced=replaced),
        _notice("debug", f"  View the published pact at {pact_url(call, publication)}"),
        _notice("debug", f"  Events detected: {', '.join(events)}"),
    ]
    return publication, words


def _existing(call: Call, version: Version, provider: str) -> Publication | None:
    return pacts.find_publication(
        call.connection, consumer=version.pacticipant, provider=provider, version=version.number
    )


def _merged(call: Call, existing: Publication, document: dict[str, Any]) -> dict[str, Any]:
    try:
        return merge_pacts(msgspec.json.decode(pacts.content(call.connection, existing.content_id)), document)
    except MergeConflictError as error:
        text = f"Cannot merge the pact for {existing.consumer} version {existing.version}: {error}"
        raise Problem(_CONFLICT, text, notices=[_notice("error", text)]) from None


def _refusal(consumer: str, version: str, provider: str) -> Problem:
    text = (
        f"Cannot change the content of the pact for {consumer} version {version} and provider {provider}, as "
        "race conditions will cause unreliable results for can-i-deploy. Each pact must be published with a "
        "unique consumer version number. For more information see https://docs.pact.io/go/versioning"
    )
    return Problem(_CONFLICT, text, notices=[_notice("error", text)])


def _notice(kind: str, text: str) -> dict[str, str]:
    return {"type": kind, "text": text}


def _version_notice(wanted: _Publication, *, created: bool) -> dict[str, str]:
    name, number = wanted.pacticipant_name, wanted.pacticipant_version_number
    text = f"{'Created' if created else 'Updated'} {name} version {number}"
    given = [
        *([f"branch {wanted.branch}"] if wanted.branch else []),
        *([f"tags {', '.join(wanted.tags)}"] if wanted.tags else []),
    ]
    return _notice("debug", text + (f" with {' and '.join(given)}" if given else ""))


def _publication_notice(
    publication: Publication, *, existing: Publication | None, merge: bool, replaced: bool
) -> dict[str, str]:
    of = f"for {publication.consumer} version {publication.version} and provider {publication.provider}"
    if existing is None:
        return _notice("success", f"Pact successfully published {of}.")
    if merge:
        return _notice("success", f"Pact successfully merged {of}.")
    if replaced:
        return _notice("warning", f"Pact with changed content published over existing content {of}.")
    return _notice("success", f"Pact successfully republished {of} with no content changes.")


def _answer(
    call: Call,
    consumer: Pacticipant,
    version: Version,
    wanted: _Publication,
    published: list[Publication],
    notices: list[dict[str, str]],
) -> dict[str, Any]:
    here = version_brief(call, version)["_links"]["self"]
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
            "pb:pacticipant-version-tags": [
                link(
                    call.url("pacticipants", consumer.name, "versions", version.number, "tags", tag),
                    title="Tag",
                    name=tag,
                )
                for tag in wanted.tags or ()
            ],
            "pb:contracts": [
                link(pact_url(call, each), title="Pact", name=pact_title(each)) for each in published
            ],
        },
    }


def _put(call: Call) -> Response:
    document = call.json()
    _check_lists(document, "the contract")
    consumer_name, provider_name = call.path["consumer"], call.path["provider"]
    for role, name in (("consumer", consumer_name), ("provider", provider_name)):
        party = document.get(role)
        if not isinstance(party, dict) or party.get("name") != name:
            raise Problem(400, f"the {role} name in the contract isn't {name!r}, the one in the path")
    consumer = pacticipants.ensure_pacticipant(call.connection, consumer_name, now=call.now)
    version, _ = versions.ensure_version(call.connection, consumer, call.path["version"], now=call.now)
    existing = _existing(call, version, provider_name)
    publication, _ = _store(
        call,
        consumer,
        version,
        provider_name,
        document,
        call.request.body,
        existing=existing,
        merge=call.request.method == "PATCH",
    )
    return hal(pact_document(call, publication), status=200 if existing else _CREATED)


_PACT = "/pacts/provider/{provider}/consumer/{consumer}/version/{version}"

ROUTES: list[Route] = [
    writes("POST", "/contracts/publish", _publish),
    writes("PUT", _PACT, _put),
    writes("PATCH", _PACT, _put),
]
