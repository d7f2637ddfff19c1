"""Checking the names of pacticipants before a first publication creates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.pacts.publishing.storing import conflict
from pactape.broker.rules.similar_names import similar_names
from pactape.broker.store import pacticipants

if TYPE_CHECKING:
    from collections.abc import Collection

    from pactape.broker.http.protocol.messages import Call

__all__ = ["check_new_pacticipants"]


def check_new_pacticipants(call: Call, names: Collection[str]) -> None:
    """Refuse to create a pacticipant whose name differs from an existing one only in spelling.

    Args:
        call: The request that publishes a contract.
        names: The pacticipants that the publication names.

    Raises:
        Problem: 409, naming the similar pacticipants and how to create the new one nevertheless.
    """
    if call.config.allow_similar_names or not names:
        return
    new_names = pacticipants.missing_names(call.connection, names)
    if not new_names:
        return
    existing_names = [pacticipant.name for pacticipant in pacticipants.all_pacticipants(call.connection)]
    similar = {name: similar_names(name, existing_names) for name in new_names}
    texts = [_text(call, name, others) for name, others in similar.items() if others]
    if texts:
        raise conflict(texts, diff="")


def _text(call: Call, name: str, others: list[str]) -> str:
    return (
        f'"{name}" would be a new pacticipant, but its name is very similar to {", ".join(map(repr, others))}. '
        "If one of these is meant, correct the name in the contract and publish again. Otherwise "
        f'create it first: pact broker create-or-update-pacticipant --name "{name}" --broker-base-url {call.url()}'
    )
