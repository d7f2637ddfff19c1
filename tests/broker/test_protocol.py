"""What the broker refuses, and what it answers when it does."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape.broker import BrokerConfig, Credentials

from tests.broker.helpers.publishing import publication, publish
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.broker.helpers.stock import StockTools


CREDENTIALS = Credentials(
    username="ann", password="s3cret-word", write_tokens=("writes-token",), read_tokens=("reads-token",)
)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{not json", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"\xff\xfe", "application/json", 400),
        (json.dumps(publication(pacticipantName=" ")).encode(), "application/json", 400),
        (json.dumps(publication(pacticipantName="Other")).encode(), "application/json", 400),
        (json.dumps(publication(contracts=[{"consumerName": "Web"}])).encode(), "application/json", 400),
        (json.dumps(publication(tags=[""])).encode(), "application/json", 400),
    ],
)
def test_a_publication_that_cannot_be_read_is_refused_with_a_problem(
    stock: StockTools, body: bytes, content_type: str, status: int
) -> None:
    headers = {"Content-Type": content_type, "Accept": "application/problem+json"}
    answer = requests.post(f"{stock.url}/contracts/publish", data=body, headers=headers, timeout=5)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.text
    assert requests.get(f"{stock.url}/pacts/latest", timeout=30).json()["pacts"] == []


def test_a_body_over_the_limit_is_refused_with_the_limit(serving: Callable[..., Any]) -> None:
    with serving(BrokerConfig(body_limit=1000)) as stock:
        answer = requests.post(f"{stock.url}/contracts/publish", json={"a": "b" * 1001}, timeout=30)
    assert answer.status_code == 413
    assert "1000" in answer.text


def test_a_chunked_body_over_the_limit_is_refused_too(serving: Callable[..., Any]) -> None:
    with serving(BrokerConfig(body_limit=1000)) as stock:
        chunks = (b"x" * 600 for _ in range(3))
        headers = {"Content-Type": "application/json"}
        answer = requests.post(f"{stock.url}/contracts/publish", data=chunks, headers=headers, timeout=30)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/nothing", "/%2e%2e/etc", "/pacticipants/..%00", "/pacticipants/%ff"])
def test_paths_that_lead_nowhere_answer_with_a_problem(stock: StockTools, path: str) -> None:
    answer = requests.get(stock.url + path, headers={"Accept": "application/problem+json"}, timeout=30)
    assert answer.status_code in {400, 404}
    assert answer.json()["title"] in {"Bad Request", "Not found"}


def test_a_known_path_names_the_methods_that_it_has(stock: StockTools) -> None:
    answer = requests.delete(f"{stock.url}/pacts/latest", timeout=30)
    assert answer.status_code == 405
    assert "GET" in answer.text


def test_a_name_may_hold_a_slash(stock: StockTools) -> None:
    requests.put(f"{stock.url}/pacticipants/Web%2FShop/versions/1", json={}, timeout=30).raise_for_status()
    answer = requests.get(f"{stock.url}/pacticipants/Web%2FShop", timeout=30)
    assert answer.json()["name"] == "Web/Shop"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic !!"}])
def test_without_valid_credentials_nothing_is_revealed(
    serving: Callable[..., Any], headers: dict[str, str]
) -> None:
    with serving(BrokerConfig(credentials=CREDENTIALS)) as stock:
        answer = requests.get(f"{stock.url}/pacticipants", headers=headers, timeout=30)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_the_heartbeat_needs_no_credentials(serving: Callable[..., Any]) -> None:
    with serving(BrokerConfig(credentials=CREDENTIALS)) as stock:
        answer = requests.get(f"{stock.url}/diagnostic/status/heartbeat", timeout=30)
    assert answer.json() == {"ok": True}


def test_a_token_for_reading_reads_and_asks_but_never_writes(serving: Callable[..., Any]) -> None:
    reader = {"Authorization": "Bearer reads-token"}
    with serving(BrokerConfig(credentials=CREDENTIALS)) as stock:
        assert publish(stock.url, **reader).status_code == 403
        assert publish(stock.url, Authorization="Bearer writes-token").status_code == 200
        url = f"{stock.url}/pacts/provider/Users/for-verification"
        assert requests.post(url, json={}, headers=reader, timeout=30).status_code == 200


def test_the_stock_command_gets_in_by_basic_and_by_token(serving: Callable[..., Any]) -> None:
    with serving(BrokerConfig(credentials=CREDENTIALS)) as stock:
        ann = {"PACT_BROKER_USERNAME": "ann", "PACT_BROKER_PASSWORD": "s3cret-word"}
        assert stock.broker("list-environments", **ann).code == 0
        assert stock.broker("list-environments", PACT_BROKER_TOKEN="reads-token").code == 0
        assert stock.broker("list-environments").code != 0


def test_credentials_do_not_show_in_a_repr() -> None:
    text = repr(BrokerConfig(credentials=CREDENTIALS))
    assert not any(secret in text for secret in ("s3cret-word", "writes-token", "reads-token"))


@pytest.mark.parametrize(
    "query",
    ["", "?q[][version]=1", "?q[][pacticipant]=Web&q[][colour]=red", "?q[][pacticipant]=Web&limit=x"],
)
def test_a_question_to_the_matrix_that_cannot_be_read_is_refused(stock: StockTools, query: str) -> None:
    publish(stock.url)
    assert requests.get(f"{stock.url}/matrix{query}", timeout=30).status_code == 400


def test_can_i_deploy_answers_the_same_question_in_few_words(stock: StockTools) -> None:
    publish(stock.url)
    query = {"pacticipant": "Web", "version": "1", "environment": "test"}
    answer = requests.get(f"{stock.url}/can-i-deploy", params=query, timeout=30).json()
    assert answer["summary"]["deployable"] is None
    assert "currently in test" in answer["summary"]["reason"]


def test_who_does_not_accept_problem_documents_gets_the_official_form(stock: StockTools) -> None:
    publish(stock.url)
    missing = requests.get(f"{stock.url}/pacticipants/Nobody", timeout=30)
    assert missing.headers["Content-Type"].startswith("application/hal+json")
    assert missing.json() == {"error": "Pacticipant Nobody was not found"}
    invalid = requests.post(f"{stock.url}/environments", json={"name": "a b"}, timeout=30)
    assert "name" in invalid.json()["errors"]


@pytest.mark.parametrize("path", ["/users/1", "/users/2"])
def test_one_publication_may_hold_two_contents_for_one_provider(stock: StockTools, path: str) -> None:
    first = publication()["contracts"][0]
    content = json.dumps(pact_of("Web", "Users", path=path)).encode()
    second = {**first, "content": base64.b64encode(content).decode()}
    body = publication(contracts=[first, second])
    assert requests.post(f"{stock.url}/contracts/publish", json=body, timeout=30).status_code == 200
