"""What people and programs without the right to it try: every route, other sites' pages, names, odd contracts."""

from __future__ import annotations

import base64
import json
import logging
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from pactape.broker import BrokerConfig, Credentials
from pactape.broker.http.api import api_routes
from pactape.broker.pages.site import HtmlPages

from tests.broker.helpers.publishing import publication, publish
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.broker.helpers.stock import StockTools

CREDENTIALS = Credentials(username="ann", password="s3cret-word", read_tokens=("reads-token",))
GUARDED = BrokerConfig(credentials=CREDENTIALS)
PLACEHOLDERS = {"provider": "Users", "consumer": "Web", "version": "1", "pacticipant": "Web"}


def addresses() -> list[tuple[str, str, str]]:
    """Every method and address of the API and the pages, with what they accept."""
    return [
        (
            route.method,
            "/".join(["", *map(_filled, route.template)]),
            accept,
        )
        for routes, accept in ((api_routes(), "application/hal+json"), (HtmlPages().routes, "text/html"))
        for route in routes
    ]


def _filled(part: str) -> str:
    return PLACEHOLDERS.get(part[1:-1], part[1:-1]) if part.startswith("{") else part


def test_no_route_answers_a_stranger(serving: Callable[..., Any]) -> None:
    with serving(GUARDED) as stock, requests.Session() as session:
        open_routes = [
            (method, path)
            for method, path, accept in addresses()
            if path != "/diagnostic/status/heartbeat"
            and session.request(method, stock.url + path, headers={"Accept": accept}, timeout=30).status_code
            != 401
        ]
    assert open_routes == []


def test_a_token_for_reading_changes_nothing_by_any_route(serving: Callable[..., Any]) -> None:
    headers = {"Authorization": "Bearer reads-token"}
    with serving(GUARDED) as stock, requests.Session() as session:
        allowed = [
            (method, path)
            for method, path, _ in addresses()
            if method != "GET"
            and session.request(method, stock.url + path, json={}, headers=headers, timeout=30).status_code
            != 403
        ]
    assert allowed == [("POST", "/pacts/provider/Users/for-verification")]


def test_a_path_that_ends_like_a_question_is_not_one(serving: Callable[..., Any]) -> None:
    headers = {"Authorization": "Bearer reads-token"}
    with serving(GUARDED) as stock:
        path = "/pacticipants/Web/versions/1/deployed-versions/environment/for-verification"
        answer = requests.post(stock.url + path, json={}, headers=headers, timeout=30)
    assert answer.status_code == 403


def test_a_strangers_body_is_not_even_looked_at(serving: Callable[..., Any]) -> None:
    with serving(BrokerConfig(credentials=CREDENTIALS, body_limit=10)) as stock:
        answer = requests.post(f"{stock.url}/contracts/publish", data=b"x" * 5000, timeout=30)
    assert answer.status_code == 401


@pytest.mark.parametrize(("origin", "status"), [("https://evil.example", 403), ("null", 403), (None, 200)])
def test_a_page_of_another_site_changes_nothing(stock: StockTools, origin: str | None, status: int) -> None:
    assert publish(stock.url, **({"Origin": origin} if origin else {})).status_code == status


def test_the_brokers_own_origin_may(stock: StockTools) -> None:
    assert publish(stock.url, Origin=f"http://{urlsplit(stock.url).netloc}").status_code == 200


def test_the_rest_of_a_refused_body_is_not_read_as_another_request(serving: Callable[..., Any]) -> None:
    smuggled = b"GET /diagnostic/status/heartbeat HTTP/1.1\r\nHost: x\r\n\r\n"
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(smuggled), smuggled)
    head = b"POST /contracts/publish HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(GUARDED) as stock:
        parts = urlsplit(stock.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
            connection.sendall(head + chunk)
            connection.shutdown(socket.SHUT_WR)
            answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answers.count(b"HTTP/1.1 ") == 1
    assert answers.startswith(b"HTTP/1.1 401")


def test_headers_without_end_are_refused(stock: StockTools) -> None:
    answer = requests.get(f"{stock.url}/pacticipants", headers={"X-Long": "x" * 100_000}, timeout=30)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("name", ["two\nlines", "nul\0", "..", ".", "back\u202ewards"])
@pytest.mark.parametrize(
    "field", ["pacticipantVersionNumber", "branch", "tags", "pacticipantName", "providerName"]
)
def test_a_name_that_no_address_could_hold_is_refused(stock: StockTools, field: str, name: str) -> None:
    changes: dict[str, Any] = {field: [name] if field == "tags" else name}
    if field in {"pacticipantName", "providerName"}:
        parties = {
            "pacticipantName": ("consumerName", "consumer"),
            "providerName": ("providerName", "provider"),
        }
        key, role = parties[field]
        pact = {**pact_of("Web", "Users"), role: {"name": name}}
        contract = publication()["contracts"][0]
        content = base64.b64encode(json.dumps(pact).encode()).decode()
        changes |= {"contracts": [{**contract, key: name, "content": content}]}
    answer = requests.post(f"{stock.url}/contracts/publish", json=publication(**changes), timeout=30)
    assert (answer.status_code, field in answer.json()["errors"]) == (400, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/pacticipants/%20/versions/1"),
        ("PUT", "/pacticipants/Web/versions/%20/tags/prod"),
        ("PUT", "/pacticipants//versions/1"),
        ("PUT", "/pacticipants/%2e%2e/versions/1"),
    ],
)
def test_a_path_with_a_blank_part_makes_nothing(stock: StockTools, method: str, path: str) -> None:
    assert requests.request(method, stock.url + path, json={}, timeout=30).status_code == 400
    assert requests.get(f"{stock.url}/pacticipants", timeout=30).json()["pacticipants"] == []


@pytest.mark.parametrize("interactions", [5, "text", {"a": 1}, [1], [None]])
def test_what_is_not_a_list_of_interactions_is_refused(stock: StockTools, interactions: Any) -> None:
    pact = {**pact_of("Web", "Users"), "interactions": interactions}
    content = base64.b64encode(json.dumps(pact).encode()).decode()
    contract = {**publication()["contracts"][0], "content": content}
    answer = requests.post(
        f"{stock.url}/contracts/publish", json=publication(contracts=[contract]), timeout=5
    )
    assert answer.status_code == 400
    assert "interactions must be a list of objects" in answer.text


ODD: list[dict[str, Any]] = [
    {"providerStates": [{"name": 5, "params": [1]}]},
    {"providerStates": {"name": "a"}},
    {"request": [], "response": 3, "comments": {"references": [1], "text": 4}, "matchingRules": 5},
    {"request": {"method": 3, "query": [1], "headers": {"a": None}, "matchingRules": {"body": {"$": [1]}}}},
    {"type": "Asynchronous/Messages", "contents": [1], "metadata": {"a": {"b": None}}},
]


@pytest.mark.parametrize("interaction", ODD)
@pytest.mark.parametrize("accept", ["application/hal+json", "text/html"])
def test_an_odd_interaction_is_kept_and_shown(
    stock: StockTools, interaction: dict[str, Any], accept: str
) -> None:
    pact = {**pact_of("Web", "Users"), "interactions": [interaction]}
    content = base64.b64encode(json.dumps(pact).encode()).decode()
    contract = {**publication()["contracts"][0], "content": content}
    requests.post(f"{stock.url}/contracts/publish", json=publication(contracts=[contract]), timeout=30)
    for path in ("/pacts/provider/Users/consumer/Web/latest", "/pacts/provider/Users/provider-states"):
        answer = requests.get(stock.url + path, headers={"Accept": accept}, timeout=30)
        assert answer.status_code == 200, path


def test_a_contract_that_was_deleted_while_it_was_verified_takes_no_result(stock: StockTools) -> None:
    publish(stock.url)
    url = f"{stock.url}/pacts/provider/Users/consumer/Web"
    pact = requests.get(f"{url}/latest", timeout=30).json()
    assert requests.delete(f"{url}/version/1", timeout=30).status_code == 200
    target = pact["_links"]["pb:publish-verification-results"]["href"]
    result = {"success": True, "providerApplicationVersion": "u1"}
    assert requests.post(target, json=result, timeout=30).status_code == 404
    versions = requests.get(f"{stock.url}/pacticipants/Users/versions", timeout=30).json()
    assert versions["_embedded"]["versions"] == []


@pytest.mark.parametrize(
    "question",
    [
        {"consumerVersionSelectors": [{"matchingBranch": True}]},
        {"consumerVersionSelectors": [{"deployed": True, "environment": "nowhere"}]},
        {"providerVersionBranch": " "},
        {"providerVersionBranch": "", "includePendingStatus": True},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(stock: StockTools, question: dict[str, Any]) -> None:
    publish(stock.url)
    url = f"{stock.url}/pacts/provider/Users/for-verification"
    assert requests.post(url, json=question, timeout=30).status_code == 400


def test_no_credential_reaches_the_log(serving: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="pactape")
    config = BrokerConfig(credentials=CREDENTIALS, webhook_hosts=("127.0.0.1",), webhook_delays=())
    with serving(config) as stock, requests.Session() as session:
        session.auth = ("ann", "s3cret-word")
        request = {
            "method": "POST",
            "url": "http://127.0.0.1:1/?token=hush",
            "username": "u",
            "password": "pw-x",
        }
        hook = {"events": [{"name": "contract_published"}], "request": request}
        webhook_url = session.post(f"{stock.url}/webhooks", json=hook, timeout=30).json()["_links"]["self"][
            "href"
        ]
        executed = session.post(f"{webhook_url}/execute", timeout=20).text
        requests.get(stock.url, headers={"Authorization": "Bearer wr0ng-token"}, timeout=30)
    text = caplog.text + executed
    assert [word for word in ("s3cret-word", "pw-x", "hush", "wr0ng-token") if word in text] == []


def test_connections_that_send_nothing_do_not_delay_others(stock: StockTools) -> None:
    address = urlsplit(stock.url)
    with ExitStack() as silent:
        for _ in range(
            100
        ):  # ten threads that wait ten seconds for each would need more than the timeout below
            silent.enter_context(socket.create_connection((address.hostname, address.port), timeout=30))
        answer = requests.get(f"{stock.url}/diagnostic/status/heartbeat", timeout=30)
    assert answer.json() == {"ok": True}
