"""The provider states that a provider's consumers count on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.pacticipants.resource import known_pacticipant
from pactape.broker.http.protocol.messages import Call, Response, hal
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.store import pacts
from pactape.broker.store.candidates import candidates_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.broker.rules.selectors import Candidate

__all__ = ["ROUTES", "states_of"]


def states_of(pact: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The names and parameters of a contract's provider states, those of older specifications too."""
    for key in ("interactions", "messages"):
        found = pact.get(key)
        for interaction in found if isinstance(found, list) else ():
            if isinstance(interaction, dict):
                yield from _states_of(interaction)


def _states_of(interaction: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    states = interaction.get("providerStates", interaction.get("providerState"))
    for state in states if isinstance(states, list) else [states]:
        if isinstance(state, dict) and state.get("name"):
            parameters = state.get("params")
            yield str(state["name"]), parameters if isinstance(parameters, dict) else {}
        elif isinstance(state, str) and state:
            yield state, {}


def _states(call: Call, wanted: Callable[[Candidate], bool]) -> Response:
    provider = known_pacticipant(call, call.path["provider"]).name
    found: dict[str, dict[str, Any]] = {}
    for candidate in candidates_of(call.connection, provider):
        if not wanted(candidate):
            continue
        pact = msgspec.json.decode(pacts.content(call.connection, candidate.publication.content_id))
        for name, parameters in states_of(pact):
            state = found.setdefault(name, {"name": name, "params": {}, "consumers": []})
            state["params"].update(parameters)
            if candidate.publication.consumer not in state["consumers"]:
                state["consumers"].append(candidate.publication.consumer)
    return hal({"providerStates": sorted(found.values(), key=lambda each: str(each["name"]))})


def _of_main(candidate: Candidate) -> bool:
    """The main branch's head; the latest contract of a consumer that has no main branch."""
    if candidate.main_branch is None:
        return candidate.latest
    return candidate.main_branch in candidate.head_of_branches


def _in_environment(call: Call) -> Callable[[Candidate], bool]:
    name = call.path["environment"]
    return lambda each: any(standing.environment == name for standing in each.standings)


_PATH = "/pacts/provider/{provider}/provider-states"

ROUTES: list[Route] = [
    reads(_PATH, lambda call: _states(call, _of_main)),
    reads(
        f"{_PATH}/branch/{{branch}}",
        lambda call: _states(call, lambda each: call.path["branch"] in each.head_of_branches),
    ),
    reads(f"{_PATH}/environment/{{environment}}", lambda call: _states(call, _in_environment(call))),
]
