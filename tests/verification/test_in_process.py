"""Applications verified in this process, against contracts written here."""

from __future__ import annotations

import gzip
import json
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import ApplicationError, PactFormatError
from pactape.matching import Message
from pactape.verification import Verdict, verify_in_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pactape.verification import Verification

Written = dict[str, Any]


def interaction(description: str = "gets a user", **more: Any) -> Written:
    return {
        "type": "Synchronous/HTTP",
        "description": description,
        "providerStates": [{"name": "a user exists", "params": {"id": "7"}}],
        "request": {"method": "GET", "path": "/users/7"},
        "response": {"status": 200, "body": {"content": {"id": "7"}, "contentType": "application/json"}},
        **more,
    }


def pact(path: Path, *interactions: Written, provider: str = "users", version: str = "4.0") -> Path:
    document = {
        "consumer": {"name": "web"},
        "provider": {"name": provider},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": version}},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


class Users:
    """A provider with users, in both interfaces, that keeps what it was asked."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.started = 0
        self.states = {"a user exists": self.exists}

    def exists(self, *, id: str) -> dict[str, str]:  # noqa: A002 -- the wire's name
        self.users[id] = {"id": id, "email": "ada@example.com"}
        return {"id": id, "token": "from-the-handler"}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        self.asked.append((method, path, headers, body))
        user = self.users.get(path.rpartition("/")[2])
        return (200, json.dumps(user).encode()) if user else (404, b"{}")

    def wsgi(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        headers = {key[5:].lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
        body = environ["wsgi.input"].read()
        target = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")
        status, answer = self.answer(environ["REQUEST_METHOD"], target, headers, body)
        start(f"{status} …", [("Content-Type", "application/json")])
        return [answer]

    async def asgi(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            assert (await receive())["type"] == "lifespan.startup"
            self.started += 1
            await send({"type": "lifespan.startup.complete"})
            assert (await receive())["type"] == "lifespan.shutdown"
            self.started -= 1
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = {name.decode().replace("-", "_"): value.decode() for name, value in scope["headers"]}
        target = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
        status, answer = self.answer(scope["method"], target, headers, (await receive())["body"])
        start = {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"application/json")],
        }
        await send(start)
        await send({"type": "http.response.body", "body": answer})


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture(params=["wsgi", "asgi"])
def app(request: pytest.FixtureRequest, users: Users) -> Any:
    return getattr(users, request.param)


def verified(path: Path, app: Any, users: Users, *interactions: Written, **more: Any) -> Verification:
    return verify_in_process(
        [pact(path / "web-users.json", *interactions)], app=app, states=users.states, **more
    )


def test_an_application_that_keeps_its_contract_passes(app: Any, users: Users, tmp_path: Path) -> None:
    result = verified(tmp_path, app, users, interaction())
    assert (result.provider, result.passed, len(result.results)) == ("users", True, 1)


def test_a_mismatch_comes_as_a_value_with_its_source(app: Any, users: Users, tmp_path: Path) -> None:
    comments = {"references": {"Pactape": {"cassettes": "a.yaml#0, b.yaml#3"}}}
    expected = {"status": 200, "body": {"content": {"name": "Ada"}, "contentType": "application/json"}}
    (result,) = verified(tmp_path, app, users, interaction(response=expected, comments=comments)).results
    (mismatch,) = result.mismatches
    assert (result.passed, mismatch.path, mismatch.sources) == (False, "$.name", ("a.yaml#0", "b.yaml#3"))


def test_the_request_arrives_as_the_contract_has_it(app: Any, users: Users, tmp_path: Path) -> None:
    request = {
        "method": "post",
        "path": "/users/7",
        "query": {"q": ["a b", "ü"]},
        "headers": {"X-One": ["1"], "Accept": ["a", "b"]},
        "body": {"content": {"a": [1]}, "contentType": "application/json"},
    }
    verified(tmp_path, app, users, interaction(request=request))
    ((method, target, headers, body),) = users.asked
    assert (method, target, headers["x_one"], headers["accept"], json.loads(body)) == (
        "POST",
        "/users/7?q=a+b&q=%C3%BC",
        "1",
        "a, b",
        {"a": [1]},
    )


def test_a_wsgi_application_can_distinguish_a_slash_in_a_name(tmp_path: Path) -> None:
    targets = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        targets.append((environ["REQUEST_URI"], environ["RAW_URI"], environ["PATH_INFO"]))
        start_response("200 OK", [])
        return [b""]

    request = {"method": "GET", "path": "/files/a%2Fb", "query": {"ref": ["1"]}}
    expectation = interaction(request=request, response={"status": 200}, providerStates=[])
    assert verify_in_process([pact(tmp_path / "pact.json", expectation)], app=app, states={}).passed
    assert targets == [("/files/a%2Fb?ref=1", "/files/a%2Fb?ref=1", "/files/a/b")]


def test_given_headers_take_the_place_of_the_contracts(app: Any, users: Users, tmp_path: Path) -> None:
    request = {"method": "GET", "path": "/users/7", "headers": {"authorization": ["Bearer placeholder"]}}
    verified(tmp_path, app, users, interaction(request=request), headers={"Authorization": "Bearer real"})
    assert users.asked[0][2]["authorization"] == "Bearer real"


def test_values_of_provider_states_come_into_requests(app: Any, users: Users, tmp_path: Path) -> None:
    request = {
        "method": "GET",
        "path": "/users/1",
        "headers": {"X-Token": ["example"]},
        "body": {"content": {"ids": ["1"]}, "contentType": "application/json"},
        "generators": {
            "path": {"type": "ProviderState", "expression": "/users/${id}"},
            "header": {"X-Token": {"type": "ProviderState", "expression": "${token}"}},
            "body": {"$.ids[*]": {"type": "ProviderState", "expression": "${id}", "dataType": "INTEGER"}},
        },
    }
    verified(tmp_path, app, users, interaction(request=request))
    ((_, target, headers, body),) = users.asked
    assert (target, headers["x_token"], json.loads(body)) == ("/users/7", "from-the-handler", {"ids": [7]})


def test_a_generator_without_a_value_leaves_the_example(app: Any, users: Users, tmp_path: Path) -> None:
    path = {"type": "ProviderState", "expression": "/users/${nobody}"}
    request = {"method": "GET", "path": "/users/7", "generators": {"path": path}}
    assert verified(tmp_path, app, users, interaction(request=request)).passed


def test_a_pending_interaction_that_fails_does_not_fail_the_build(
    app: Any, users: Users, tmp_path: Path
) -> None:
    verification = verified(tmp_path, app, users, interaction(pending=True, response={"status": 500}))
    (result,) = verification.results
    assert (verification.exit_code, result.verdict, len(result.failures)) == (0, Verdict.PENDING, 1)


def test_an_asgi_application_is_started_and_ended(users: Users, tmp_path: Path) -> None:
    events = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await users.asgi(scope, receive, send)
        events.append((scope["type"], users.started))

    verified(tmp_path, app, users, interaction())
    assert events == [("http", 1), ("lifespan", 0)]


def test_what_an_application_raises_fails_that_interaction_alone(users: Users, tmp_path: Path) -> None:
    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("out of order")
        return users.wsgi(environ, start)

    failing_interaction = interaction("breaks", request={"method": "GET", "path": "/broken"})
    results = verified(tmp_path, app, users, failing_interaction, interaction()).results
    assert [result.failures for result in results] == [
        ("the application raised ValueError: out of order",),
        (),
    ]


def test_compressed_answers_are_read(users: Users, tmp_path: Path) -> None:
    def app(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/json"), ("Content-Encoding", "gzip")])
        return [gzip.compress(b'{"id": "7"}')]

    assert verified(tmp_path, app, users, interaction()).passed


def test_a_contract_of_version_2_is_verified(app: Any, users: Users, tmp_path: Path) -> None:
    old = {
        "description": "gets a user",
        "request": {"method": "get", "path": "/users/7", "query": "a=1"},
        "response": {
            "status": 404,
            "headers": {"Content-Type": "application/json"},
            "body": {},
            "matchingRules": {"$.body": {"match": "type"}},
        },
    }
    path = pact(tmp_path / "old.json", old, version="2.0.0")
    assert verify_in_process([path], app=app, states=users.states).passed


def test_messages_are_made_by_functions(tmp_path: Path) -> None:
    message = {
        "type": "Asynchronous/Messages",
        "description": "a user has come",
        "contents": {"content": {"id": 1}, "contentType": "application/json"},
        "metadata": {"contentType": "application/json", "topic": "users"},
        "matchingRules": {"body": {"$.id": {"matchers": [{"match": "integer"}]}}},
    }
    path = pact(tmp_path / "messages.json", message)
    factories: list[Any] = [
        Message(contents=b'{"id": 2}', metadata={"contentType": "application/json", "topic": "users"}),
        {"id": 2},
        Message(contents=b'{"id": "x"}', metadata={"contentType": "application/json", "topic": "users"}),
    ]
    answers = [
        verify_in_process([path], states={}, messages={"a user has come": partial(copy, factory)})
        for factory in factories
    ]
    assert [[mismatch.path for mismatch in answer.results[0].mismatches] for answer in answers] == [
        [],
        ["topic"],
        ["$.id"],
    ]


def test_a_message_without_a_function_could_not_be_judged(tmp_path: Path) -> None:
    message = {"type": "Asynchronous/Messages", "description": "a user has come", "contents": {"content": 1}}
    (result,) = verify_in_process([pact(tmp_path / "m.json", message)], states={}).results
    assert (result.verdict, "'a user has come'" in result.failures[0]) == (Verdict.NOT_JUDGED, True)


def test_a_state_without_a_handler_stops_its_interaction_alone(users: Users, tmp_path: Path) -> None:
    needing = interaction("needs more", providerStates=[{"name": "the moon is full"}])
    verification = verified(tmp_path, users.wsgi, users, needing, interaction())
    assert [result.verdict for result in verification.results] == [Verdict.NOT_JUDGED, Verdict.PASSED]
    assert (verification.exit_code, len(users.asked)) == (2, 1)


def test_contracts_of_two_providers_are_an_error(users: Users, tmp_path: Path) -> None:
    paths = [
        pact(tmp_path / "a.json", interaction()),
        pact(tmp_path / "b.json", interaction(), provider="orders"),
    ]
    with pytest.raises(PactFormatError, match="2 providers: orders, users"):
        verify_in_process(paths, app=users.wsgi, states=users.states)


@pytest.mark.parametrize("text", ["{", "[]", '{"consumer": 1}', '{"consumer": {"name": "a"}}'])
def test_a_file_that_is_not_a_pact_is_an_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PactFormatError, match=r"x\.json"):
        verify_in_process([path], app=lambda *_: [], states={})


def test_what_cant_be_called_is_not_an_application(tmp_path: Path) -> None:
    with pytest.raises(ApplicationError, match="neither a WSGI nor an ASGI application"):
        verify_in_process([pact(tmp_path / "a.json", interaction())], app="app", states={})
