"""The provider states that a provider's consumers need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.protocol.messages import Response, hal, not_found
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store.environments import find_environment, find_environment_by_name
from pactape.broker.store.pacts import publishing
from pactape.broker.store.pacts.published import latest_publications, publications_of_versions
from pactape.broker.store.placements import current_placements
from pactape.pactfile.document import interactions_of, provider_states_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication
    from pactape.exchange import ProviderState

__all__ = ["ROUTES"]


def _of_main_branches(call: Call) -> Response:
    """Respond with the states of main branches' heads, or of the latest contract without a main branch."""
    provider = require_pacticipant(call, call.path["provider"]).name
    on_main = latest_publications(call.connection, provider=provider, main_branch=True)
    consumers = {publication.consumer for publication in on_main}
    others = [
        latest_publication
        for latest_publication in latest_publications(call.connection, provider=provider)
        if latest_publication.consumer not in consumers
        and require_pacticipant(call, latest_publication.consumer).main_branch is None
    ]
    return _states(call, [*on_main, *others])


def _of_branch(call: Call) -> Response:
    provider = require_pacticipant(call, call.path["provider"]).name
    return _states(call, latest_publications(call.connection, provider=provider, branch=call.path["branch"]))


def _of_environment(call: Call) -> Response:
    provider, name = require_pacticipant(call, call.path["provider"]).name, call.path["environment"]
    environment = find_environment(call.connection, name) or find_environment_by_name(call.connection, name)
    if environment is None:
        raise not_found(f"Environment {name}")
    placements = current_placements(call.connection, environment=environment)
    ids = {placement.version_id for placement in placements}
    return _states(call, publications_of_versions(call.connection, versions=ids, providers=[provider]))


def _states(call: Call, publications: list[Publication]) -> Response:
    """List each state once for each set of parameter values, with the consumers that need it."""
    states: dict[tuple[str, bytes], dict[str, Any]] = {}
    for publication in publications:
        pact = msgspec.json.decode(publishing.content(call.connection, publication.content_id))
        for provider_state in _states_needed(pact):
            name, parameters = provider_state.name, provider_state.parameters
            document: dict[str, Any] = {"name": name, "params": parameters} if parameters else {"name": name}
            key = (name, msgspec.json.encode(parameters, order="sorted"))
            consumers = states.setdefault(key, {**document, "consumers": []})["consumers"]
            if publication.consumer not in consumers:
                consumers.append(publication.consumer)
    return hal({"providerStates": [states[key] for key in sorted(states)]})


def _states_needed(pact: dict[str, Any]) -> Iterator[ProviderState]:
    for _, interaction in interactions_of(pact):
        yield from provider_states_of(interaction)


_PATH = "/pacts/provider/{provider}/provider-states"

ROUTES: list[Route] = [
    reads(_PATH, _of_main_branches),
    reads(f"{_PATH}/branch/{{branch}}", _of_branch),
    reads(f"{_PATH}/environment/{{environment}}", _of_environment),
]
