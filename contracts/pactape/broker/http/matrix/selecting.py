"""The versions that a selector of a matrix query stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.matrix.query import matrix_problem
from pactape.broker.store import versions
from pactape.broker.store.environments import find_environment_named
from pactape.broker.store.pacticipants import find_pacticipant
from pactape.broker.store.placements import current_placements

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pactape.broker.http.matrix.query import VersionSelector
    from pactape.broker.records import Version

__all__ = ["find_versions", "main_branch_of"]


def main_branch_of(connection: Connection, pacticipant: str) -> str | None:
    """Return a pacticipant's main branch."""
    found = find_pacticipant(connection, pacticipant)
    return None if found is None else found.main_branch


def find_versions(connection: Connection, wanted: VersionSelector) -> list[Version] | None:
    """Return the versions that a selector stands for, the last one first; None means all there are.

    Raises:
        Problem: 400, the environment doesn't exist.
    """
    name = wanted.pacticipant
    if wanted.version is not None:
        version = versions.find_version(connection, name, wanted.version)
        return [] if version is None else [version]
    if wanted.environment is not None:
        return _in_environment(connection, name, wanted.environment)
    if wanted.tag is not None:
        return versions.versions_with_tag(connection, name, wanted.tag, limit=1 if wanted.latest else None)
    if wanted.main_branch or wanted.branch is not None:
        return _on_branch(connection, wanted)
    if wanted.latest:
        latest = versions.latest_version(connection, name)
        return [] if latest is None else [latest]
    return None


def _on_branch(connection: Connection, wanted: VersionSelector) -> list[Version]:
    branch = wanted.branch or main_branch_of(connection, wanted.pacticipant)
    if branch is None:
        return []
    if wanted.latest:
        head = versions.head_of_branch(connection, wanted.pacticipant, branch)
        return [] if head is None else [head]
    return versions.versions_on_branch(connection, wanted.pacticipant, branch)


def _in_environment(connection: Connection, name: str, environment: str) -> list[Version]:
    found = find_environment_named(connection, environment)
    if found is None:
        raise matrix_problem(f"Environment with name '{environment}' does not exist")
    placed = current_placements(connection, environment=found, pacticipant=name)
    placed_versions = versions.versions_by_id(connection, {each.version_id for each in placed})
    return sorted(placed_versions.values(), key=lambda each: -each.id)
