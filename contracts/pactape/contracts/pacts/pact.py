"""Writes contracts as Pact files of specification version 3 or 4; equal contracts give equal bytes."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from pactape.pactfile.downgrading import downgrade_interaction, downgrade_message
from pactape.pactfile.writing import encode_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.interactions.interaction import (
        Content,
        ExpectedRequest,
        ExpectedResponse,
        Interaction,
    )
    from pactape.contracts.interactions.messages import MessageInteraction
    from pactape.contracts.participants import ContractParties
    from pactape.pactfile.writing import Specification

__all__ = ["encode_messages", "encode_pact", "encode_pacts", "interaction_document", "message_document"]


def encode_pact(parties: ContractParties, interactions: Iterable[Interaction]) -> bytes:
    """Return a Pact V4 file: UTF-8 JSON, keys and interactions sorted, indented by two spaces, final newline."""
    return encode_pacts(parties, interactions)[0]


def encode_pacts(
    parties: ContractParties,
    interactions: Iterable[Interaction],
    *,
    handwritten: Iterable[dict[str, Any]] = (),
    specification: Specification = "V4",
    largest: int = 0,
) -> list[bytes]:
    """Return the pact files of a contract: one, or several if it has more than `largest` interactions.

    Args:
        parties: The consumer and the provider.
        interactions: The derived interactions.
        handwritten: Interactions that the contract contains unchanged, in the form of V4.
        specification: The version of the specification.
        largest: How many interactions a file may have; 0 for any number.
    """
    documents = _sorted_documents([*map(interaction_document, interactions), *handwritten])
    if specification == "V3":
        documents = [downgrade_interaction(document) for document in documents]
    return [_encode(parties, part, specification, key="interactions") for part in _parts(documents, largest)]


def encode_messages(
    parties: ContractParties,
    messages: Iterable[MessageInteraction],
    *,
    handwritten: Iterable[dict[str, Any]] = (),
    specification: Specification = "V4",
    largest: int = 0,
) -> list[bytes]:
    """Return the pact files of a contract's messages, like `encode_pacts` for its requests.

    Raises:
        SettingsError: V3 was requested, but can't express a handwritten message.
    """
    documents = _sorted_documents([*map(message_document, messages), *handwritten])
    if specification == "V3":
        older = [downgrade_message(document) for document in documents]
        return [_encode(parties, part, specification, key="messages") for part in _parts(older, largest)]
    return [_encode(parties, part, specification, key="interactions") for part in _parts(documents, largest)]


def _parts(documents: list[dict[str, Any]], largest: int) -> list[list[dict[str, Any]]]:
    size = largest or max(len(documents), 1)
    return [documents[start : start + size] for start in range(0, len(documents), size)] or [[]]


def _encode(
    parties: ContractParties,
    documents: list[dict[str, Any]],
    specification: Specification,
    *,
    key: Literal["interactions", "messages"],
) -> bytes:
    return encode_document(
        consumer=parties.consumer,
        provider=parties.provider,
        interactions=documents,
        specification=specification,
        key=key,
    )


def _sorted_documents(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort interactions by description, and those with equal descriptions by their content."""
    items = list(documents)
    counts = Counter(item["description"] for item in items)

    def sort_key(document: dict[str, Any]) -> tuple[str, str]:
        description = document["description"]
        return description, json.dumps(document, sort_keys=True) if counts[description] > 1 else ""

    return sorted(items, key=sort_key)


def interaction_document(interaction: Interaction) -> dict[str, Any]:
    """Return an interaction in the form of Pact V4."""
    return {
        "type": "Synchronous/HTTP",
        "description": interaction.description,
        "pending": False,
        "providerStates": _states(interaction),
        "request": _request(interaction.request),
        "response": _response(interaction.response),
        "comments": _comments(interaction, notes=interaction.notes),
    }


def message_document(message: MessageInteraction) -> dict[str, Any]:
    """Return a message in the form of Pact V4."""
    body_rules = message.content.rules if message.content is not None else {}
    rules = _without_empty(body=body_rules, metadata=message.metadata_rules)
    return {
        "type": "Asynchronous/Messages",
        "description": message.description,
        "pending": False,
        "providerStates": _states(message),
        "contents": _content(message.content),
        "comments": _comments(message),
        **_without_empty(metadata=message.metadata, matchingRules=rules),
    }


def _states(interaction: Interaction | MessageInteraction) -> list[dict[str, Any]]:
    return [{"name": state.name, "params": state.parameters} for state in interaction.states]


def _comments(
    interaction: Interaction | MessageInteraction, *, notes: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        "text": list(notes),
        "references": {"Pactape": {"cassettes": ", ".join(interaction.cassettes)}},
        **({"testname": interaction.tests[0]} if interaction.tests else {}),
    }


def _request(request: ExpectedRequest) -> dict[str, Any]:
    rules = _without_empty(
        header=request.header_rules,
        query=request.query_rules,
        body=request.body.rules if request.body else {},
    )
    return _without_empty(
        method=request.method,
        path=request.path,
        query=request.query,
        headers={name: [value] for name, value in request.headers.items()},
        body=_content(request.body),
        matchingRules=rules,
        generators=request.generators,
    )


def _response(response: ExpectedResponse) -> dict[str, Any]:
    return {
        "status": response.status,
        **_without_empty(
            headers={name: [value] for name, value in response.headers.items()},
            body=_content(response.body),
            matchingRules=_without_empty(
                header=response.header_rules, body=response.body.rules if response.body else {}
            ),
        ),
    }


def _content(content: Content | None) -> dict[str, Any]:
    if content is None:
        return {}
    encoding = "base64" if content.is_base64 else False
    return {"content": content.example, "contentType": content.media_type, "encoded": encoding}


def _without_empty(**parts: Any) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value not in ({}, None)}
