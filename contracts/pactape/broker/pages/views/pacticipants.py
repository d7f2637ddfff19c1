"""The list of pacticipants, and a pacticipant's page: where it runs, whom it calls, its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.network import is_readable, lay_out
from pactape.broker.pages.states import STATES, integration_states
from pactape.broker.pages.views.showing import integration_row, paginate, parameter, show
from pactape.broker.store.pacticipants import all_pacticipants, labels_of
from pactape.broker.store.pacts.published import latest_publications
from pactape.broker.store.placements import current_placements, placements_of
from pactape.broker.store.versions import count_versions, versions_of

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response

__all__ = ["ROUTES"]

_VERSIONS = 15


def _all(call: Call) -> Response:
    part = parameter(call, "q")
    page = paginate(call, all_pacticipants(call.connection, part=part), size=100)
    return show("pacticipants.html", call, title="Pacticipants", page=page, parameters={"q": part})


def _one(call: Call) -> Response:
    pacticipant = require_pacticipant(call)
    integrations = integration_states(
        call.connection, latest_publications(call.connection, pacticipant=pacticipant.name)
    )
    integrations.sort(key=lambda integration: STATES.index(integration.state))
    total = count_versions(call.connection, pacticipant.name)
    window = paginate(call, range(total), size=_VERSIONS)
    versions = versions_of(
        call.connection, pacticipant.name, limit=_VERSIONS, offset=(window.number - 1) * _VERSIONS
    )
    placements_by_version: dict[int, list[Any]] = {}
    for placement in placements_of(call.connection, [version.id for version in versions]):
        placements_by_version.setdefault(placement.version_id, []).append(placement)
    calls = [
        (integration.publication.consumer, integration.publication.provider, integration.state)
        for integration in integrations
    ]
    return show(
        "pacticipant.html",
        call,
        title=pacticipant.display_name,
        pacticipant=pacticipant,
        pacticipant_labels=labels_of(call.connection, pacticipant.id),
        rows=[integration_row(integration) for integration in integrations],
        network=lay_out(calls, centre=pacticipant.name) if is_readable(calls) else None,
        versions=versions,
        window=window,
        placements_by_version=placements_by_version,
        placements=current_placements(call.connection, pacticipant=pacticipant.name),
    )


ROUTES: list[Route] = [
    reads("/pacticipants", _all, filters=("q", "page")),
    reads("/pacticipants/{pacticipant}", _one, filters=("page",)),
]
