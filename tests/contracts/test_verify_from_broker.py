"""Verification with the contracts of a broker, which gets the results."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.broker import running_broker
from pactape.errors import BrokerError
from pactape.pact_cli.command import run_broker
from pactape.verification import BrokerSource, Verdict, verify_from_broker

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACT = {
    "consumer": {"name": "web"},
    "provider": {"name": "users"},
    "interactions": [
        {
            "type": "Synchronous/HTTP",
            "description": "gets a user",
            "providerStates": [{"name": "a user exists"}],
            "request": {"method": "GET", "path": "/users/7"},
            "response": {
                "status": 200,
                "body": {"content": {"id": 7}, "contentType": "application/json", "encoded": False},
            },
        }
    ],
    "metadata": {"pactSpecification": {"version": "4.0"}},
}
STATES = {"a user exists": lambda: None}


@pytest.fixture
def provider() -> Iterator[str]:
    with serving_api(lambda request: json_response({"id": 7} if request.target == "/users/7" else {})) as api:
        yield api.url


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A broker with one contract, published from the branch main."""
    pact = tmp_path / "web-users.json"
    pact.write_text(json.dumps(PACT), encoding="utf-8")
    with running_broker(tmp_path / "broker.sqlite") as url:
        run_broker(url, ["publish", str(pact), "--consumer-app-version", "1", "--branch", "main"], retries=0)
        yield url


@pytest.mark.parametrize("select", ["main-branch", "latest", "branch:main"])
def test_the_selected_contracts_are_verified(broker: str, provider: str, select: str) -> None:
    source = BrokerSource(url=broker, select=(select,))
    result = verify_from_broker("users", broker=source, url=provider, states=STATES)
    assert (result.passed, [interaction.description for interaction in result.results]) == (
        True,
        ["gets a user"],
    )


def test_results_are_published_under_the_provider_s_version(broker: str, provider: str) -> None:
    source = BrokerSource(url=broker, version="users-1", branch="main")
    verify_from_broker("users", broker=source, url=provider, states=STATES)
    query = "q[][pacticipant]=web&q[][version]=1&q[][pacticipant]=users&q[][version]=users-1"
    matrix = requests.get(f"{broker}/matrix?{query}", timeout=10).json()["matrix"]
    assert [row["verificationResult"]["success"] for row in matrix] == [True]


def test_without_a_version_nothing_is_published(broker: str, provider: str) -> None:
    verify_from_broker("users", broker=BrokerSource(url=broker), url=provider, states=STATES)
    assert (
        requests.get(f"{broker}/pacticipants/users", timeout=10).json()["_embedded"].get("latestVersion")
        is None
    )


def test_a_state_without_a_handler_could_not_be_judged(broker: str, provider: str) -> None:
    source = BrokerSource(url=broker, include_pending=False)
    verification = verify_from_broker("users", broker=source, url=provider, states={})
    (result,) = verification.results
    assert (
        verification.exit_code,
        result.verdict,
        "no handler sets up the provider state 'a user exists'" in result.failures[0],
    ) == (2, Verdict.NOT_JUDGED, True)


@pytest.mark.parametrize("select", ["branch:none", "deployed-or-released"])
def test_a_selection_without_contracts_is_an_error(broker: str, provider: str, select: str) -> None:
    source = BrokerSource(url=broker, select=(select,), include_pending=False)
    with pytest.raises(BrokerError, match="selects no contract of the provider 'users'"):
        verify_from_broker("users", broker=source, url=provider, states=STATES)


def test_an_unknown_selection_is_refused_with_those_there_are(broker: str, provider: str) -> None:
    source = BrokerSource(url=broker, select=("newest",))
    with pytest.raises(BrokerError, match=r"unknown selector 'newest'.*latest, branch:NAME"):
        verify_from_broker("users", broker=source, url=provider, states=STATES)


def test_a_broker_that_does_not_answer_is_named_without_its_credentials(provider: str) -> None:
    source = BrokerSource(url="http://ann:s3cret@127.0.0.1:9")
    with pytest.raises(BrokerError, match=r"^http://127\.0\.0\.1:9: the broker can't be reached") as refusal:
        verify_from_broker("users", broker=source, url=provider, states=STATES)
    assert "s3cret" not in str(refusal.value)


def test_the_command_verifies_from_a_broker(broker: str, provider: str, tmp_path: Path) -> None:
    settings = (
        '[tool.pactape.providers.users]\nurl = "http://users.test"\nstates = "our_provider_states:STATES"\n'
    )
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "our_provider_states.py").write_text('STATES = {"a user exists": dict}\n', encoding="utf-8")
    command = [sys.executable, "-P", "-m", "pactape", "verify", "--url", provider]
    options = ["--from-broker", "--broker-url", broker, "--publish-as", "users-1", "--branch", "main"]
    result = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.splitlines()[-3:]) == (
        0,
        [
            "passed      web: gets a user",
            "users: 1 interaction: 1 passed",
            "published as users-1: web → users",
        ],
    )
