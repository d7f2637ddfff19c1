"""Pairs of requests from two recordings of one test: those that are most alike."""

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
    """Pair the requests of two recordings: equal ones, then those of one path, then those of a path as long.

    Args:
        one: The requests of a recording, in order.
        other: Those of another recording of the same test.
        rules: Which parts don't count.

    Returns:
        The pairs, and the requests without a counterpart.
    """
    pairs: _Pairs = []
    left, right = list(one), list(other)
    for key in (lambda each: each.key(rules), _path, _path_length):
        new_pairs = _pair(left, right, key)
        pairs += new_pairs
        left = [each for each in left if not any(each is pair[0] for pair in new_pairs)]
        right = [each for each in right if not any(each is pair[1] for pair in new_pairs)]
    return pairs, [*left, *right]


def _pair(
    one: list[RecordedRequest], other: list[RecordedRequest], key: Callable[[RecordedRequest], Hashable]
) -> _Pairs:
    groups: dict[Hashable, list[RecordedRequest]] = {}
    for each in other:
        groups.setdefault(key(each), []).append(each)
    pairs: _Pairs = []
    for each in one:
        group = groups.get(key(each))
        if group:
            best = min(range(len(group)), key=lambda at: _distance(each, group[at]))
            pairs.append((each, group.pop(best)))
    return pairs


def _path(request: RecordedRequest) -> Hashable:
    return request.request.method, request.host, urlsplit(request.request.uri).path


def _path_length(request: RecordedRequest) -> Hashable:
    return request.request.method, request.host, urlsplit(request.request.uri).path.count("/")


def _distance(one: RecordedRequest, other: RecordedRequest) -> int:
    names = one.fields.keys() | other.fields.keys()
    return sum(one.fields.get(name) != other.fields.get(name) for name in names)
