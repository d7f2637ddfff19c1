"""The provider states that a provider's consumers count on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.pacticipants.resource import known_pacticipant
from pactape.broker.http.protocol.messages import Call, Response, hal
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store import pacts
from pactape.broker.store.candidates import candidates_of
from pactape.pactfile.document import interactions_of, provider_states_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.broker.rules.candidates import Candidate
    from pactape.exchange import ProviderState

__all__ = ["ROUTES"]


def _states(call: Call, wanted: Callable[[Candidate], bool]) -> Response:
    provider = known_pacticipant(call, call.path["provider"]).name
    found: dict[str, dict[str, Any]] = {}
    for candidate in candidates_of(call.connection, provider):
        if not wanted(candidate):
            continue
        pact = msgspec.json.decode(pacts.content(call.connection, candidate.publication.content_id))
        for needed in _states_needed(pact):
            state = found.setdefault(needed.name, {"name": needed.name, "params": {}, "consumers": []})
            state["params"].update(needed.parameters)
            if candidate.publication.consumer not in state["consumers"]:
                state["consumers"].append(candidate.publication.consumer)
    return hal({"providerStates": sorted(found.values(), key=lambda each: str(each["name"]))})


def _states_needed(pact: dict[str, Any]) -> Iterator[ProviderState]:
    for _, interaction in interactions_of(pact):
        yield from provider_states_of(interaction)


def _of_main(candidate: Candidate) -> bool:
    """The main branch's head; the latest contract of a consumer that has no main branch."""
    if candidate.main_branch is None:
        return candidate.latest
    return candidate.main_branch in candidate.head_of_branches


def _in_environment(call: Call) -> Callable[[Candidate], bool]:
    name = call.path["environment"]
    return lambda each: any(placed.environment == name for placed in each.environments)


_PATH = "/pacts/provider/{provider}/provider-states"

ROUTES: list[Route] = [
    reads(_PATH, lambda call: _states(call, _of_main)),
    reads(
        f"{_PATH}/branch/{{branch}}",
        lambda call: _states(call, lambda each: call.path["branch"] in each.head_of_branches),
    ),
    reads(f"{_PATH}/environment/{{environment}}", lambda call: _states(call, _in_environment(call))),
]
