"""The records that the store returns and the rules use: plain and immutable."""

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
    """An application that is a consumer, a provider or both."""

    id: int
    name: str
    display_name: str
    main_branch: str | None
    repository_url: str | None
    created_at: str
    repository_name: str | None = None
    repository_namespace: str | None = None


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of a pacticipant; `created_at` is the time of its first use."""

    name: str
    created_at: str


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag of a version; `created_at` is the time when the version got it."""

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
    """A consumer and a provider with a contract; `created_at` is the time of the first one."""

    consumer: str
    provider: str
    created_at: str


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """A contract published for one consumer version; `sha` is the hash of its content."""

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
        number: Its number among the content's results, from 1.
        details: Further data from the verifier: verifiedBy, testResults.
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
    """An environment that versions are deployed or released to."""

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
