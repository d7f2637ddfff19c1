"""Access to the parts of a decoded pact file, in the spellings of all versions of the Pact specification.

Nothing here raises for a document that isn't a valid pact: brokers store what they are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.exchange import ProviderState

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "INTERACTION_LISTS",
    "cassettes_of",
    "interactions_of",
    "provider_states_of",
]

#: The keys that hold interactions; a file may have both.
INTERACTION_LISTS = ("interactions", "messages")


def interactions_of(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the interactions and messages of a document, each with the key of the list that holds it.

    Example:
        >>> list(interactions_of({"interactions": [{"description": "a"}], "messages": []}))
        [('interactions', {'description': 'a'})]
    """
    for key in INTERACTION_LISTS:
        listed = document.get(key) if isinstance(document, dict) else None
        for interaction in listed if isinstance(listed, list) else ():
            if isinstance(interaction, dict):
                yield key, interaction


def provider_states_of(interaction: dict[str, Any]) -> Iterator[ProviderState]:
    """Yield the provider states of an interaction; a state without a name requires nothing and is skipped.

    Versions 3 and 4 have a list of objects, versions 1 and 2 one name (`providerState` or `provider_state`).

    Example:
        >>> [state.name for state in provider_states_of({"providerState": "a user exists"})]
        ['a user exists']
    """
    states = interaction.get("providerStates")
    if states is None:
        states = interaction.get("providerState") or interaction.get("provider_state")
    for state in states if isinstance(states, list) else [states]:
        name, parameters = (
            (state.get("name"), state.get("params")) if isinstance(state, dict) else (state, None)
        )
        if name:
            yield ProviderState(name=str(name), parameters=parameters if isinstance(parameters, dict) else {})


def cassettes_of(interaction: dict[str, Any]) -> tuple[str, ...]:
    """Return the recordings that an interaction was derived from, "path#index", as its comments name them."""
    value: Any = interaction
    for key in ("comments", "references", "Pactape", "cassettes"):
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, str):
        return tuple(filter(None, value.split(", ")))
    return tuple(map(str, value)) if isinstance(value, list) else ()
