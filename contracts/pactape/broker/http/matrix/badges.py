"""Badges: a small SVG that says how contracts stand, and whether a version can be deployed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pactape.broker.http.matrix.can_i_deploy import (
    branch_to_environment,
    main_branch_to_main_branches,
    tag_to_tag,
)
from pactape.broker.http.matrix.query import MatrixQuery, VersionSelector
from pactape.broker.http.matrix.resolution import resolve_matrix
from pactape.broker.http.protocol.messages import Problem, Response
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store.pacts.published import latest_publication
from pactape.broker.store.results import results_of_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES", "badge_svg"]

_COLOURS = {
    **dict.fromkeys(("verified", "yes", "success"), "#2e7d32"),
    **dict.fromkeys(("failed", "no"), "#c62828"),
    "unknown": "#616161",
}
_WIDTH, _PADDING = 7, 10  # pixels for a letter of 11 px, and on each side of a text


def badge_svg(left: str, right: str) -> bytes:
    """Return a badge of two fields, the right one coloured by what it says."""
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


def _response(left: str, right: str) -> Response:
    return Response(
        body=badge_svg(left, right),
        content_type="image/svg+xml;charset=utf-8",
        headers=(("Cache-Control", "no-cache"),),
    )


def _pact(call: Call, *, untagged: bool = False) -> Response:
    """Answer with the state of the latest contract; like the official broker also when there is none."""
    consumer, provider = call.path["consumer"], call.path["provider"]
    found = latest_publication(
        call.connection,
        consumer=consumer,
        provider=provider,
        branch=call.path.get("branch"),
        tag=call.path.get("tag"),
        untagged=untagged,
    )
    results = results_of_content(call.connection, found.content_id, limit=1) if found else []
    status = "unknown" if not results else "verified" if results[0].success else "failed"
    return _response(f"{consumer}/{provider} pact", status)


def _matrix(call: Call) -> Response:
    """Answer with the state between the latest versions of two parties that have tags."""
    consumer, provider = call.path["consumer"], call.path["provider"]
    query = MatrixQuery(
        wanted=[
            VersionSelector(pacticipant=consumer, tag=call.path["tag"], latest=True),
            VersionSelector(pacticipant=provider, tag=call.path["provider_tag"], latest=True),
        ],
        latest_by="cvpv",
    )
    try:
        _, rows = resolve_matrix(call.connection, query, now=call.now)
    except Problem:
        rows = []
    success = rows[0].success if rows else None
    status = "unknown" if success is None else "verified" if success else "failed"
    return _response(f"{consumer}/{provider} pact", status)


def _deployable(call: Call, query: Callable[[Call], MatrixQuery], left: str) -> Response:
    try:
        verdict, _ = resolve_matrix(call.connection, query(call), now=call.now)
    except Problem:
        return _response(left, "unknown")
    return _response(left, "yes" if verdict.deployable else "no")


def _to_environment(call: Call) -> Response:
    return _deployable(
        call, branch_to_environment, f"can-i-deploy {call.path['branch']} to {call.path['environment']}"
    )


def _to_tag(call: Call) -> Response:
    return _deployable(call, tag_to_tag, f"can-i-deploy {call.path['tag']} to {call.path['to']}")


def _to_main_branches(call: Call) -> Response:
    """Answer whether a main branch's latest version works with the main branches of the others."""
    return _deployable(call, main_branch_to_main_branches, "can-i-merge")


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"
_LATEST = "/pacticipants/{pacticipant}"

ROUTES: list[Route] = [
    route
    for path, handler in (
        (f"{_BETWEEN}/badge", _pact),
        (f"{_BETWEEN}/latest/badge", _pact),
        (f"{_BETWEEN}/latest-untagged/badge", lambda call: _pact(call, untagged=True)),
        (f"{_BETWEEN}/latest/{{tag}}/badge", _pact),
        (f"{_BETWEEN}/branch/{{branch}}/latest/badge", _pact),
        ("/matrix/provider/{provider}/latest/{provider_tag}/consumer/{consumer}/latest/{tag}/badge", _matrix),
        (
            f"{_LATEST}/branches/{{branch}}/latest-version/can-i-deploy/to-environment/{{environment}}/badge",
            _to_environment,
        ),
        (f"{_LATEST}/latest-version/{{tag}}/can-i-deploy/to/{{to}}/badge", _to_tag),
        (f"{_LATEST}/main-branch/can-i-merge/badge", _to_main_branches),
    )
    for route in (reads(path, handler, public=True), reads(f"{path}.svg", handler, public=True))
]
