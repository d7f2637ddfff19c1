"""The state server of the official path: values of handlers go to the verifier, failures are answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape.verification.official.state_server import running_state_server

if TYPE_CHECKING:
    from collections.abc import Callable


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
def test_the_answer_holds_the_values_of_the_handler(
    handler: Callable[[], object], status: int, values: dict[str, Any]
) -> None:
    with running_state_server({"a user exists": handler}) as server:
        answer = requests.post(server.url, json={"state": "a user exists", "action": "setup"}, timeout=30)
    assert (answer.status_code, answer.json()) == (status, values)


def test_a_state_without_a_handler_is_refused_so_that_the_verifier_does_not_try_again() -> None:
    with running_state_server({}) as server:
        answer = requests.post(server.url, json={"state": "the moon is full", "params": {}}, timeout=30)
    assert (answer.status_code, len(server.failures)) == (422, 1)
