"""Pending and work-in-progress contracts: what must not fail a provider's build yet.

A content is pending for a provider branch until a version of that branch has verified it, unless another
branch had verified it before this branch began (docs.pact.io, "Pending pacts" and "Work in progress pacts").
A head of a consumer's branch or tag that no selector chose is work in progress by the same rule, but a
verification that was itself work in progress doesn't count.
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
        branches: The branches of the provider version that it was made with.
        tags: Its tags.
        wip: Whether the content was work in progress when it was verified.
        at: When, ISO 8601 in UTC.
    """

    branches: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    wip: bool = False
    at: str = ""


class ProviderBranch(msgspec.Struct, frozen=True, kw_only=True):
    """A branch, or a tag used as one, that a provider verifies for.

    Args:
        kind: "branch" or "tag".
        began: When it was first used, ISO 8601 in UTC; None when it has never been.
    """

    kind: str
    name: str
    began: str | None

    def names(self, success: SuccessfulVerification) -> frozenset[str]:
        """Return the names that a success was made under, of this line's kind."""
        return success.branches if self.kind == "branch" else success.tags


def is_pending(line: ProviderBranch, successes: Iterable[SuccessfulVerification]) -> bool:
    """Return whether a content with these successes is pending for a line.

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
    """Return the lines that a content is pending for; None means pending for the provider as such.

    Without a line a content is pending until any provider version has verified it.
    """
    if lines:
        return [line for line in lines if is_pending(line, successes)]
    return [] if successes else None


class WorkInProgress(msgspec.Struct, frozen=True, kw_only=True):
    """A content that is work in progress, and for which of the provider's branches or tags."""

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
    """Return the heads of consumer branches and tags that are work in progress for any of the lines.

    Args:
        lines: The provider's branch, or else its tags; none means that nothing is work in progress.
        candidates: At least the heads of the consumers' branches and tags.
        selected: What the selectors chose; it is never work in progress.
        since: Contracts published at or before this time don't count, ISO 8601 in UTC.
        successes_of: The successful verifications of a content by its id.
    """
    selected_ids = {each.publication.content_id for each in selected}
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
        WorkInProgress(selected=each, lines=unfinished[each.publication.content_id]) for each in merge(heads)
    ]


def _heads(candidate: Candidate) -> list[Match]:
    version = candidate.publication.version
    return [
        *(Match(kind="branch", version=version, name=name) for name in sorted(candidate.head_of_branches)),
        *(Match(kind="tag", version=version, name=name) for name in sorted(candidate.head_of_tags)),
    ]
