"""Finds the versions of a matrix query's selectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.matrix.query import matrix_problem
from pactape.broker.store import versions
from pactape.broker.store.environments import find_environment_by_name
from pactape.broker.store.pacticipants import find_pacticipant
from pactape.broker.store.placements import current_placements

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from pactape.broker.http.matrix.query import VersionSelector
    from pactape.broker.records import Version

__all__ = ["find_versions", "main_branch_of", "versions_in_environment"]


def main_branch_of(connection: Connection, pacticipant: str) -> str | None:
    """Return a pacticipant's main branch."""
    owner = find_pacticipant(connection, pacticipant)
    return None if owner is None else owner.main_branch


def find_versions(connection: Connection, selector: VersionSelector, *, limit: int) -> list[Version] | None:
    """Return the versions of a selector, the latest first; None means all versions.

    Args:
        connection: The transaction.
        selector: The selector.
        limit: The most versions of a branch or tag to return.

    Raises:
        Problem: 400, the environment doesn't exist.
    """
    name = selector.pacticipant
    if selector.version is not None:
        version = versions.find_version(connection, name, selector.version)
        return [] if version is None else [version]
    if selector.environment is not None:
        return versions_in_environment(connection, [name], selector.environment).get(name, [])
    if selector.tag is not None:
        return versions.versions_with_tag(
            connection, name, selector.tag, limit=1 if selector.latest else limit
        )
    if selector.main_branch or selector.branch is not None:
        return _on_branch(connection, selector, limit=limit)
    if selector.latest:
        latest = versions.latest_version(connection, name)
        return [] if latest is None else [latest]
    return None


def _on_branch(connection: Connection, selector: VersionSelector, *, limit: int) -> list[Version]:
    branch = selector.branch or main_branch_of(connection, selector.pacticipant)
    if branch is None:
        return []
    if selector.latest:
        head = versions.head_of_branch(connection, selector.pacticipant, branch)
        return [] if head is None else [head]
    return versions.versions_on_branch(connection, selector.pacticipant, branch, limit=limit)


def versions_in_environment(
    connection: Connection, names: Collection[str], environment: str
) -> dict[str, list[Version]]:
    """Return the versions of pacticipants that are in an environment, the latest first, by pacticipant.

    Raises:
        Problem: 400, the environment doesn't exist.
    """
    target = find_environment_by_name(connection, environment)
    if target is None:
        raise matrix_problem(f"Environment with name '{environment}' does not exist")
    placements = current_placements(connection, environment=target, pacticipant=names)
    by_id = versions.versions_by_id(connection, {placement.version_id for placement in placements})
    by_name: dict[str, list[Version]] = {}
    for version in sorted(by_id.values(), key=lambda item: -item.id):
        by_name.setdefault(version.pacticipant, []).append(version)
    return by_name
