"""The relay to a broker: what the official tools hide is seen, and a contract passes through it unchanged."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import requests
from click.testing import CliRunner
from pactape.broker import running_broker
from pactape.broker.config import BrokerConfig
from pactape.broker.credentials import Credentials
from pactape.cli import command
from pactape.errors import BrokerError
from pactape.exchange import Response
from pactape.pact_cli.broker_relay import BrokerRelay, RelayedCall
from pactape.pact_cli.command import run_broker
from pactape.pact_cli.environment import without_loopback_proxy
from pactape.pact_cli.error_text import error_sentence
from pactape.serving import running
from pactape.verification import (
    BrokerSource,
    InteractionFilter,
    Verdict,
    VerificationOptions,
    verify_from_broker,
)
from pactape.verification.official.publication import publication_of

from tests.helpers.apis import json_response, serving_api
from tests.verification.helpers.providers import interaction, running_provider, write_pact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.serving import ReceivedRequest

WRITE, READ = "write-token-1", "read-token-1"


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A broker that requires a token; the environment has the one that may write."""
    monkeypatch.setenv("PACT_BROKER_TOKEN", WRITE)
    config = BrokerConfig(credentials=Credentials(write_tokens=(WRITE,), read_tokens=(READ,)))
    with running_broker(tmp_path / "broker.sqlite", config=config) as url:
        yield url


def publish(broker: str, path: Path, *, version: str = "1", branch: str = "main") -> None:
    arguments = ["publish", str(path), "--consumer-app-version", version, "--branch", branch]
    answer = run_broker(broker, arguments, retries=0)
    assert answer.code == 0, answer.text


def test_results_that_the_broker_refuses_are_reported_with_its_sentence(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(broker, write_pact(tmp_path / "a.json", interaction("a", "/a")))
    monkeypatch.setenv("PACT_BROKER_TOKEN", READ)
    with running_provider({"/a": {}}) as url:
        source = BrokerSource(url=broker, select=("latest",), version="p1", branch="main")
        verification = verify_from_broker("users", broker=source, url=url, states={})
    assert verification.publication is not None
    (refused,) = verification.publication.refused
    assert (verification.exit_code, refused.contract) == (2, "web → users")
    assert "the broker rejected the request with 403 Forbidden" in refused.reason


@pytest.mark.parametrize(
    "report_format",
    [
        "junit",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("text", "sarif", "github", "markdown")),
    ],
)
def test_results_that_the_broker_refuses_are_in_every_report(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report_format: str
) -> None:
    publish(broker, write_pact(tmp_path / "a.json", interaction("a", "/a")))
    monkeypatch.setenv("PACT_BROKER_TOKEN", READ)
    with running_provider({"/a": {}}) as url:
        options = ["--url", url, "--provider", "users", "--project", str(tmp_path), "--format", report_format]
        asked = ["--from-broker", "--broker-url", broker, "--select", "latest", "--publish-as", "p1"]
        result = CliRunner().invoke(command, ["verify", *options, *asked])
    assert (result.exit_code, "the results are not published: " in result.output) == (2, True), result.output


def test_results_that_arrive_are_listed_by_contract(broker: str, tmp_path: Path) -> None:
    publish(broker, write_pact(tmp_path / "a.json", interaction("a", "/a")))
    publish(broker, write_pact(tmp_path / "b.json", interaction("b", "/b"), consumer="mobile"))
    with running_provider({"/a": {}}) as url:
        source = BrokerSource(url=broker, select=("latest",), version="p1", include_pending=False)
        verification = verify_from_broker("users", broker=source, url=url, states={})
    assert verification.publication is not None
    assert sorted(verification.publication.arrived) == ["mobile → users", "web → users"]
    assert {result.description: result.verdict for result in verification.results} == {
        "a": Verdict.PASSED,
        "b": Verdict.FAILED,
    }


def test_credentials_that_the_broker_refuses_are_named(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACT_BROKER_TOKEN", "another")
    with (
        running_provider({}) as url,
        pytest.raises(BrokerError, match=r"rejected the request with 401.*PACT_BROKER_TOKEN"),
    ):
        verify_from_broker("users", broker=BrokerSource(url=broker), url=url, states={})


def test_two_kinds_of_credentials_are_refused(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACT_BROKER_USERNAME", "ann")
    with pytest.raises(BrokerError, match="both a token and a user"):
        run_broker(broker, ["list-environments"], retries=0)


def test_pending_contracts_and_work_in_progress_are_verified_without_effect(
    broker: str, tmp_path: Path
) -> None:
    publish(broker, write_pact(tmp_path / "a.json", interaction("a", "/a")))
    new = write_pact(tmp_path / "b.json", interaction("b", "/new"))
    with running_provider({"/a": {}}) as url:
        first = BrokerSource(url=broker, version="p1", branch="main")
        assert verify_from_broker("users", broker=first, url=url, states={}).exit_code == 0
        publish(broker, new, version="2", branch="feature")
        second = BrokerSource(url=broker, version="p2", branch="main", include_wip_since="2020-01-01")
        verification = verify_from_broker("users", broker=second, url=url, states={})
    assert {result.description: result.verdict for result in verification.results} == {
        "a": Verdict.PASSED,
        "b": Verdict.PENDING,
    }
    assert (verification.exit_code, any("pending" in notice for notice in verification.notices)) == (0, True)
    named = {
        version for notice in verification.notices for version in re.findall(r"/pact-version/(\w+)", notice)
    }
    assert len(named) == 2, "each contract has its notices"
    assert sum("is being verified because" in notice for notice in verification.notices) == 2


def test_the_results_of_a_filtered_verification_are_not_published(broker: str) -> None:
    options = VerificationOptions(filter=InteractionFilter(description="a"))
    with pytest.raises(BrokerError, match="can't be published"):
        verify_from_broker(
            "users", broker=BrokerSource(url=broker, version="p1"), states={}, url=None, options=options
        )


def test_only_links_are_rewritten_and_numbers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PACT_BROKER_TOKEN", raising=False)
    body = {"href": "PUBLIC/x", "_links": 1, "big": 2**70, "float": 1.5}
    contract = {
        "interactions": [{"response": {"body": body}}],
        "_links": {"self": {"href": "PUBLIC/"}, "other": [{"href": "https://elsewhere.test/y"}]},
    }
    public = "https://broker.example.com"
    index = json.loads(json.dumps(contract).replace("PUBLIC", public))
    with serving_api(lambda _: json_response(index)) as broker, running(BrokerRelay(broker.url, {})) as relay:
        document = requests.get(f"{relay.url}/", timeout=10).json()
    assert document["interactions"][0]["response"]["body"] == {**body, "href": f"{public}/x"}
    assert document["_links"]["self"]["href"] == f"{relay.url}/"
    assert document["_links"]["other"] == [{"href": "https://elsewhere.test/y"}]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"error": {"code": "x", "message": "This token may only read."}}', "This token may only read."),
        (b'{"errors": ["Pacticipant nobody not found"]}', "Pacticipant nobody not found"),
        (b'{"errors": {"name": ["can\'t be blank", "is odd"]}}', "name: can't be blank; name: is odd"),
        (b'{"title": "Bad", "detail": "No such branch"}', "No such branch"),
        (
            b'{"notices": [{"type": "error", "text": "Cannot change the content"}]}',
            "Cannot change the content",
        ),
        (b"<html><head><title>no</title></head><body><p>Bad   gateway</p></body></html>", "Bad gateway"),
        (b"plain text", "plain text"),
        (b"", ""),
        (b"{}", ""),
        (b"\xff\xfe", "��"),
    ],
)
def test_the_reason_is_found_in_any_form_of_error(body: bytes, sentence: str) -> None:
    assert error_sentence(body) == sentence


@pytest.mark.parametrize("exemptions", ["", "internal.example.com", "localhost,127.0.0.1"])
def test_this_machine_is_exempt_from_proxies_beside_what_was_exempt(exemptions: str) -> None:
    exempt = without_loopback_proxy({"no_proxy": exemptions})["no_proxy"].split(",")
    assert {*filter(None, exemptions.split(",")), "localhost", "127.0.0.1", "::1"} == set(exempt)


def test_other_bodies_pass_through_the_relay() -> None:
    """A broker may answer with a list, with text, and with what is not JSON though it says so."""
    bodies = {
        "/list": ("application/json", b'[{"_links": {"self": {"href": "https://elsewhere.test"}}}, 1]'),
        "/text": ("text/plain", b"hello"),
        "/broken": ("application/json", b"{"),
    }

    def respond(request: ReceivedRequest) -> Response:
        kind, body = bodies[request.target]
        return Response(status=200, headers=(("Content-Type", kind),), body=body)

    with serving_api(respond) as broker, running(BrokerRelay(broker.url, {})) as relay:
        texts = [requests.get(f"{relay.url}{path}", timeout=10).text for path in bodies]
    assert texts == ['[{"_links": {"self": {"href": "https://elsewhere.test"}}}, 1]', "hello", "{"]


def test_a_broker_that_is_down_is_a_failed_call() -> None:
    with running(BrokerRelay("http://127.0.0.1:9", {"PACT_BROKER_USERNAME": "ann"})) as relay:
        assert requests.get(f"{relay.url}/", timeout=10).status_code == 424
    (failure,) = relay.failures
    assert str(failure).startswith("the broker can't be reached: ")


def test_a_broker_with_an_error_of_its_own_is_asked_again_and_then_given_up() -> None:
    statuses = []

    def respond(_: ReceivedRequest) -> Response:
        statuses.append(500)
        return Response(status=500, body=b'{"error": {"message": "the disk is full"}}')

    with serving_api(respond) as broker, running(BrokerRelay(broker.url, {})) as relay:
        assert requests.get(f"{relay.url}/", timeout=10).status_code == 424  # a tool would go on after a 5xx
    assert len(statuses) == 4


def test_a_broker_that_recovers_is_not_given_up() -> None:
    statuses = [200, 503]

    def respond(_: ReceivedRequest) -> Response:
        return Response(status=statuses.pop())

    with serving_api(respond) as broker, running(BrokerRelay(broker.url, {})) as relay:
        assert requests.get(f"{relay.url}/", timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Response(status=200, headers=(("Content-Type", "text/html"),), body=b"<p>Sign in"), "a web page"),
        (Response(status=302, headers=(("Location", "/login"),)), "the broker redirects with 302 Found"),
        (Response(status=201, headers=(("Content-Type", "application/hal+json"),), body=b"{}"), ""),
    ],
)
def test_results_have_arrived_when_the_broker_itself_has_taken_them(answer: Response, text: str) -> None:
    path = "/pacts/provider/users/consumer/web/pact-version/1"
    contract = RelayedCall(
        method="GET",
        path=path,
        status=200,
        document={"consumer": {"name": "web"}, "provider": {"name": "users"}},
    )
    with serving_api(lambda _: answer) as api, running(BrokerRelay(api.url, {})) as relay:
        requests.post(f"{relay.url}{path}/verification-results", timeout=30, allow_redirects=False)
        publication = publication_of("1", {path: contract}, relay.calls)
    assert "".join(refusal.reason for refusal in publication.refused).startswith(text)
    assert bool(publication.arrived) is not bool(text)


def test_a_page_in_place_of_a_broker_is_named() -> None:
    def respond(_: ReceivedRequest) -> Response:
        return Response(status=200, headers=(("Content-Type", "text/html"),), body=b"<h1>Sign in</h1>")

    with (
        serving_api(respond) as page,
        running_provider({}) as url,
        pytest.raises(BrokerError, match="is not a Pact broker: it returns status 200"),
    ):
        verify_from_broker("users", broker=BrokerSource(url=page.url), url=url, states={})
