"""The index page: every integration, those that need attention first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.network import MOST_BOXES, lay_out
from pactape.broker.pages.states import STATES, integration_states
from pactape.broker.pages.views.showing import choice, integration_row, paginate, parameter, show
from pactape.broker.store.pacts.published import latest_publications

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.broker.http.protocol.messages import Call, Response
    from pactape.broker.pages.states import IntegrationState

__all__ = ["ROUTES"]


def _names(integration: IntegrationState) -> tuple[str, str]:
    return (integration.publication.consumer.lower(), integration.publication.provider.lower())


_SORTS: dict[str, tuple[str, Callable[[list[IntegrationState]], list[IntegrationState]]]] = {
    "attention": (
        "what needs attention",
        lambda rows: sorted(rows, key=lambda row: (STATES.index(row.state), _names(row))),
    ),
    "consumer": ("consumer", lambda rows: sorted(rows, key=_names)),
    "provider": ("provider", lambda rows: sorted(rows, key=lambda row: _names(row)[::-1])),
    "published": (
        "last published",
        lambda rows: sorted(rows, key=lambda row: row.publication.created_at, reverse=True),
    ),
    "verified": (
        "last verified",
        lambda rows: sorted(rows, key=lambda row: row.result.executed_at if row.result else "", reverse=True),
    ),
}


def _index(call: Call) -> Response:
    part, state = parameter(call, "q"), choice(call, "state", ("", *STATES))
    sort = choice(call, "sort", tuple(_SORTS))
    integrations = integration_states(call.connection, latest_publications(call.connection, part=part))
    counts = {name: sum(integration.state == name for integration in integrations) for name in STATES}
    rows = _SORTS[sort][1]([integration for integration in integrations if state in {"", integration.state}])
    page = paginate(call, [integration_row(row) for row in rows])
    calls = [
        (integration.publication.consumer, integration.publication.provider, integration.state)
        for integration in integrations
    ]
    boxes = {name for consumer, provider, _ in calls for name in (consumer, provider)}
    return show(
        "index.html",
        call,
        title="Integrations",
        page=page,
        counts=counts,
        total=len(integrations),
        parameters={"q": part, "state": state, "sort": sort},
        sorts={name: label for name, (label, _) in _SORTS.items()},
        services=len(boxes),
        network=lay_out(calls) if 0 < len(boxes) <= MOST_BOXES else None,
    )


ROUTES: list[Route] = [
    reads(path, _index, filters=("q", "page", "state", "sort")) for path in ("/", "/integrations")
]
