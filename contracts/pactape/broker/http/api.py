"""Collects the routes of all resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.matrix import badges, can_i_deploy
from pactape.broker.http.matrix import resource as matrix
from pactape.broker.http.overview import dashboard, index, metrics, relations
from pactape.broker.http.pacticipants import branches, environments, labels, tags, versions
from pactape.broker.http.pacticipants import resource as pacticipants
from pactape.broker.http.pacts import (
    diff,
    for_verification,
    integrations,
    provider_states,
    results,
)
from pactape.broker.http.pacts import resource as pacts
from pactape.broker.http.pacts.publishing import publish_route, put_route
from pactape.broker.http.webhooks import deliveries, execution
from pactape.broker.http.webhooks import resource as webhooks

if TYPE_CHECKING:
    from pactape.broker.http.protocol.routing import Route

__all__ = ["api_routes"]

_MODULES = (
    *(index, dashboard, metrics, relations),
    *(publish_route, put_route, pacts, for_verification, results, provider_states, diff, integrations),
    *(matrix, can_i_deploy, badges),
    *(pacticipants, labels, versions, branches, tags, environments),
    *(webhooks, execution, deliveries),
)


def api_routes() -> list[Route]:
    """Return every route of the API."""
    return [route for module in _MODULES for route in module.ROUTES]
