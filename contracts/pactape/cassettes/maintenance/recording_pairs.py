"""Pairs the most similar requests of two recordings of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from pactape.cassettes.replay.recorded_requests import RecordedRequest
    from pactape.cassettes.replay.request_keys.match_rules import MatchRules

__all__ = ["pair_requests"]

_Pairs = list[tuple["RecordedRequest", "RecordedRequest"]]


def pair_requests(
    one: Sequence[RecordedRequest], other: Sequence[RecordedRequest], rules: MatchRules
) -> tuple[_Pairs, list[RecordedRequest]]:
    """Pair the requests of two recordings: equal ones, then those with equal paths, then with equally long paths.

    Args:
        one: The requests of a recording, in order.
        other: The requests of another recording of the same test.
        rules: The parts to ignore.

    Returns:
        The pairs, and the requests without a counterpart.
    """
    pairs: _Pairs = []
    left, right = list(one), list(other)
    for key in (lambda item: item.key(rules), _path, _path_length):
        new_pairs = _pair(left, right, key)
        pairs += new_pairs
        left = [request for request in left if not any(request is pair[0] for pair in new_pairs)]
        right = [request for request in right if not any(request is pair[1] for pair in new_pairs)]
    return pairs, [*left, *right]


def _pair(
    one: list[RecordedRequest], other: list[RecordedRequest], key: Callable[[RecordedRequest], Hashable]
) -> _Pairs:
    groups: dict[Hashable, list[RecordedRequest]] = {}
    for request in other:
        groups.setdefault(key(request), []).append(request)
    pairs: _Pairs = []
    for candidate in one:
        group = groups.get(key(candidate))
        if group:
            best = min(range(len(group)), key=lambda at: _distance(candidate, group[at]))
            pairs.append((candidate, group.pop(best)))
    return pairs


def _path(request: RecordedRequest) -> Hashable:
    return request.request.method, request.host, urlsplit(request.request.uri).path


def _path_length(request: RecordedRequest) -> Hashable:
    return request.request.method, request.host, urlsplit(request.request.uri).path.count("/")


def _distance(one: RecordedRequest, other: RecordedRequest) -> int:
    names = one.fields.keys() | other.fields.keys()
    return sum(one.fields.get(name) != other.fields.get(name) for name in names)
