"""Provider-state handlers: found by name, called with parameters, or refused with a reason."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from pactape.errors import ProviderStateError
from pactape.exchange import ProviderState
from pactape.provider_states import load_states, set_up
from pactape.verification import verify_provider

from tests.contracts.helpers.provider import pact, running, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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


class _Place(BaseHTTPRequestHandler):
    url: str
    heard: ClassVar[list[dict[str, Any]]]
    status = 200
    answer = b'{"id": 8}'

    def do_POST(self) -> None:
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def place() -> Iterator[Any]:
    """A place on the network where states are set up: what it heard, and what it answers."""

    class Place(_Place):
        heard: ClassVar[list[dict[str, Any]]] = []

    with ThreadingHTTPServer(("127.0.0.1", 0), Place) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        Place.url = f"http://ann:s3cret@127.0.0.1:{server.server_port}/states"
        yield Place
        server.shutdown()
        thread.join()


def test_a_url_is_asked_to_set_a_state_up_and_gives_its_values(place: Any, tmp_path: Path) -> None:
    states = load_states(place.url, root=tmp_path)
    values = set_up(ProviderState(name="a user exists", parameters={"id": 7}), states)
    assert (values, place.heard) == (
        {"id": 8},
        [{"action": "setup", "state": "a user exists", "params": {"id": 7}}],
    )


def test_a_place_that_answers_no_json_gives_no_values(place: Any, tmp_path: Path) -> None:
    place.answer = b"done"
    assert set_up(ProviderState(name="a user exists"), load_states(place.url, root=tmp_path)) is None


def test_a_place_that_refuses_is_named_with_its_reason_and_without_its_password(
    place: Any, tmp_path: Path
) -> None:
    place.status, place.answer = 500, b"no database"
    with pytest.raises(ProviderStateError, match=r"/states answered with 500: no database") as found:
        set_up(ProviderState(name="a user exists"), load_states(place.url, root=tmp_path))
    assert "s3cret" not in str(found.value) + repr(load_states(place.url, root=tmp_path))


def test_a_place_where_nobody_is_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProviderStateError, match=r"http://127.0.0.1:9/ doesn't answer"):
        set_up(ProviderState(name="a user exists"), load_states("http://127.0.0.1:9/", root=tmp_path))


def test_the_official_verifier_verifies_in_the_states_of_a_url(place: Any, tmp_path: Path) -> None:
    contract = written(tmp_path, pact())
    with running({"7": {"email": "a@example.com"}}) as url:
        result = verify_provider(
            [contract],
            url=url,
            states=load_states(place.url, root=tmp_path),
            headers={"Authorization": "Bearer s3cr3t-t0ken"},
        )
    assert (result.passed, [each["state"] for each in place.heard]) == (True, ["a user exists"])
