"""Warnings about unreliable queries, in the official broker's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.rules.matrix import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.broker.http.matrix.query import MatrixQuery, VersionSelector
    from pactape.broker.rules.resolved import ResolvedSelector

__all__ = ["query_warnings"]

_NO_ENVIRONMENT = (
    "WARN: It is recommended to specify the environment into which you are deploying. "
    "Without the environment, this result will not be reliable."
)
_NO_VERSION = (
    "WARN: It is recommended to specify the version number (rather than the tag or branch) of the pacticipant "
    "you wish to deploy to avoid race conditions. Without a version number, this result will not be reliable."
)


def query_warnings(
    query: MatrixQuery, specified: Sequence[ResolvedSelector], ignored: Sequence[ResolvedSelector]
) -> list[Reason]:
    """Return the warnings to show before a query's verdict.

    Args:
        query: The query.
        specified: The versions that the query specifies.
        ignored: The versions that it ignores.
    """
    texts = [f"WARN: Cannot ignore {selector.describe()}" for selector in ignored if selector.missing]
    target = query.target
    if len(specified) == 1 and not (target and (target.tag or target.environment or target.main_branch)):
        texts.append(_NO_ENVIRONMENT)
    if not all(map(_is_whole, query.selectors)) and not any(selector.version for selector in query.selectors):
        texts.append(_NO_VERSION)
    return [Reason("warning", text) for text in texts]


def _is_whole(selector: VersionSelector) -> bool:
    return not (
        selector.version
        or selector.tag
        or selector.branch
        or selector.latest
        or selector.main_branch
        or selector.environment
    )
