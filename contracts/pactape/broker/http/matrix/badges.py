"""Badges: small SVG images that show the state of contracts, or whether a version can be deployed."""

from __future__ import annotations

import re
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
from pactape.broker.store.pacts.integrations import has_results
from pactape.broker.store.pacts.published import latest_publication
from pactape.broker.store.results import results_of_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES", "badge_svg"]

_COLOURS = {
    **dict.fromkeys(("verified", "yes", "success"), "#2e7d32"),
    **dict.fromkeys(("failed", "no"), "#c62828"),
    "changed": "#a44a00",
    "unknown": "#616161",
}
_SEPARATORS = re.compile(r"[\s_-]+")
_CAMEL_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+")
_WIDTH, _PADDING = 7, 10  # pixels per letter of 11 px, and on each side of a text


def badge_svg(label_text: str, status: str) -> bytes:
    """Return a badge of two fields; the status determines the colour of the right one."""
    first, second = (len(text) * _WIDTH + 2 * _PADDING for text in (label_text, status))
    colour, label = _COLOURS.get(status, _COLOURS["unknown"]), escape(f"{label_text}: {status}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="20" role="img" '
        f'aria-label="{label}"><title>{label}</title><rect width="{first}" height="20" fill="#424242"/>'
        f'<rect x="{first}" width="{second}" height="20" fill="{colour}"/>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,sans-serif" font-size="11">'
        f'<text x="{first / 2}" y="14">{escape(label_text)}</text>'
        f'<text x="{first + second / 2}" y="14">{escape(status)}</text></g></svg>'
    ).encode()


def _response(label: str, status: str) -> Response:
    return Response(
        body=badge_svg(label, status),
        content_type="image/svg+xml;charset=utf-8",
        headers=(("Cache-Control", "no-cache"),),
    )


def _pact(call: Call, *, untagged: bool = False) -> Response:
    """Respond with the state of the latest contract; like the official broker, even if no contract exists."""
    consumer, provider = call.path["consumer"], call.path["provider"]
    publication = latest_publication(
        call.connection,
        consumer=consumer,
        provider=provider,
        branch=call.path.get("branch"),
        tag=call.path.get("tag"),
        untagged=untagged,
    )
    if publication is None:
        return _response("pact not found", "unknown")
    results = results_of_content(call.connection, publication.content_id, limit=1)
    if results:
        status = "verified" if results[0].success else "failed"
    else:
        status = "changed" if has_results(call.connection, consumer, provider) else "unknown"
    return _response(_title(call, consumer, provider), status)


def _title(call: Call, consumer: str, provider: str, *, tags: tuple[str, str] | None = None) -> str:
    """Return the left text: the parties selected by `label`, with their tags, as initials if requested."""
    initials = call.request.parameter("initials") == "true"
    names = [_initials(name) if initials else name for name in (consumer, provider)]
    if tags:
        names = [f"{name} ({tag})" for name, tag in zip(names, tags, strict=True)]
    label = (call.request.parameter("label") or "").lower()
    shown = {"consumer": names[:1], "provider": names[1:]}.get(label, names)
    return f"{'/'.join(shown)} pact"


def _initials(name: str) -> str:
    """Return the first letters of a name's words; a single word is not shortened.

    Example:
        >>> _initials("Shop-web front"), _initials("OrderService"), _initials("Users")
        ('swf', 'os', 'Users')
    """
    words = [word for word in _SEPARATORS.split(name) if word]
    if len(words) == 1:
        words = _CAMEL_WORDS.findall(name)
    return "".join(word[0] for word in words).lower() if len(words) > 1 else name


def _matrix(call: Call) -> Response:
    """Respond with the state between the latest tagged versions of two parties."""
    consumer, provider = call.path["consumer"], call.path["provider"]
    tag, provider_tag = call.path["tag"], call.path["provider_tag"]
    query = MatrixQuery(
        selectors=[
            VersionSelector(pacticipant=consumer, tag=tag, latest=True),
            VersionSelector(pacticipant=provider, tag=provider_tag, latest=True),
        ],
        latest_by="cvpv",
    )
    try:
        rows = resolve_matrix(call.connection, query, now=call.now).rows
    except Problem:
        rows = []
    success = rows[0].success if rows else None
    status = "unknown" if success is None else "verified" if success else "failed"
    return _response(_title(call, consumer, provider, tags=(tag, provider_tag)), status)


def _deployable(call: Call, query: Callable[[Call], MatrixQuery], default_label: str) -> Response:
    label = call.request.parameter("label") or default_label
    try:
        verdict = resolve_matrix(call.connection, query(call), now=call.now).verdict
    except Problem:
        return _response(label, "unknown")
    return _response(label, "yes" if verdict.deployable else "no")


def _to_environment(call: Call) -> Response:
    return _deployable(
        call, branch_to_environment, f"can-i-deploy {call.path['branch']} to {call.path['environment']}"
    )


def _to_tag(call: Call) -> Response:
    return _deployable(call, tag_to_tag, f"can-i-deploy {call.path['tag']} to {call.path['to']}")


def _to_main_branches(call: Call) -> Response:
    """Respond whether a main branch's latest version works with the main branches of the others."""
    return _deployable(call, main_branch_to_main_branches, "can-i-merge")


_OF_A_PACT = ("label", "initials")
_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"
_LATEST = "/pacticipants/{pacticipant}"

_DEPLOYABLE = (
    f"{_LATEST}/branches/{{branch}}/latest-version/can-i-deploy/to-environment/{{environment}}/badge"
)
_MATRIX = "/matrix/provider/{provider}/latest/{provider_tag}/consumer/{consumer}/latest/{tag}/badge"

ROUTES: list[Route] = [
    reads(path + suffix, handler, public=True, filters=filters)
    for path, handler, filters in (
        (f"{_BETWEEN}/badge", _pact, _OF_A_PACT),
        (f"{_BETWEEN}/latest/badge", _pact, _OF_A_PACT),
        (f"{_BETWEEN}/latest-untagged/badge", lambda call: _pact(call, untagged=True), _OF_A_PACT),
        (f"{_BETWEEN}/latest/{{tag}}/badge", _pact, _OF_A_PACT),
        (f"{_BETWEEN}/branch/{{branch}}/latest/badge", _pact, _OF_A_PACT),
        (_MATRIX, _matrix, _OF_A_PACT),
        (_DEPLOYABLE, _to_environment, ("label",)),
        (f"{_LATEST}/latest-version/{{tag}}/can-i-deploy/to/{{to}}/badge", _to_tag, ("label",)),
        (f"{_LATEST}/main-branch/can-i-merge/badge", _to_main_branches, ("label",)),
    )
    for suffix in ("", ".svg")
]
