"""The matrix page with its form, and the can-i-deploy page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from pactape.broker.http.matrix.can_i_deploy import CAN_I_DEPLOY_FILTERS, can_i_deploy_query
from pactape.broker.http.matrix.query import LARGEST_LIMIT, MATRIX_FILTERS, MatrixQuery, read_matrix_query
from pactape.broker.http.matrix.resolution import resolve_matrix
from pactape.broker.http.protocol.messages import Problem
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.views.showing import pact_path, show
from pactape.broker.store.environments import all_environments
from pactape.broker.store.pacticipants import all_pacticipants
from pactape.broker.store.placements import placements_of
from pactape.broker.store.versions import versions_by_id

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response

__all__ = ["ROUTES"]

_ROWS = 25  # as many as one reads; the page shows if there are more
_FIELDS = ("pacticipant", "version", "branch", "tag", "environment")


def _matrix(call: Call) -> Response:
    pairs = _without_empty_selectors(call)
    has_selectors = any(name.startswith("q[]") for name, _ in pairs)
    return _page(call, "Matrix", _query(pairs) if has_selectors else None, template="matrix.html")


def _query(pairs: list[tuple[str, str]]) -> MatrixQuery:
    query = read_matrix_query(pairs)
    has_limit = any(name == "limit" and value for name, value in pairs)
    return query if has_limit else msgspec.structs.replace(query, limit=_ROWS)


def _without_empty_selectors(call: Call) -> list[tuple[str, str]]:
    """Return the parameters without selectors whose fields are all empty."""
    pairs: list[tuple[str, str]] = []
    group: list[tuple[str, str]] = []
    for name, value in [*call.request.query, ("q[][pacticipant]", "")]:
        if name == "q[][pacticipant]":
            pairs += group if any(text for _, text in group) else []
            group = []
        (group if name.startswith("q[]") else pairs).append((name, value))
    return pairs


def _between(call: Call) -> Response:
    parties = [("q[][pacticipant]", call.path[role]) for role in ("consumer", "provider")]
    return _page(call, "Matrix", _query([*parties, *call.request.query]), template="matrix.html")


def _can_i_deploy(call: Call) -> Response:
    has_query = any(call.request.parameter(name) for name in ("pacticipant", "version", "environment", "to"))
    return _page(
        call, "Can I deploy?", can_i_deploy_query(call) if has_query else None, template="can_i_deploy.html"
    )


def _page(call: Call, title: str, query: MatrixQuery | None, *, template: str) -> Response:
    matrix, problem = None, ""
    if query is not None:
        try:
            matrix = resolve_matrix(call.connection, query, now=call.now)
        except Problem as error:
            problem = error.detail
    rows = matrix.rows if matrix else []
    ids = {row.publication.version_id for row in rows}
    ids |= {row.result.provider_version_id for row in rows if row.result is not None}
    placements_by_version: dict[int, list[Any]] = {}
    for placement in placements_of(call.connection, ids):
        placements_by_version.setdefault(placement.version_id, []).append(placement)
    names = list(dict.fromkeys(selector.pacticipant for selector in query.selectors)) if query else []
    return show(
        template,
        call,
        title=f"Matrix of {' and '.join(names)}" if names and title == "Matrix" else title,
        asks=query is not None
        and (query.target is not None or any(selector.version for selector in query.selectors)),
        verdict=matrix and matrix.verdict,
        more=_more(call, query) if matrix and matrix.has_more else None,
        problem=problem,
        rows=rows,
        versions=versions_by_id(call.connection, ids) if ids else {},
        placements_by_version=placements_by_version,
        pact_path=pact_path,
        selectors=_selectors(query),
        options={name: call.request.parameter(name) or "" for name in _OPTIONS},
        names=[pacticipant.name for pacticipant in all_pacticipants(call.connection)],
        environments=[environment.name for environment in all_environments(call.connection)],
    )


def _more(call: Call, query: MatrixQuery | None) -> dict[str, Any]:
    """Return how many rows are shown, and the URL of more rows."""
    limit = query.limit if query else 0
    following = min(4 * limit, LARGEST_LIMIT)
    pairs = [(name, value) for name, value in call.request.query if name != "limit"]
    return {
        "limit": limit,
        "following": following if following > limit else None,
        "parameters": urlencode([*pairs, ("limit", following)]),
    }


_OPTIONS = ("latestby", "environment", "tag", "mainBranch", "latest", "pacticipant", "version", "to")


def _selectors(query: MatrixQuery | None) -> list[dict[str, str]]:
    """Return the values of the form's selectors, at least two."""
    form_values = [
        {name: str(getattr(selector, name) or "") for name in _FIELDS}
        | {"latest": "true" if selector.latest else ""}
        for selector in (query.selectors if query else ())
    ]
    empty = dict.fromkeys((*_FIELDS, "latest"), "")
    return [*form_values, *([empty] * (2 - len(form_values)))]


ROUTES: list[Route] = [
    reads("/matrix", _matrix, filters=MATRIX_FILTERS),
    reads("/matrix/provider/{provider}/consumer/{consumer}", _between, filters=MATRIX_FILTERS),
    reads("/can-i-deploy", _can_i_deploy, filters=CAN_I_DEPLOY_FILTERS),
]
