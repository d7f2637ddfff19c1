"""The records that the storage gives and the rules work on: plain and immutable."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = [
    "Branch",
    "Environment",
    "Integration",
    "Pacticipant",
    "Placement",
    "Publication",
    "Result",
    "Tag",
    "Version",
]


class Pacticipant(msgspec.Struct, frozen=True, kw_only=True):
    """An application that consumes or provides."""

    id: int
    name: str
    display_name: str
    main_branch: str | None
    repository_url: str | None
    created_at: str
    repository_name: str | None = None
    repository_namespace: str | None = None


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of a pacticipant; `created_at` is when it was first named."""

    name: str
    created_at: str


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag of a version; `created_at` is when the version got it."""

    name: str
    created_at: str


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a pacticipant; a higher id is a later version."""

    id: int
    pacticipant: str
    number: str
    build_url: str | None
    created_at: str
    branches: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()


class Integration(msgspec.Struct, frozen=True, kw_only=True):
    """A consumer that has published a contract with a provider; `created_at` is when it did so first."""

    consumer: str
    provider: str
    created_at: str


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """A contract as published for one consumer version; `sha` names its content."""

    consumer: str
    provider: str
    version: str
    version_id: int
    content_id: int
    sha: str
    created_at: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of verifying a content with a provider version.

    Args:
        id: A higher id is a later result.
        number: Counts the results of one content from 1.
        details: Further data of the verifier: verifiedBy, testResults.
    """

    id: int
    content_id: int
    number: int
    provider_version_id: int
    provider_version: str
    success: bool
    wip: bool
    build_url: str | None
    executed_at: str
    details: dict[str, Any]


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """A place that versions are deployed or released to."""

    id: int
    uuid: str
    name: str
    display_name: str
    production: bool
    contacts: list[Any]
    created_at: str
    updated_at: str


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """A version in an environment: "deployed" (until replaced) or "released" (until its support ends)."""

    uuid: str
    kind: str
    version_id: int
    pacticipant: str
    version: str
    environment: Environment
    instance: str | None
    created_at: str
    ended_at: str | None
