"""WireMock's scenarios: stubs for the same request, each in a state that another one has set."""

from __future__ import annotations

from typing import Any

__all__ = ["scenario_steps"]

_FIRST_STATE = "Started"


def scenario_steps(stubs: list[Any]) -> dict[int, tuple[str, float]]:
    """Return the scenario and the place in it of each stub that has one, by the stub's identity.

    Stubs in states that can't be reached have no place.

    Example:
        >>> first = {"scenarioName": "list", "requiredScenarioState": "Started", "newScenarioState": "2"}
        >>> second = {"scenarioName": "list", "requiredScenarioState": "2"}
        >>> list(scenario_steps([second, first]).values())
        [('list', 0.0), ('list', 1.0)]
    """
    scenarios: dict[str, list[dict[str, Any]]] = {}
    for stub in stubs:
        if isinstance(stub, dict) and stub.get("scenarioName"):
            scenarios.setdefault(str(stub["scenarioName"]), []).append(stub)
    return {
        id(stub): (name, float(place))
        for name, members in scenarios.items()
        for place, stub in enumerate(_from_start(members))
    }


def _from_start(stubs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the stubs in the order in which their states are reached."""
    reached: list[dict[str, Any]] = []
    state: Any = _FIRST_STATE
    states = set()
    while state is not None and state not in states:
        states.add(state)
        here = [stub for stub in stubs if stub.get("requiredScenarioState") == state]
        reached += here
        state = next((stub["newScenarioState"] for stub in here if stub.get("newScenarioState")), None)
    return reached
