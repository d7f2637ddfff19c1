"""Provider-state handlers: found by name, called with parameters, or refused with a reason."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import ProviderStateError
from pactape.exchange import ProviderState, Response
from pactape.provider_states import load_states, set_up
from pactape.verification import verify_provider

from tests.contracts.helpers.provider import pact, running, write_pact
from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.serving import ReceivedRequest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "our_states.py").write_text("STATES = {'all is well': dict}\nNUMBER = 5\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_handlers_are_imported_by_their_reference(project: Path) -> None:
    assert load_states("our_states:STATES", root=project) == {"all is well": dict}


def test_without_a_reference_there_are_no_handlers(tmp_path: Path) -> None:
    assert load_states(None, root=tmp_path) == {}


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("no_such_module:STATES", "can't be imported"),
        ("our_states", "is not a reference"),
        ("our_states:NOTHING", "can't be imported"),
        ("our_states:NUMBER", "isn't a mapping from state names to functions"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(project: Path, reference: str, message: str) -> None:
    with pytest.raises(ProviderStateError, match=message):
        load_states(reference, root=project)


def test_a_handler_gets_the_state_s_parameters_as_keywords() -> None:
    assert set_up(ProviderState(name="a user exists", parameters={"id": "1"}), {"a user exists": dict}) == {
        "id": "1"
    }


def test_a_state_without_a_handler_names_those_there_are() -> None:
    with pytest.raises(
        ProviderStateError, match=r"no handler sets up the provider state 'a user'.*a user exists"
    ):
        set_up(ProviderState(name="a user"), {"a user exists": dict})


def test_a_handler_that_fails_is_named_with_its_place() -> None:
    def handler(*, number: str) -> int:
        return int(number)

    with pytest.raises(ProviderStateError, match=r"test_states\.py:\d+: .*failed: ValueError"):
        set_up(ProviderState(name="a count", parameters={"number": "x"}), {"a count": handler})


class StateApi:
    """An API at which states are set up: the changes that it received, and how it responds."""

    def __init__(self) -> None:
        self.url = ""
        self.changes: list[dict[str, Any]] = []
        self.response = json_response({"id": 8})

    def respond(self, request: ReceivedRequest) -> Response:
        self.changes.append(json.loads(request.body))
        return self.response


@pytest.fixture
def state_api() -> Iterator[StateApi]:
    api = StateApi()
    with serving_api(api.respond) as server:
        api.url = f"http://ann:s3cret@127.0.0.1:{server.server_port}/states"
        yield api


def test_a_state_is_set_up_at_a_url_which_returns_its_values(state_api: StateApi, tmp_path: Path) -> None:
    states = load_states(state_api.url, root=tmp_path)
    values = set_up(ProviderState(name="a user exists", parameters={"id": 7}), states)
    assert (values, state_api.changes) == (
        {"id": 8},
        [{"action": "setup", "state": "a user exists", "params": {"id": 7}}],
    )


def test_a_response_without_json_gives_no_values(state_api: StateApi, tmp_path: Path) -> None:
    state_api.response = Response(status=200, body=b"done")
    assert set_up(ProviderState(name="a user exists"), load_states(state_api.url, root=tmp_path)) is None


def test_a_refusal_is_reported_with_its_reason_and_without_the_password(
    state_api: StateApi, tmp_path: Path
) -> None:
    state_api.response = Response(status=500, body=b"no database")
    with pytest.raises(ProviderStateError, match=r"/states answered with 500: no database") as error:
        set_up(ProviderState(name="a user exists"), load_states(state_api.url, root=tmp_path))
    assert "s3cret" not in str(error.value) + repr(load_states(state_api.url, root=tmp_path))


def test_a_url_at_which_no_server_listens_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProviderStateError, match=r"http://127.0.0.1:9/ doesn't answer"):
        set_up(ProviderState(name="a user exists"), load_states("http://127.0.0.1:9/", root=tmp_path))


def test_the_official_verifier_verifies_in_the_states_of_a_url(state_api: StateApi, tmp_path: Path) -> None:
    contract = write_pact(tmp_path, pact())
    with running({"7": {"email": "a@example.com"}}) as url:
        result = verify_provider(
            [contract],
            url=url,
            states=load_states(state_api.url, root=tmp_path),
            headers={"Authorization": "Bearer s3cr3t-t0ken"},
        )
    assert (result.passed, [change["state"] for change in state_api.changes]) == (True, ["a user exists"])


def test_a_handler_that_ends_the_program_has_failed() -> None:
    with pytest.raises(ProviderStateError, match="'a user' failed: SystemExit: 3"):
        set_up(ProviderState(name="a user"), {"a user": lambda: sys.exit(3)})
