"""Reads and checks the body of `/contracts/publish`."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from pactape.broker.http.protocol.messages import Problem
from pactape.broker.http.protocol.names import check_names
from pactape.pactfile.document import INTERACTION_LISTS

__all__ = ["Contract", "PublicationRequest", "check_interactions", "read_publication"]

_Errors = dict[str, list[str]]


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


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract to publish.

    Args:
        document: The contract's JSON.
        body: The JSON as sent.
        merge: Whether to merge it with the published contract, if one exists.
    """

    provider: str
    document: dict[str, Any]
    body: bytes
    merge: bool


class PublicationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The contracts that a consumer publishes for one of its versions."""

    consumer: str
    version: str
    branch: str | None
    tags: tuple[str, ...]
    build_url: str | None
    contracts: tuple[Contract, ...]


def read_publication(body: dict[str, Any]) -> PublicationRequest:
    """Read a request's body.

    Raises:
        Problem: 400, with the wrong field.
    """
    try:
        publication = msgspec.convert(body, _Publication)
    except msgspec.ValidationError as error:
        raise Problem(400, f"The publication can't be read: {error}", errors={"body": [str(error)]}) from None
    _check_all_names(publication)
    return PublicationRequest(
        consumer=publication.pacticipant_name,
        version=publication.pacticipant_version_number,
        branch=publication.branch or None,
        tags=tuple(dict.fromkeys(publication.tags or ())),
        build_url=publication.build_url,
        contracts=tuple(_contract(publication, index) for index in range(len(publication.contracts))),
    )


def check_interactions(document: dict[str, Any], place: str) -> None:
    """Reject a contract whose interactions aren't a list of objects.

    Raises:
        Problem: 400.
    """
    for key in INTERACTION_LISTS:
        interactions = document.get(key) or []
        if not isinstance(interactions, list) or not all(
            isinstance(interaction, dict) for interaction in interactions
        ):
            raise _problem(place, f"{key} must be a list of objects, as in a pact file")


def _check_all_names(publication: _Publication) -> None:
    check_names(
        [
            ("pacticipantName", publication.pacticipant_name),
            ("pacticipantVersionNumber", publication.pacticipant_version_number),
            *([("branch", publication.branch)] if publication.branch else []),
            *(("tags", tag) for tag in publication.tags or ()),
            *(("providerName", contract.provider_name) for contract in publication.contracts),
        ]
    )


def _contract(publication: _Publication, index: int) -> Contract:
    contract, place = publication.contracts[index], f"contracts[{index}]"
    if contract.specification != "pact":
        raise _problem(f"{place}.specification", "must be 'pact'")
    if contract.on_conflict not in {"overwrite", "merge"}:
        raise _problem(f"{place}.onConflict", "must be 'overwrite' or 'merge'")
    if contract.consumer_name != publication.pacticipant_name:
        raise _problem(
            f"{place}.consumerName",
            f"is {contract.consumer_name!r}, but the publishing pacticipant is {publication.pacticipant_name!r}",
        )
    body, document = _decode(contract.content, f"{place}.content")
    check_interactions(document, f"{place}.content")
    for role, name in (("consumer", contract.consumer_name), ("provider", contract.provider_name)):
        party = document.get(role)
        party_name = party.get("name") if isinstance(party, dict) else None
        if party_name is None and (party is None or isinstance(party, dict)):
            continue
        if party_name != name:
            raise _problem(f"{place}.content", f"has the {role} {party_name!r}, but {role}Name is {name!r}")
    return Contract(
        provider=contract.provider_name, document=document, body=body, merge=contract.on_conflict == "merge"
    )


def _decode(content: str, place: str) -> tuple[bytes, dict[str, Any]]:
    try:
        body = base64.b64decode(content, validate=True)
        document = msgspec.json.decode(body)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _problem(place, f"is not JSON in base64: {error}") from None
    if not isinstance(document, dict):
        raise _problem(place, "is not a JSON object")
    return body, document


def _problem(place: str, text: str) -> Problem:
    return Problem(400, f"{place} {text}", errors={place: [text]})
