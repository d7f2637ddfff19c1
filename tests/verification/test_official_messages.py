"""Messages by the official verifier: it asks for each, and the provider's own functions make them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pactape.broker import running_broker
from pactape.cli import command
from pactape.errors import ProviderMessageError
from pactape.matching import Message
from pactape.pact_cli.command import run_broker
from pactape.verification import BrokerSource, Verdict, verify_from_broker, verify_provider

from tests.contracts.helpers.provider import pact as request_pact
from tests.contracts.helpers.provider import running

if TYPE_CHECKING:
    from pathlib import Path

CREATED = "a user was created"


def document(*, metadata: dict[str, str] | None = None, state: str | None = None) -> dict[str, Any]:
    typed = {"combine": "AND", "matchers": [{"match": "type"}]}
    return {
        "consumer": {"name": "mailer"},
        "provider": {"name": "users"},
        "interactions": [
            {
                "type": "Asynchronous/Messages",
                "description": CREATED,
                "providerStates": [{"name": state, "params": {"email": "bob@example.com"}}] if state else [],
                "contents": {
                    "content": {"email": "ada@example.com"},
                    "contentType": "application/json",
                    "encoded": False,
                },
                "matchingRules": {"body": {"$.email": typed}},
                **({"metadata": metadata} if metadata else {}),
            }
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    return write_pact(tmp_path, document())


def write_pact(folder: Path, content: dict[str, Any], name: str = "mailer-users.messages.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_message_as_the_consumer_needs_it_passes(contract: Path) -> None:
    result = verify_provider([contract], states={}, messages={CREATED: lambda: {"email": "b@example.com"}})
    assert (result.passed, [interaction.description for interaction in result.results]) == (True, [CREATED])


def test_a_message_without_a_field_fails_and_the_field_is_named(contract: Path) -> None:
    (failed,) = verify_provider([contract], states={}, messages={CREATED: lambda: {"mail": "b"}}).failed
    assert "email" in failed.failures[0]


def test_a_message_may_be_bytes(contract: Path) -> None:
    assert verify_provider([contract], states={}, messages={CREATED: lambda: b'{"email": "b"}'}).passed


@pytest.mark.parametrize(("key", "passes"), [("users", True), ("orders", False)])
def test_metadata_are_verified(tmp_path: Path, key: str, passes: bool) -> None:  # noqa: FBT001 -- a parameter
    contract = write_pact(tmp_path, document(metadata={"key": "users"}))
    message = Message(contents=b'{"email": "b"}', metadata={"contentType": "application/json", "key": key})
    assert verify_provider([contract], states={}, messages={CREATED: lambda: message}).passed is passes


def test_the_provider_state_is_set_up_before_the_message_is_made(tmp_path: Path) -> None:
    users: dict[str, str] = {}
    contract = write_pact(tmp_path, document(state="a user exists"))
    result = verify_provider(
        [contract], states={"a user exists": users.update}, messages={CREATED: lambda: dict(users)}
    )
    assert (result.passed, users) == (True, {"email": "bob@example.com"})


def test_a_message_without_a_function_could_not_be_judged(contract: Path) -> None:
    (result,) = verify_provider([contract], states={}, messages={"another": dict}).results
    assert result.verdict is Verdict.NOT_JUDGED
    assert f"no function produces the message '{CREATED}'" in result.failures[0]


def test_a_function_that_fails_is_reported_with_its_error(contract: Path) -> None:
    def failing_factory() -> None:
        raise ValueError("no database")

    (result,) = verify_provider([contract], states={}, messages={CREATED: failing_factory}).results
    assert (result.verdict, "ValueError: no database" in result.failures[0]) == (Verdict.NOT_JUDGED, True)


def test_requests_and_messages_are_verified_in_one_run(tmp_path: Path, contract: Path) -> None:
    requests = write_pact(tmp_path, request_pact(state=None), "web-users.json")
    with running({"7": {"email": "a@example.com"}}) as url:
        result = verify_provider(
            [requests, contract],
            url=url,
            states={},
            headers={"Authorization": "Bearer s3cr3t-t0ken"},
            messages={CREATED: lambda: {"email": "b"}},
        )
    assert (result.passed, {interaction.consumer for interaction in result.results}) == (
        True,
        {"web", "mailer"},
    )


def test_a_request_without_a_url_is_refused(tmp_path: Path) -> None:
    path = write_pact(tmp_path, request_pact(state=None), "web-users.json")
    with pytest.raises(ProviderMessageError, match="'gets a user' is a request, but no URL is given"):
        verify_provider([path], states={})


def test_a_file_with_both_is_verified_in_one_run(tmp_path: Path) -> None:
    both = document()
    both["interactions"] += request_pact(state=None)["interactions"]
    with running({"7": {"email": "a@example.com"}}) as url:
        result = verify_provider(
            [write_pact(tmp_path, both)],
            url=url,
            states={},
            headers={"Authorization": "Bearer s3cr3t-t0ken"},
            messages={CREATED: lambda: {"email": "b"}},
        )
    assert (result.passed, len(result.results)) == (True, 2)


def test_messages_are_verified_from_the_broker_and_the_result_is_published(
    tmp_path: Path, contract: Path
) -> None:
    with running_broker(tmp_path / "broker.sqlite") as url:
        run_broker(url, ["publish", str(contract), "--consumer-app-version", "1"], retries=0)
        source = BrokerSource(url=url, select=("latest",), version="2")
        messages = {CREATED: lambda: {"email": "b"}}
        result = verify_from_broker("users", broker=source, states={}, messages=messages)
        answer = run_broker(url, ["can-i-deploy", "--pacticipant", "mailer", "--version", "1"], retries=0)
    assert (result.passed, answer.code) == (True, 0)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    text = '[tool.pactape.providers.users]\nurl = "http://users.test"\nmessages = "sending_users:MESSAGES"\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (tmp_path / "sending_users.py").write_text(
        f'MESSAGES = {{"{CREATED}": lambda: {{"email": "b"}}}}\nBROKEN = []\n', encoding="utf-8"
    )
    (tmp_path / "pacts").mkdir()
    write_pact(tmp_path / "pacts", document())
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "sending_users", raising=False)
    return tmp_path


def test_the_command_takes_the_functions_from_the_settings_and_needs_no_url(project: Path) -> None:
    result = CliRunner().invoke(command, ["verify", "--project", str(project)])
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "users: 1 interaction: 1 passed")


def test_the_command_refuses_what_is_not_a_mapping(project: Path) -> None:
    arguments = ["verify", "--project", str(project), "--messages", "sending_users:BROKEN"]
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, ProviderMessageError)


def test_items_in_process_take_the_functions_from_the_settings(
    project: Path, pytester: pytest.Pytester
) -> None:
    pytester.chdir()
    result = pytester.runpytest_subprocess(
        f"--rootdir={project}", "--pactape-verify=-", str(project / "pacts"), "-p", "no:randomly"
    )
    result.assert_outcomes(passed=1)
