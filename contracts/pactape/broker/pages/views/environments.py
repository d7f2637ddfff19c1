"""The environments page: what runs where, and whether it may be deployed to production."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.matrix.query import MatrixQuery, VersionSelector
from pactape.broker.http.matrix.resolution import resolve_matrix
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.views.showing import paginate, parameter, show
from pactape.broker.store.environments import all_environments
from pactape.broker.store.placements import current_placements

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response
    from pactape.broker.records import Environment, Placement

__all__ = ["ROUTES"]

_SIZE = 20  # each row needs a matrix query


def _environments(call: Call) -> Response:
    part = parameter(call, "q")
    environments = all_environments(call.connection)
    environments.sort(key=lambda environment: (environment.production, environment.name))
    placements: dict[str, dict[str, list[Placement]]] = {}
    for current_placement in current_placements(call.connection):
        if part.lower() in current_placement.pacticipant.lower():
            placements.setdefault(current_placement.pacticipant, {}).setdefault(
                current_placement.environment.name, []
            ).append(current_placement)
    page = paginate(call, sorted(placements, key=str.lower), size=_SIZE)
    rows = [
        (name, placements[name], _promotions(call, placements[name], environments)) for name in page.items
    ]
    return show(
        "environments.html",
        call,
        title="What runs where",
        environments=environments,
        page=page,
        rows=rows,
        parameters={"q": part},
    )


def _promotions(
    call: Call, placements: dict[str, list[Placement]], environments: list[Environment]
) -> list[dict[str, Any]]:
    """Return whether each version outside production can be deployed to each production environment."""
    candidates = {
        placement.version: placement
        for environment in environments
        if not environment.production
        for placement in placements.get(environment.name, ())
    }
    promotions = []
    for target in (environment for environment in environments if environment.production):
        version_numbers = {placement.version for placement in placements.get(target.name, ())}
        for version, placement in candidates.items():
            if version not in version_numbers:
                deployable = _deployable(call, placement, target)
                promotions.append(
                    {
                        "version": version,
                        "pacticipant": placement.pacticipant,
                        "target": target.name,
                        "yes": deployable,
                    }
                )
    return promotions


def _deployable(call: Call, placement: Placement, target: Environment) -> bool | None:
    query = MatrixQuery(
        selectors=[VersionSelector(pacticipant=placement.pacticipant, version=placement.version)],
        target=VersionSelector(pacticipant="", environment=target.name),
        latest_by="cvpv",
    )
    return resolve_matrix(call.connection, query, now=call.now).verdict.deployable


ROUTES: list[Route] = [reads("/environments", _environments, filters=("q", "page"))]
