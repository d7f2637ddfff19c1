"""Access to the parts of a decoded pact file, in the spellings of all versions of the Pact specification.

Nothing here raises for a document that isn't a valid pact: brokers store what they are given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pactape.exchange import ProviderState

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "DEFAULT_VERSION",
    "INTERACTION_LISTS",
    "cassettes_of",
    "interactions_of",
    "provider_states_of",
    "specification_of",
    "version_of",
]

#: The keys that hold interactions; a file may have both.
INTERACTION_LISTS = ("interactions", "messages")
#: The major version of a file that states none: the official engine reads such a file as V3.
DEFAULT_VERSION = 3
_STATED_IN = ("pactSpecification", "pact-specification", "pactSpecificationVersion")
_MAJOR = re.compile(r"\s*[vV]?(\d+)")


def interactions_of(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the interactions and messages of a document, each with the key of the list that holds it.

    Example:
        >>> list(interactions_of({"interactions": [{"description": "a"}], "messages": []}))
        [('interactions', {'description': 'a'})]
    """
    for key in INTERACTION_LISTS:
        listed = document.get(key) if isinstance(document, dict) else None
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict):
                yield key, each


def specification_of(document: dict[str, Any]) -> Any:
    """Return the version of the Pact specification as the document states it; None when it doesn't.

    The key is `pactSpecification` (with an object or a string), `pact-specification` in files of older pact-jvm,
    and `pactSpecificationVersion` in files of pact-ruby.

    Example:
        >>> specification_of({"metadata": {"pactSpecificationVersion": "2.0.0"}})
        '2.0.0'
    """
    metadata: Any = document.get("metadata")
    for key in _STATED_IN if isinstance(metadata, dict) else ():
        stated = metadata.get(key)
        version = stated.get("version") if isinstance(stated, dict) else stated
        if version is not None:
            return version
    return None


def version_of(document: dict[str, Any]) -> int:
    """Return the major version of the Pact specification; 3 when the document states none.

    Raises:
        ValueError: The stated version isn't one of 1 to 4.

    Example:
        >>> version_of({"metadata": {"pactSpecification": {"version": "4.0"}}}), version_of({})
        (4, 3)
    """
    stated = specification_of(document)
    if stated is None:
        return DEFAULT_VERSION
    major = _MAJOR.match(str(stated))
    if major is None or major[1] not in {"1", "2", "3", "4"}:
        raise ValueError(f"version {stated!r} of the Pact specification is not supported")
    return int(major[1])


def provider_states_of(interaction: dict[str, Any]) -> Iterator[ProviderState]:
    """Yield the provider states of an interaction; a state without a name requires nothing and is left out.

    Versions 3 and 4 have a list of objects, versions 1 and 2 one name (`providerState` or `provider_state`).

    Example:
        >>> [state.name for state in provider_states_of({"providerState": "a user exists"})]
        ['a user exists']
    """
    states = interaction.get("providerStates")
    if states is None:
        states = interaction.get("providerState") or interaction.get("provider_state")
    for each in states if isinstance(states, list) else [states]:
        name, parameters = (each.get("name"), each.get("params")) if isinstance(each, dict) else (each, None)
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
