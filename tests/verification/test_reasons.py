"""Why an interaction could not be verified, where the official verifier only reports that something failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.errors import BrokerError, PactFormatError, VerifierCrashError
from pactape.serving import ReceivedRequest
from pactape.verification import (
    BrokerSource,
    InteractionFilter,
    InteractionResult,
    Verdict,
    VerificationOptions,
    verify_from_broker,
    verify_provider,
)
from pactape.verification.expected import complete_results
from pactape.verification.history import remember_verification, verified_interactions
from pactape.verification.official.child_process.job import Job
from pactape.verification.official.child_process.process import run
from pactape.verification.official.reasons import Reasons
from pactape.verification.official.selectors import parse_selector
from pactape.verification.official.servers.provider_relay import ProviderRelay
from pactape.verification.official.servers.state_server import StateServer

from tests.verification.helpers.providers import interaction, running_provider, write_pact

if TYPE_CHECKING:
    from pathlib import Path

SENDING = "error sending request for url (http://127.0.0.1/a)"


def test_a_connection_that_fails_at_once_is_not_a_time_out() -> None:
    reason = Reasons(30).explain(SENDING, states=(), seconds=0.1)
    assert reason.startswith("the connection to the provider failed")


def test_a_message_of_the_verifier_that_explains_itself_stays() -> None:
    assert Reasons(30).explain("the plugin is missing", states=(), seconds=None) == "the plugin is missing"


def test_a_reason_is_given_once_for_each_failure() -> None:
    reasons = Reasons(30)
    reasons.add_message("a", "no database")
    assert [reasons.of_message("a"), reasons.of_message("a")] == ["no database", None]


@pytest.mark.parametrize(
    ("answers", "timeout", "text"),
    [({"/a": None}, 30, "the connection to the provider failed"), ({"/a": 3.0}, 0.5, "within 0.5 s")],
)
def test_the_relay_names_why_the_provider_gave_no_response(
    answers: dict[str, object], timeout: float, text: str
) -> None:
    reasons = Reasons(timeout)
    states = StateServer({}, reasons)
    request = ReceivedRequest(method="GET", url="http://127.0.0.1/a", target="/a")
    with states, running_provider(answers) as url:
        options = VerificationOptions(timeout=timeout)
        relay = ProviderRelay(url, headers={}, options=options, states=states, reasons=reasons)
        with relay:
            assert relay.reply(request) is None
    assert text in reasons.explain(SENDING, states=(), seconds=0.1)


def test_a_header_whose_value_no_state_gives_is_that_of_the_contract(tmp_path: Path) -> None:
    request = {"method": "GET", "path": "/a", "headers": {"X-Token": ["of the contract"]}}
    path = write_pact(tmp_path / "a.json", interaction("a", "/a", request=request))
    received: list[tuple[str, dict[str, str]]] = []
    with running_provider({"/a": {}}, received=received) as url:
        headers = {"X-Token": "${no_such_value}"}
        assert verify_provider([path], url=url, states={}, headers=headers).passed
    assert received[0][1]["x-token"] == "of the contract"


def test_a_verifier_that_ends_without_a_report_is_an_error() -> None:
    no_address = ("http", "127.0.0.1", 70_000, "/")
    job = Job(provider="users", address=no_address, pacts=(), state_url=None, headers={"A": "b"})
    with pytest.raises(VerifierCrashError, match="ended with code 1: OverflowError"):
        run(job)
    assert repr(job) == "Job('users' at ('http', '127.0.0.1', 70000, '/'), (), headers ['A'])"


def test_results_that_were_not_expected_are_kept() -> None:
    result = InteractionResult(consumer="web", description="a", verdict=Verdict.PASSED)
    assert complete_results([], [result]) == [result]


def test_a_history_that_is_damaged_counts_as_none(tmp_path: Path) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with running_provider({"/a": {}}) as url:
        verification = verify_provider([path], url=url, states={})
    folder = tmp_path / "cache"
    remember_verification(folder, [path], verification)
    assert verified_interactions(folder, path.read_bytes()) == {"a"}
    for file in (folder / "verified").iterdir():
        file.write_bytes(b"{")
    assert verified_interactions(folder, path.read_bytes()) == frozenset()


def test_no_file_is_refused() -> None:
    with pytest.raises(PactFormatError, match="belong to 0 providers"):
        verify_provider([], url="http://127.0.0.1:9", states={})


@pytest.mark.parametrize("url", ["broker.example.com", "ftp://broker.example.com"])
def test_a_broker_s_url_without_a_scheme_is_refused(url: str) -> None:
    with pytest.raises(BrokerError, match="is not a URL"):
        verify_from_broker("users", broker=BrokerSource(url=url), states={})


@pytest.mark.parametrize("text", ["newest", "branch:", "main-branch:x", "branche:main", ""])
def test_an_unknown_selector_is_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(BrokerError, match=r"unknown selector.*latest, branch:NAME"):
        parse_selector(text)


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("branch:feature/a", {"branch": "feature/a"}),
        ("environment:production", {"environment": "production"}),
        ("main-branch,consumer:web", {"mainBranch": True, "consumer": "web"}),
        ("tag:prod", {"tag": "prod", "latest": True}),
    ],
)
def test_selectors_are_those_of_the_broker(text: str, selector: dict[str, object]) -> None:
    assert parse_selector(text) == selector


def test_a_filter_of_everything_selects_all() -> None:
    assert InteractionFilter().selects_all
