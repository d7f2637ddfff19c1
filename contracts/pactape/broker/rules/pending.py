"""Pending and work-in-progress contracts: contracts that must not fail a provider's build yet.

A content is pending for a provider branch until a version of that branch has verified it, unless another
branch had verified it before this branch began (docs.pact.io, "Pending pacts" and "Work in progress pacts").
The head of a consumer's branch or tag that no selector chose is work in progress by the same rule, but
verifications as work in progress don't count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.rules.candidates import Candidate, Match, SelectedContent
from pactape.broker.rules.selectors import merge

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

__all__ = [
    "ProviderBranch",
    "SuccessfulVerification",
    "WorkInProgress",
    "is_pending",
    "pending_lines",
    "work_in_progress",
]


class SuccessfulVerification(msgspec.Struct, frozen=True, kw_only=True):
    """A successful verification of a content.

    Args:
        branches: The branches of the provider version.
        tags: The tags of the provider version.
        wip: Whether the content was work in progress when it was verified.
        at: The time, ISO 8601 in UTC.
    """

    branches: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    wip: bool = False
    at: str = ""


class ProviderBranch(msgspec.Struct, frozen=True, kw_only=True):
    """A branch, or a tag used as one, that a provider verifies for.

    Args:
        kind: "branch" or "tag".
        began: The time of its first use, ISO 8601 in UTC; None if it was never used.
    """

    kind: str
    name: str
    began: str | None

    def names(self, success: SuccessfulVerification) -> frozenset[str]:
        """Return the branches or tags (of this line's kind) of a successful verification."""
        return success.branches if self.kind == "branch" else success.tags


def is_pending(line: ProviderBranch, successes: Iterable[SuccessfulVerification]) -> bool:
    """Return whether a content with these successes is pending for a branch or tag.

    Example:
        >>> feature = ProviderBranch(kind="branch", name="feature", began="2026-02-01")
        >>> is_pending(feature, [SuccessfulVerification(branches=frozenset({"main"}), at="2026-01-01")])
        False
        >>> is_pending(feature, [SuccessfulVerification(branches=frozenset({"main"}), at="2026-03-01")])
        True
    """
    for success in successes:
        names = line.names(success)
        if line.name in names:
            return False
        if names and (line.began is None or success.at < line.began):
            return False
    return True


def pending_lines(
    lines: Sequence[ProviderBranch], successes: Collection[SuccessfulVerification]
) -> list[ProviderBranch] | None:
    """Return the branches or tags that a content is pending for; None means pending for the provider as such.

    Without any branch or tag, a content is pending until any provider version has verified it.
    """
    if lines:
        return [line for line in lines if is_pending(line, successes)]
    return [] if successes else None


class WorkInProgress(msgspec.Struct, frozen=True, kw_only=True):
    """A content that is work in progress, and the provider's branches or tags that it concerns."""

    selected: SelectedContent
    lines: list[ProviderBranch]


def work_in_progress(
    lines: Sequence[ProviderBranch],
    candidates: Sequence[Candidate],
    *,
    selected: Sequence[SelectedContent],
    since: str,
    successes_of: Callable[[int], Collection[SuccessfulVerification]],
) -> list[WorkInProgress]:
    """Return the heads of consumer branches and tags that are work in progress for a provider branch or tag.

    Args:
        lines: The provider's branch, or else its tags; without any, nothing is work in progress.
        candidates: At least the heads of the consumers' branches and tags.
        selected: The contents that the selectors chose; they are never work in progress.
        since: Contracts published at or before this time don't count, ISO 8601 in UTC.
        successes_of: The successful verifications of a content by its id.
    """
    selected_ids = {content.publication.content_id for content in selected}
    heads: list[tuple[Candidate, Match]] = []
    unfinished: dict[int, list[ProviderBranch]] = {}
    for candidate in candidates:
        content = candidate.publication.content_id
        if content in selected_ids or candidate.publication.created_at <= since:
            continue
        explicit = [success for success in successes_of(content) if not success.wip]
        unfinished[content] = [line for line in lines if is_pending(line, explicit)]
        if unfinished[content]:
            heads.extend((candidate, head) for head in _heads(candidate))
    return [
        WorkInProgress(selected=content, lines=unfinished[content.publication.content_id])
        for content in merge(heads)
    ]


def _heads(candidate: Candidate) -> list[Match]:
    version = candidate.publication.version
    return [
        *(Match(kind="branch", version=version, name=name) for name in sorted(candidate.head_of_branches)),
        *(Match(kind="tag", version=version, name=name) for name in sorted(candidate.head_of_tags)),
    ]
