"""Contracts as Pact files, version 4 of the specification, with the same bytes for the same meaning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.grouping import Party
    from pactape.contracts.interaction import Content, ExpectedRequest, ExpectedResponse, Interaction

__all__ = ["encode_pact"]


def encode_pact(party: Party, interactions: Iterable[Interaction]) -> bytes:
    """A Pact V4 file: UTF-8 JSON, keys and interactions sorted, two spaces deep, a newline at the end."""
    document = {
        "consumer": {"name": party.consumer},
        "provider": {"name": party.provider},
        "interactions": sorted((_interaction(each) for each in interactions), key=_order),
        "metadata": {"pactSpecification": {"version": "4.0"}},
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
            "text": [],
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
