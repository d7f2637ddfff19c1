"""Contracts as Pact files, versions 3 and 4 of the specification, with the same bytes for the same meaning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pactape.contracts.older import downgraded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.interaction import Content, ExpectedRequest, ExpectedResponse, Interaction
    from pactape.contracts.parties import Party

__all__ = ["Specification", "encode_pact", "encode_pacts"]

Specification = Literal["V3", "V4"]
_VERSIONS = {"V3": "3.0.0", "V4": "4.0"}


def encode_pact(party: Party, interactions: Iterable[Interaction]) -> bytes:
    """A Pact V4 file: UTF-8 JSON, keys and interactions sorted, two spaces deep, a newline at the end."""
    return encode_pacts(party, interactions)[0]


def encode_pacts(
    party: Party,
    interactions: Iterable[Interaction],
    *,
    written: Iterable[dict[str, Any]] = (),
    specification: Specification = "V4",
    largest: int = 0,
) -> list[bytes]:
    """The pact files of a contract: one, or as many as it takes.

    Args:
        party: The consumer and the provider.
        interactions: The derived ones.
        written: Interactions that stand in the contract as they are, in the form of V4; messages, too.
        specification: The version of the specification.
        largest: How many interactions a file may have; 0 for any number.

    Raises:
        SettingsError: V3 is asked for, and there are messages.
    """
    documents = sorted([*map(_interaction, interactions), *written], key=_order)
    if specification == "V3":
        documents = [downgraded(each) for each in documents]
    size = largest or max(len(documents), 1)
    parts = [documents[start : start + size] for start in range(0, len(documents), size)] or [[]]
    return [_encoded(party, part, specification) for part in parts]


def _encoded(party: Party, documents: list[dict[str, Any]], specification: Specification) -> bytes:
    document = {
        "consumer": {"name": party.consumer},
        "provider": {"name": party.provider},
        "interactions": documents,
        "metadata": {"pactSpecification": {"version": _VERSIONS[specification]}},
    }
    return (
        json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


def _order(interaction: dict[str, Any]) -> tuple[str, str]:
    return interaction["description"], json.dumps(interaction, sort_keys=True)


def _interaction(interaction: Interaction) -> dict[str, Any]:
    return {
        "type": "Synchronous/HTTP",
        "description": interaction.description,
        "pending": False,
        "providerStates": [{"name": each.name, "params": each.parameters} for each in interaction.states],
        "request": _request(interaction.request),
        "response": _response(interaction.response),
        "comments": {
            "text": list(interaction.notes),
            "references": {"Pactape": {"cassettes": ", ".join(interaction.cassettes)}},
            **({"testname": interaction.tests[0]} if interaction.tests else {}),
        },
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
            matchingRules=_without_empty(body=response.body.rules if response.body else {}),
        ),
    }


def _content(content: Content | None) -> dict[str, Any]:
    if content is None:
        return {}
    return {"content": content.example, "contentType": content.media_type, "encoded": False}


def _without_empty(**parts: Any) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value not in ({}, None)}
