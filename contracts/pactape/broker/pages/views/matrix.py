"""The matrix with its form, and the form that asks whether a version can be deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.matrix.can_i_deploy import can_i_deploy_query
from pactape.broker.http.matrix.query import MATRIX_FILTERS, MatrixQuery, read_matrix_query
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
    from pactape.broker.rules.matrix import Row

__all__ = ["ROUTES"]

_FIELDS = ("pacticipant", "version", "branch", "tag", "environment")


def _matrix(call: Call) -> Response:
    pairs = _without_empty_selectors(call)
    asked = any(name.startswith("q[]") for name, _ in pairs)
    query = read_matrix_query(pairs) if asked else None
    return _page(call, "Matrix", query, template="matrix.html")


def _without_empty_selectors(call: Call) -> list[tuple[str, str]]:
    """Return the parameters without the selectors of which a form's every field was left empty."""
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
    return _page(call, "Matrix", read_matrix_query(parties), template="matrix.html")


def _can_i_deploy(call: Call) -> Response:
    asked = any(call.request.parameter(name) for name in ("pacticipant", "version", "environment", "to"))
    return _page(
        call, "Can I deploy?", can_i_deploy_query(call) if asked else None, template="can_i_deploy.html"
    )


def _page(call: Call, title: str, query: MatrixQuery | None, *, template: str) -> Response:
    verdict, problem = None, ""
    rows: list[Row] = []
    if query is not None:
        try:
            verdict, rows = resolve_matrix(call.connection, query, now=call.now)
        except Problem as refused:
            problem = refused.detail
    ids = {row.publication.version_id for row in rows}
    ids |= {row.result.provider_version_id for row in rows if row.result is not None}
    placed: dict[int, list[Any]] = {}
    for each in placements_of(call.connection, ids):
        placed.setdefault(each.version_id, []).append(each)
    return show(
        template,
        call,
        title=title,
        asks=query is not None and (query.target is not None or any(each.version for each in query.wanted)),
        verdict=verdict,
        problem=problem,
        rows=rows,
        versions=versions_by_id(call.connection, ids) if ids else {},
        placed=placed,
        pact_path=pact_path,
        selectors=_selectors(query),
        options={name: call.request.parameter(name) or "" for name in _OPTIONS},
        names=[each.name for each in all_pacticipants(call.connection)],
        environments=[each.name for each in all_environments(call.connection)],
    )


_OPTIONS = ("latestby", "environment", "tag", "mainBranch", "latest", "pacticipant", "version", "to")


def _selectors(query: MatrixQuery | None) -> list[dict[str, str]]:
    """Return the values of the form's selectors, at least two."""
    given = [
        {name: str(getattr(each, name) or "") for name in _FIELDS} | {"latest": "true" if each.latest else ""}
        for each in (query.wanted if query else ())
    ]
    empty = dict.fromkeys((*_FIELDS, "latest"), "")
    return [*given, *([empty] * (2 - len(given)))]


ROUTES: list[Route] = [
    reads("/matrix", _matrix, filters=MATRIX_FILTERS),
    reads("/matrix/provider/{provider}/consumer/{consumer}", _between, filters=MATRIX_FILTERS),
    reads("/can-i-deploy", _can_i_deploy, filters=("pacticipant", "version", "environment", "to")),
]
