"""The no-match report: the closest recorded requests to an unmatched request, and their differences."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from vcr.util import read_body

from pactape.cassettes.replay.request_keys.canonical_body import canonical_query, pretty_body
from pactape.cassettes.replay.request_keys.match_rules import MatchRules
from pactape.cassettes.replay.request_keys.request_key import RequestKey
from pactape.cassettes.scrubbing.filters import content_type_of
from pactape.errors import NoMatchError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vcr.request import Request as VcrRequest

__all__ = ["nearest_requests", "no_match"]

_NEAREST = 3
_DIFF_LINES = 12
_NO_RULES = MatchRules()


def no_match(
    path: Path,
    request: VcrRequest,
    recorded_requests: Sequence[VcrRequest],
    *,
    test: str,
    is_missing: bool,
    rules: MatchRules = _NO_RULES,
) -> NoMatchError:
    """Return the error for a request that no interaction of a cassette matches.

    Args:
        path: The cassette's file.
        request: The request, scrubbed, with one placeholder for all secrets.
        recorded_requests: The recorded requests, in the same form.
        test: The node id of the test; empty if unknown.
        is_missing: Whether the file does not exist.
        rules: The parts of requests to ignore.
    """
    if is_missing:
        contents = "the file does not exist"
    elif not recorded_requests:
        contents = "it contains no interaction"
    else:
        contents = "the nearest recorded requests are\n" + "\n".join(
            nearest_requests(request, recorded_requests, rules)
        )
    return NoMatchError(
        f"no recorded interaction matches {request.method} {request.uri}\n"
        f"cassette {path}: {contents}\n"
        f"Fix: record it again with pytest --pactape-record all{test and f' {test}'}"
    )


def nearest_requests(
    request: VcrRequest, recorded_requests: Sequence[VcrRequest], rules: MatchRules = _NO_RULES
) -> list[str]:
    """Return the recorded requests most similar to a request, each with the first difference, closest first."""
    ranked = sorted(
        recorded_requests, key=lambda recorded_request: _similarity(request, recorded_request), reverse=True
    )
    return [
        f"  - {recorded.method} {recorded.uri}\n      {_first_difference(request, recorded, rules)}"
        for recorded in ranked[:_NEAREST]
    ]


def _similarity(request: VcrRequest, recorded_request: VcrRequest) -> tuple[bool, bool, float]:
    ratio = difflib.SequenceMatcher(None, request.uri, recorded_request.uri).ratio()
    return request.method == recorded_request.method, request.uri == recorded_request.uri, ratio


def _first_difference(request: VcrRequest, recorded_request: VcrRequest, rules: MatchRules) -> str:
    if _digest(request, rules) == _digest(recorded_request, rules):
        return "the request is the same, but its recorded response has already been replayed"
    for name in ("method", "scheme", "host", "port", "path"):
        live, old = getattr(request, name), getattr(recorded_request, name)
        if live != old:
            return f"the {name} differs: {live!r}, recorded {old!r}"
    queries = canonical_query(request.parsed_uri.query), canonical_query(recorded_request.parsed_uri.query)
    if queries[0] != queries[1]:
        return _query_difference(*queries)
    live, old = _text(request), _text(recorded_request)
    return "the body differs:\n" + _indent(_diff(old, live))


def _digest(request: VcrRequest, rules: MatchRules) -> bytes:
    return RequestKey(request.method, request.uri, read_body(request), request.headers, rules).digest


def _query_difference(live: list[tuple[str, str]], recorded_pairs: list[tuple[str, str]]) -> str:
    only_live = [f"{name}={value}" for name, value in live if (name, value) not in recorded_pairs]
    only_recorded = [f"{name}={value}" for name, value in recorded_pairs if (name, value) not in live]
    live_text, recorded_text = ", ".join(only_live) or "nothing", ", ".join(only_recorded) or "nothing"
    return f"the query differs: {live_text}, recorded {recorded_text}"


def _text(request: VcrRequest) -> str:
    body = read_body(request)
    return pretty_body(body, content_type_of(request.headers)) if isinstance(body, bytes) else str(body or "")


def _diff(recorded_text: str, live: str) -> list[str]:
    lines = difflib.unified_diff(
        recorded_text.splitlines(), live.splitlines(), "recorded", "this request", n=1, lineterm=""
    )
    return list(lines)[:_DIFF_LINES]


def _indent(lines: list[str]) -> str:
    return "\n".join(f"        {line}" for line in lines)
