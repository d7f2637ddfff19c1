"""The error for a request that no recorded interaction answers: what came nearest, and what differs first."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from vcr.util import read_body

from pactape.cassettes.replay.canonical_body import readable
from pactape.cassettes.scrubbing.filters import content_type_of
from pactape.errors import NoMatchError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vcr.request import Request as VcrRequest

    from pactape.exchange import Provenance

__all__ = ["nearest_requests", "no_match"]

_NEAREST = 3
_DIFF_LINES = 12


def no_match(
    path: Path, request: VcrRequest, recorded: Sequence[VcrRequest], provenance: Provenance | None
) -> NoMatchError:
    """The error for `request`, already scrubbed, which no interaction of the cassette answers."""
    if not path.is_file():
        found = "there is no such file"
    elif not recorded:
        found = "it holds no interaction"
    else:
        found = "the nearest recorded requests are\n" + "\n".join(nearest_requests(request, recorded))
    test = f" {provenance.test}" if provenance else ""
    return NoMatchError(
        f"no recorded interaction answers {request.method} {request.uri}\n"
        f"cassette {path}: {found}\n"
        f"To record it again: pytest --pactape-record all{test}"
    )


def nearest_requests(request: VcrRequest, recorded: Sequence[VcrRequest]) -> list[str]:
    """The recorded requests that come nearest to one, each with the first difference, the nearest first."""
    ranked = sorted(recorded, key=lambda each: _likeness(request, each), reverse=True)
    return [
        f"  - {each.method} {each.uri}\n      {_first_difference(request, each)}"
        for each in ranked[:_NEAREST]
    ]


def _likeness(request: VcrRequest, recorded: VcrRequest) -> tuple[bool, bool, float]:
    ratio = difflib.SequenceMatcher(None, request.uri, recorded.uri).ratio()
    return request.method == recorded.method, request.uri == recorded.uri, ratio


def _first_difference(request: VcrRequest, recorded: VcrRequest) -> str:
    for name in ("method", "scheme", "host", "port", "path", "query"):
        live, old = getattr(request, name), getattr(recorded, name)
        if live != old:
            return f"the {name} differs: {live!r}, recorded {old!r}"
    live, old = _text(request), _text(recorded)
    if live != old:
        return "the body differs:\n" + _indented(_diff(old, live))
    return "it is the same, but has been played already"


def _text(request: VcrRequest) -> str:
    body = read_body(request)
    return readable(body, content_type_of(request.headers)) if isinstance(body, bytes) else str(body or "")


def _diff(recorded: str, live: str) -> list[str]:
    lines = difflib.unified_diff(
        recorded.splitlines(), live.splitlines(), "recorded", "this request", n=1, lineterm=""
    )
    return list(lines)[:_DIFF_LINES]


def _indented(lines: list[str]) -> str:
    return "\n".join(f"        {line}" for line in lines)
