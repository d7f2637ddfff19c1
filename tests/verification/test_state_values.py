"""The state server of the official verifier: values of handlers go to the verifier, failures are noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape.serving import running
from pactape.verification.official.reasons import Reasons
from pactape.verification.official.servers.state_server import StateServer

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED = "One or more of the setup state change handlers has failed"


def fails() -> None:
    raise ValueError("no database")


@pytest.mark.parametrize(
    ("handler", "status", "values"),
    [
        (lambda: {"id": 7}, 200, {"id": 7}),
        (lambda: None, 200, {}),
        (lambda: "done", 200, {}),
        (lambda: {"id": object()}, 200, {}),
        (fails, 422, {}),
    ],
)
def test_the_response_holds_the_values_of_the_handler(
    handler: Callable[[], object], status: int, values: dict[str, Any]
) -> None:
    with running(StateServer({"a user exists": handler}, Reasons(30))) as server:
        answer = requests.post(server.url, json={"state": "a user exists", "action": "setup"}, timeout=30)
    assert (answer.status_code, answer.json()) == (status, values)


def test_a_state_without_a_handler_is_refused_so_that_the_verifier_does_not_try_again() -> None:
    reasons = Reasons(30)
    with running(StateServer({}, reasons)) as server:
        answer = requests.post(server.url, json={"state": "the moon is full", "params": {}}, timeout=30)
    reason = reasons.explain(FAILED, states=("the moon is full",), seconds=0.1)
    assert (answer.status_code, "no handler sets up the provider state 'the moon is full'" in reason) == (
        422,
        True,
    )


def test_a_state_without_a_name_needs_no_handler() -> None:
    with running(StateServer({}, Reasons(30))) as server:
        answer = requests.post(server.url, json={"state": "", "params": {}}, timeout=30)
    assert answer.status_code == 200
