"""Joining two contracts between the same parties into one."""

from __future__ import annotations

from typing import Any

from pactape.pactfile.document import INTERACTION_LISTS, provider_states_of

__all__ = ["MergeConflictError", "merge_pacts"]


class MergeConflictError(ValueError):
    """Both contracts have an interaction of the same name that they describe differently."""


def merge_pacts(original: dict[str, Any], additional: dict[str, Any]) -> dict[str, Any]:
    """Return the original with the interactions and messages that only the additional one has.

    Raises:
        MergeConflictError: An interaction of the same description and provider states differs.

    Example:
        >>> first = {"interactions": [{"description": "a"}]}
        >>> merge_pacts(first, {"interactions": [{"description": "b"}]})["interactions"]
        [{'description': 'a'}, {'description': 'b'}]
    """
    merged = {**original, **{key: additional[key] for key in additional if key not in original}}
    for key in INTERACTION_LISTS:
        if key in additional:
            merged[key] = _joined(original.get(key) or [], additional[key] or [])
    return merged


def _joined(known: list[Any], added: list[Any]) -> list[Any]:
    by_name = {_name(each): each for each in known}
    joined = list(known)
    for each in added:
        same = by_name.get(_name(each))
        if same is None:
            joined.append(each)
        elif same != each:
            raise MergeConflictError(
                f"the interaction {each.get('description')!r} differs from the published one"
            )
    return joined


def _name(interaction: Any) -> str:
    if not isinstance(interaction, dict):
        return repr(interaction)
    states = [(state.name, state.parameters) for state in provider_states_of(interaction)]
    return repr((interaction.get("type"), interaction.get("description"), states))
