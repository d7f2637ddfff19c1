"""Merges two contracts between the same parties."""

from __future__ import annotations

from typing import Any

from pactape.pactfile.document import INTERACTION_LISTS, provider_states_of

__all__ = ["MergeConflictError", "merge_pacts"]


class MergeConflictError(ValueError):
    """Both contracts have an interaction of the same name, with different content."""


def merge_pacts(original: dict[str, Any], additional: dict[str, Any]) -> dict[str, Any]:
    """Return the original with the interactions and messages that only the additional one has.

    Raises:
        MergeConflictError: An interaction of the same description and provider states differs.

    Example:
        >>> first = {"interactions": [{"description": "a"}]}
        >>> merge_pacts(first, {"interactions": [{"description": "b"}]})["interactions"]
        [{'description': 'a'}, {'description': 'b'}]
    """
    result = {**original, **{key: additional[key] for key in additional if key not in original}}
    for key in INTERACTION_LISTS:
        if key in additional:
            result[key] = _join(original.get(key) or [], additional[key] or [])
    return result


def _join(published_interactions: list[Any], new_interactions: list[Any]) -> list[Any]:
    by_name = {
        _name(published_interaction): published_interaction
        for published_interaction in published_interactions
    }
    interactions = list(published_interactions)
    for interaction in new_interactions:
        same = by_name.get(_name(interaction))
        if same is None:
            interactions.append(interaction)
        elif same != interaction:
            raise MergeConflictError(
                f"the interaction {interaction.get('description')!r} differs from the published one"
            )
    return interactions


def _name(interaction: Any) -> str:
    if not isinstance(interaction, dict):
        return repr(interaction)
    states = [(state.name, state.parameters) for state in provider_states_of(interaction)]
    return repr((interaction.get("type"), interaction.get("description"), states))
