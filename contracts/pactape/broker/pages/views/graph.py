"""The graph page: who calls whom, around one service, or for all services if that is readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.network import MOST_BOXES, is_readable, lay_out, neighbourhood
from pactape.broker.pages.states import STATES, integration_states
from pactape.broker.pages.views.showing import choice, parameter, show
from pactape.broker.store.pacticipants import all_pacticipants
from pactape.broker.store.pacts.published import latest_publications

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response

__all__ = ["ROUTES"]

_DEPTHS = ("1", "2", "3")


def _graph(call: Call) -> Response:
    around, state = parameter(call, "around"), choice(call, "state", ("", *STATES))
    depth = int(choice(call, "depth", _DEPTHS))
    integrations = integration_states(call.connection, latest_publications(call.connection))
    calls = [
        (integration.publication.consumer, integration.publication.provider, integration.state)
        for integration in integrations
    ]
    visible_calls = [call for call in calls if state in {"", call[2]}]
    if around:
        visible_calls = neighbourhood(visible_calls, around, depth=depth)
    boxes = {name for consumer, provider, _ in visible_calls for name in (consumer, provider)}
    return show(
        "graph.html",
        call,
        title=f"Who calls {around}, and whom it calls" if around else "Who calls whom",
        parameters={"around": around, "state": state, "depth": str(depth)},
        depths=_DEPTHS,
        states=STATES,
        names=[pacticipant.name for pacticipant in all_pacticipants(call.connection)],
        counts={name: sum(call[2] == name for call in calls) for name in STATES},
        services=sorted(boxes, key=str.lower),
        most=MOST_BOXES,
        network=lay_out(visible_calls, centre=around or None) if is_readable(visible_calls) else None,
    )


ROUTES: list[Route] = [reads("/graph", _graph, filters=("around", "state", "depth"))]
