"""The canonical content of a contract: its hash, and the ids of its interactions."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from pactape.pactfile.document import INTERACTION_LISTS
from pactape.pactfile.versions import specification_of

__all__ = ["content_sha", "interaction_id", "sorted_content", "with_interaction_ids"]


def content_sha(pact: dict[str, Any]) -> str:
    """Return the hash of what a verifier would check, whatever the order of keys and interactions.

    Args:
        pact: The contract's JSON; of its metadata, only the specification version counts.

    Example:
        >>> content_sha({"interactions": [], "consumer": {}}) == content_sha({"interactions": []})
        True
    """
    if all(
        pact.get(key) is None for key in INTERACTION_LISTS
    ):  # not a pact file of a known form: hash all of it
        return _digest(_canonical(pact))
    content: dict[str, Any] = {
        key: sorted(map(_canonical, pact.get(key) or ()), key=bytes) for key in INTERACTION_LISTS
    }
    content["specification"] = specification_of(pact)
    return _digest(_canonical(content))


def interaction_id(interaction: dict[str, Any]) -> str:
    """Return a stable id of an interaction; verifiers repeat it in their test results."""
    return _digest(_canonical({key: value for key, value in interaction.items() if key != "_id"}))


def with_interaction_ids(pact: dict[str, Any]) -> dict[str, Any]:
    """Return the contract with `_id` in each interaction and message."""
    contract = dict(pact)
    for key in INTERACTION_LISTS:
        if isinstance(pact.get(key), list):
            contract[key] = [
                {**interaction, "_id": interaction_id(interaction)}
                if isinstance(interaction, dict)
                else interaction
                for interaction in pact[key]
            ]
    return contract


def sorted_content(pact: dict[str, Any]) -> dict[str, Any]:
    """Return the contract with its keys and interactions in canonical order, to compare it with another."""
    content = {key: value for key, value in pact.items() if key not in {"createdAt", "_links"}}
    for key in INTERACTION_LISTS:
        if isinstance(content.get(key), list):
            plain = [
                {name: value for name, value in item.items() if name != "_id"}
                if isinstance(item, dict)
                else item
                for item in content[key]
            ]
            content[key] = sorted(plain, key=lambda item: (_name_of(item), bytes(_canonical(item))))
    document: dict[str, Any] = msgspec.json.decode(_canonical(content))
    return document


def _name_of(interaction: Any) -> str:
    return str(interaction.get("description")) if isinstance(interaction, dict) else ""


def _canonical(value: Any) -> msgspec.Raw:
    return msgspec.Raw(_ENCODER.encode(value))


_ENCODER = msgspec.json.Encoder(order="deterministic")


def _digest(text: msgspec.Raw) -> str:
    return hashlib.sha1(bytes(text), usedforsecurity=False).hexdigest()
