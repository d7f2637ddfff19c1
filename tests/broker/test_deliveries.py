"""Deliveries of webhooks: recorded with their event, sent once, shown without credentials."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from pactape.broker import BrokerConfig, running_broker

from tests.broker.helpers.client import Client
from tests.broker.helpers.databases import empty_schema
from tests.broker.helpers.stock import pact_of
from tests.broker.helpers.webhooks import LOCAL, document, listening, make

if TYPE_CHECKING:
    from collections.abc import Callable


def finished(broker: Client, webhook: str) -> list[dict[str, Any]]:
    """The webhook's deliveries when none waits any more."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        deliveries: list[dict[str, Any]] = broker.get(f"{webhook}/deliveries")["_embedded"][
            "triggeredWebhooks"
        ]
        if deliveries and all(delivery["status"] != "waiting" for delivery in deliveries):
            return deliveries
        threading.Event().wait(0.02)
    raise AssertionError("a delivery still waits")


def body_of(url: str, *events: str, **body: str) -> dict[str, Any]:
    hook = document(url, *events)
    hook["request"]["body"] = {name: f"${{pactbroker.{value}}}" for name, value in body.items()}
    return hook


def test_a_target_that_never_answers_does_not_delay_others(serving: Callable[..., Any]) -> None:
    dead = socket.create_server(("127.0.0.1", 0))
    with dead, listening(200) as listener, serving(LOCAL) as stock:
        broker = Client(stock.url)
        for url in (f"http://127.0.0.1:{dead.getsockname()[1]}/", listener.url):
            make(stock.url, document(url))
        for number in range(5):
            broker.publish("Web", str(number))
        assert all(listener.enough.acquire(timeout=5) for _ in range(5))


@pytest.mark.long
def test_a_stop_does_not_wait_for_a_target_that_never_answers(serving: Callable[..., Any]) -> None:
    dead = socket.create_server(("127.0.0.1", 0))
    with ExitStack() as accepted, dead, serving(LOCAL) as stock:
        make(stock.url, document(f"http://127.0.0.1:{dead.getsockname()[1]}/"))
        Client(stock.url).publish("Web", "1")
        dead.settimeout(10)
        accepted.enter_context(dead.accept()[0])
        begin = time.monotonic()
    assert time.monotonic() - begin < 8


def test_the_log_shows_request_and_answer_without_credentials(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        webhook = make(stock.url, document(f"{listener.url}?token=q8Zr1LmXk29T"))
        Client(stock.url).publish("Web", "1")
        delivery = finished(Client(stock.url), webhook)[0]
        log = Client(stock.url).ask("GET", delivery["_links"]["pb:logs"]["href"]).text
    assert "POST http://127.0.0.1" in log
    assert "HTTP/1.1 200" in log
    assert not [secret for secret in ("s3cret", "q8Zr1LmXk29T") if secret in log + json.dumps(delivery)]


@pytest.mark.parametrize(
    ("event", "parameter", "value"),
    [
        ("contract_published", "githubVerificationStatus", "pending"),
        ("contract_published", "bitbucketVerificationStatus", "INPROGRESS"),
        ("contract_published", "gitlabVerificationStatus", "pending"),
        ("contract_published", "azureDevOpsVerificationStatus", "pending"),
        ("contract_published", "consumerVersionBranch", "main"),
        ("contract_published", "consumerVersionTags", "prod"),
        ("contract_published", "buildUrl", "http://ci.example.com/1"),
        ("contract_published", "noSuchParameter", "${pactbroker.noSuchParameter}"),
        ("contract_requiring_verification_published", "providerVersionNumber", "u0"),
        ("contract_requiring_verification_published", "providerVersionBranch", "main"),
        (
            "contract_requiring_verification_published",
            "providerVersionDescriptions",
            "latest from main branch",
        ),
    ],
)
def test_parameters_are_the_official_ones(
    serving: Callable[..., Any], event: str, parameter: str, value: str
) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        broker = Client(stock.url)
        broker.branch("Users", "main", "u0")
        make(stock.url, body_of(listener.url, event, x=parameter))
        broker.publish("Web", "1", branch="main", tags=["prod"], buildUrl="http://ci.example.com/1")
        assert listener.enough.acquire(timeout=30)
    assert json.loads(listener.heard[0][1]) == {"x": value}


def test_nothing_requires_verification_while_no_provider_version_matters(serving: Callable[..., Any]) -> None:
    with serving(LOCAL) as stock:
        answer = Client(stock.url).publish("Web", "1")
    assert "requiring_verification" not in answer.text


def test_each_deployed_version_gets_a_request_of_its_own_on_request(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        broker = Client(stock.url)
        hook = body_of(listener.url, v="currentlyDeployedProviderVersionNumber")
        make(stock.url, hook)
        broker.publish("Web", "1")
        for environment in broker.get("/environments")["_embedded"]["environments"]:
            number = f"u-{environment['name']}"
            broker.branch("Users", "main", number)
            path = (
                f"/pacticipants/Users/versions/{number}/deployed-versions/environment/{environment['uuid']}"
            )
            assert broker.ask("POST", path, {}).status_code == 201
        broker.publish("Web", "2")
        assert all(listener.enough.acquire(timeout=30) for _ in range(2))
    assert sorted(json.loads(body)["v"] for _, body in listener.heard) == ["u-production", "u-test"]


def test_a_letter_of_any_alphabet_can_be_sent_in_a_header(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        hook = document(listener.url)
        hook["request"]["headers"] = {"X-Consumer": "${pactbroker.consumerName}"}
        make(stock.url, hook)
        Client(stock.url).publish("Мир", "1")
        assert listener.enough.acquire(timeout=30)
    assert listener.heard[0][0]["X-Consumer"] == "%D0%9C%D0%B8%D1%80"


def test_trying_a_webhook_sends_the_latest_contract_and_shows_the_answer(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        broker = Client(stock.url)
        broker.publish("Web", "41", branch="main")
        webhook = make(stock.url, body_of(listener.url, n="consumerVersionNumber", e="eventName"))
        delivery = broker.ask("POST", f"{webhook}/execute", {}).json()
    assert json.loads(listener.heard[0][1]) == {"n": "41", "e": "test"}
    assert (delivery["success"], delivery["response"]["status"]) == (True, 200)
    assert "s3cret" not in json.dumps(delivery)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"consumer": {"name": "Nobody"}}, "consumer.name"),
        ({"request": {"method": "POST", "url": "http://127.0.0.1/", "headers": {"Host": "x"}}}, "request"),
        ({"request": {"method": "POST", "url": "http://127.0.0.1/", "headers": {"A\r\nB": "x"}}}, "request"),
        ({"request": {"method": "POST", "url": "http://127.0.0.1/", "headers": 5}}, "request"),
        ({"events": [{"name": "moon_rise"}]}, "events"),
    ],
)
def test_a_webhook_that_can_not_work_is_refused_with_the_field(
    serving: Callable[..., Any], change: dict[str, Any], field: str
) -> None:
    with serving(LOCAL) as stock:
        answer = Client(stock.url).ask("POST", "/webhooks", {**document("http://127.0.0.1/"), **change})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.long
def test_two_brokers_over_one_database_deliver_each_event_once() -> None:
    config = BrokerConfig(webhook_hosts=("127.0.0.1",), webhook_delays=())
    with (
        empty_schema() as address,
        listening(200) as listener,
        running_broker(address, config=config) as first,
        running_broker(address, config=config) as second,
    ):
        webhook = make(first, document(listener.url))
        for number in range(20):
            Client((first, second)[number % 2]).publish("Web", str(number))
        assert all(listener.enough.acquire(timeout=30) for _ in range(20))
        statuses = [delivery["status"] for delivery in finished(Client(first), webhook)]
    versions = sorted(int(json.loads(body)["version"]) for _, body in listener.heard)
    assert (versions, statuses) == (list(range(20)), ["success"] * 20)


def test_two_brokers_over_one_database_accept_one_of_two_contents() -> None:
    with empty_schema() as address, running_broker(address) as first, running_broker(address) as second:
        statuses: list[int] = []

        def publish(url: str, path: str) -> None:
            pact = pact_of("Web", "Users", path=path)
            answer = Client(url).ask("PUT", "/pacts/provider/Users/consumer/Web/version/1", pact)
            statuses.append(answer.status_code)

        threads = [
            threading.Thread(target=publish, args=(url, f"/{number}"))
            for number, url in enumerate([first, second] * 4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [201] + [409] * 7
