"""The candidates of selectors, and the selected contents."""

from __future__ import annotations

import msgspec

from pactape.broker.records import Publication

__all__ = ["Candidate", "InEnvironment", "Match", "SelectedContent"]


class InEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """The presence of a consumer version in an environment, as "deployed" or "released"."""

    environment: str
    production: bool
    kind: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A published contract, with the properties of its consumer version that selectors use.

    Args:
        branches: The branches that the version is on.
        head_of_branches: The branches whose latest version it is.
        head_of_tags: The tags whose latest version it is.
        latest: Whether it is the consumer's latest version with a contract for the provider.
    """

    publication: Publication
    main_branch: str | None = None
    branches: frozenset[str] = frozenset()
    head_of_branches: frozenset[str] = frozenset()
    head_of_tags: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    environments: tuple[InEnvironment, ...] = ()
    latest: bool = False


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Why a contract was selected.

    Args:
        kind: "branch", "tag", "all with tag", "latest", "deployed", "released".
        name: The branch, tag or environment.
        instead_of: The branch or tag without a contract, if this is a fallback.
    """

    kind: str
    version: str
    name: str | None = None
    consumer: str | None = None
    instead_of: str | None = None


class SelectedContent(msgspec.Struct, frozen=True, kw_only=True):
    """A content to verify: its latest selected publication, and every reason for it."""

    publication: Publication
    matches: tuple[Match, ...]
