"""Badges: a small SVG that says how the latest contract of an integration fares."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pactape.broker.http.protocol.messages import Call, Response, not_found
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store.candidates import candidates_of
from pactape.broker.store.results import results_of_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.broker.rules.candidates import Candidate

__all__ = ["ROUTES", "badge_svg"]

_COLOURS = {"verified": "#2e7d32", "failed": "#c62828", "unknown": "#616161"}
_WIDTH, _PADDING = 7, 10  # pixels for a letter of 11 px, and on each side of a text


def badge_svg(left: str, right: str) -> bytes:
    """A badge of two fields, the right one coloured by what it says."""
    first, second = (len(text) * _WIDTH + 2 * _PADDING for text in (left, right))
    colour, label = _COLOURS.get(right, _COLOURS["unknown"]), escape(f"{left}: {right}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="20" role="img" '
        f'aria-label="{label}"><title>{label}</title><rect width="{first}" height="20" fill="#424242"/>'
        f'<rect x="{first}" width="{second}" height="20" fill="{colour}"/>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,sans-serif" font-size="11">'
        f'<text x="{first / 2}" y="14">{escape(left)}</text>'
        f'<text x="{first + second / 2}" y="14">{escape(right)}</text></g></svg>'
    ).encode()


def _badge(call: Call, wanted: Callable[[Candidate], bool]) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    found = [
        each
        for each in candidates_of(call.connection, provider)
        if each.publication.consumer == consumer and wanted(each)
    ]
    if not found:
        raise not_found(f"A pact between {consumer} and {provider}")
    results = results_of_content(call.connection, found[0].publication.content_id, limit=1)
    status = "unknown" if not results else "verified" if results[0].success else "failed"
    return Response(
        body=badge_svg(f"{consumer}/{provider} pact", status),
        content_type="image/svg+xml;charset=utf-8",
        headers=(("Cache-Control", "no-cache"),),
    )


def _latest(each: Candidate) -> bool:
    return each.latest


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    *(reads(f"{_BETWEEN}/{name}", lambda call: _badge(call, _latest)) for name in ("badge", "badge.svg")),
    reads(f"{_BETWEEN}/latest/badge", lambda call: _badge(call, _latest)),
    reads(f"{_BETWEEN}/latest/badge.svg", lambda call: _badge(call, _latest)),
    reads(
        f"{_BETWEEN}/latest/{{tag}}/badge",
        lambda call: _badge(call, lambda each: call.path["tag"] in each.head_of_tags),
    ),
    reads(
        f"{_BETWEEN}/branch/{{branch}}/latest/badge",
        lambda call: _badge(call, lambda each: call.path["branch"] in each.head_of_branches),
    ),
]
