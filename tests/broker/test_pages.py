"""The pages: what they say, that nothing gets out of its escaping, and how a browser shows them."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from pactape.broker.pages.network import lay_out, neighbourhood
from pactape.broker.pages.rule_descriptions import describe_rules

from tests.broker.helpers.client import Client
from tests.broker.helpers.pages import html, publish, report, seed
from tests.broker.helpers.stock import pact_of
from tests.broker.helpers.webhooks import LOCAL, document, listening, make

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.broker.helpers.stock import StockTools


EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def test_the_first_page_shows_every_integration_with_its_state(stock: StockTools) -> None:
    seed(stock.url)
    text = html(f"{stock.url}/")
    assert "3 integrations: 1 failed, 0 changed since last verified, 1 pending, 1 verified" in text
    assert "Web Shop calls Users (verified)" in text


def test_the_same_address_is_the_api_for_everybody_else(stock: StockTools) -> None:
    answer = requests.get(f"{stock.url}/", headers={"Accept": "application/hal+json"}, timeout=30)
    assert "pb:publish-contracts" in answer.json()["_links"]


def test_an_empty_broker_says_how_to_publish(stock: StockTools) -> None:
    assert "pactape publish --broker-url" in html(f"{stock.url}/")


def test_a_contract_reads_like_documentation(stock: StockTools) -> None:
    seed(stock.url)
    text = html(f"{stock.url}/pacts/provider/Users/consumer/Web%20Shop/latest")
    for words in (
        "GET /users/1",
        "Given a user exists (id = 1)",
        "a whole number",
        "tests/test_users.py::test_gets_a_user",
        "Verification history",
    ):
        assert words in text


def message_pact() -> dict[str, Any]:
    pact = pact_of("Mailer", "Orders")
    message = {
        "type": "Asynchronous/Messages",
        "description": "an order was paid",
        "providerStates": [{"name": "an order exists"}],
        "contents": {"content": {"order": "o-1"}, "contentType": "application/json", "encoded": False},
        "metadata": {"topic": "orders.paid"},
        "matchingRules": {"body": {"$.order": {"combine": "AND", "matchers": [{"match": "type"}]}}},
    }
    return {**pact, "interactions": [message]}


def test_an_asynchronous_message_is_shown_with_its_metadata(stock: StockTools) -> None:
    publish(stock.url, message_pact())
    text = html(f"{stock.url}/pacts/provider/Orders/consumer/Mailer/latest")
    for words in ("Message", "an order was paid", "Given an order exists", "orders.paid", "o-1", "$.order"):
        assert words in text


def test_a_contract_says_how_many_recordings_it_rests_on(stock: StockTools) -> None:
    pact = pact_of("Web Shop", "Users")
    references = {"Pactape": {"cassettes": "cassettes/a.yaml#1, cassettes/b.yaml#3"}}
    pact["interactions"][0]["comments"] = {"text": ["seen twice"], "references": references}
    publish(stock.url, pact)
    text = html(f"{stock.url}/pacts/provider/Users/consumer/Web%20Shop/latest")
    for words in (
        "cassettes (2)",
        "<dd>cassettes/a.yaml#1</dd>",
        "<dd>cassettes/b.yaml#3</dd>",
        "seen twice",
    ):
        assert words in text


@pytest.mark.parametrize(("count", "opened"), [(3, True), (60, False)])
def test_a_long_table_of_contents_is_folded(stock: StockTools, count: int, opened: bool) -> None:  # noqa: FBT001 -- a row of the table
    pact = pact_of("Web Shop", "Users")
    pact["interactions"] = [
        {**pact["interactions"][0], "description": f"the user {number}"} for number in range(count)
    ]
    publish(stock.url, pact)
    text = html(f"{stock.url}/pacts/provider/Users/consumer/Web%20Shop/latest")
    assert f"{count} interactions" in text
    assert ('<details class="contents" open>' in text) is opened


def test_the_matrix_says_why(stock: StockTools) -> None:
    seed(stock.url)
    query = "q[][pacticipant]=Web%20Shop&q[][version]=1&environment=test"
    text = html(f"{stock.url}/matrix?{query}")
    assert "There is no verified pact between version 1 of Web Shop" in text


def test_a_problem_is_a_page_for_a_browser(stock: StockTools) -> None:
    answer = requests.get(f"{stock.url}/nothing/here", headers={"Accept": "text/html"}, timeout=30)
    assert answer.status_code == 404
    assert "There is nothing at /nothing/here" in answer.text


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]


def test_html_in_names_is_shown_as_text_everywhere(stock: StockTools) -> None:
    pact = pact_of(EVIL, "Users")
    pact["interactions"][0]["description"] = EVIL
    pact["interactions"][0]["response"]["body"]["content"] = {EVIL: EVIL}
    publish(stock.url, pact, version=EVIL, branch=EVIL)
    report(stock.url, EVIL, "Users", success=True)
    name = quote(EVIL, safe="")
    paths = [
        *("/", f"/pacts/provider/Users/consumer/{name}/latest", f"/pacticipants/{name}", f"/{name}"),
        *("/pacticipants", f"/graph?around={name}", "/environments", "/webhooks", f"/?q={name}"),
        f"/matrix?q[][pacticipant]={name}&q[][version]={name}&q[][branch]={name}",
        f"/can-i-deploy?pacticipant={name}&version={name}&to={name}",
    ]
    for path in paths:
        elements, text = _Elements(), html(stock.url + path)
        elements.feed(text)
        assert "img" not in elements.names, path
        assert text.count("<script") == 1, path
        assert "alert" not in text.partition("<script>")[2], path
        assert not {"onerror", "onclick"} & elements.attributes, path
        assert not any(address.startswith("javascript:") for address in elements.addresses), path


def test_a_page_allows_its_one_script_and_nothing_from_elsewhere(stock: StockTools) -> None:
    answer = requests.get(f"{stock.url}/", headers={"Accept": "text/html"}, timeout=30)
    script = answer.text.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{digest}'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Vary"] == "Accept"


def test_failures_come_first_and_states_can_be_chosen(stock: StockTools) -> None:
    seed(stock.url)
    states = re.findall(r'class="state (\w+)"', html(f"{stock.url}/"))
    assert states == ["failed", "pending", "verified"]
    assert re.findall(r'class="state (\w+)"', html(f"{stock.url}/?state=pending")) == ["pending"]
    assert "No integration matches" in html(f"{stock.url}/?state=changed")


def test_a_new_content_after_a_verified_one_is_shown_as_changed(stock: StockTools) -> None:
    seed(stock.url)
    publish(stock.url, pact_of("Web Shop", "Users", path="/users/2"), version="3")
    assert "1 changed since last verified" in html(f"{stock.url}/")
    text = html(f"{stock.url}/pacts/provider/Users/consumer/Web%20Shop/version/3/diff/previous-distinct")
    assert "/users/1" in text
    assert "/users/2" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("q=orders", "2 integrations with"),
        ("q=nobody", "No integration matches"),
        ("sort=provider", "3 integ"),
    ],
)
def test_integrations_are_searched_and_sorted(stock: StockTools, query: str, words: str) -> None:
    seed(stock.url)
    assert words in html(f"{stock.url}/?{query}")


def test_a_long_index_comes_in_pages(stock: StockTools) -> None:
    for number in range(51):
        publish(stock.url, pact_of(f"Consumer {number}", "Users"))
    first, second = html(f"{stock.url}/"), html(f"{stock.url}/?page=2")
    assert "Page 1 of 2 (51)" in first
    assert second.count('class="state') == 1
    assert "too many for one drawing" in first


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/graph", "Web Shop calls Users"),
        ("/graph?around=Orders", "Orders calls Users"),
        ("/graph?state=failed", "Web Shop calls Orders"),
        ("/pacticipants?q=web", "Web Shop"),
        ("/matrix", "Choose versions"),
        ("/matrix?q[][pacticipant]=Web%20Shop&q[][version]=&q[][pacticipant]=&q[][version]=", "u1"),
        ("/can-i-deploy", "To environment"),
        ("/can-i-deploy?pacticipant=Web%20Shop&version=1&environment=test", "There is no verified pact"),
        ("/can-i-deploy?pacticipant=Nobody&version=1&environment=test", "Pacticipant Nobody not found"),
        ("/environments", "No version is recorded"),
        ("/webhooks", "No webhook is defined yet"),
    ],
)
def test_every_question_has_a_page(stock: StockTools, path: str, words: str) -> None:
    seed(stock.url)
    assert words in html(stock.url + path)


def test_what_runs_where_says_whether_it_may_go_on(stock: StockTools) -> None:
    seed(stock.url)
    environments = Client(stock.url).get("/environments")["_embedded"]["environments"]
    test = next(environment["uuid"] for environment in environments if environment["name"] == "test")
    path = f"/pacticipants/Web%20Shop/versions/1/deployed-versions/environment/{test}"
    assert Client(stock.url).ask("POST", path, {}).status_code == 201
    text = html(f"{stock.url}/environments")
    assert "1 to production" in text
    assert "nothing newer" not in text


def test_a_webhook_and_its_deliveries_are_shown_without_credentials(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        webhook = make(stock.url, document(f"{listener.url}?token=q8Zr1LmXk29T"))
        seed(stock.url)
        assert listener.enough.acquire(timeout=30)
        pages = [html(f"{stock.url}/webhooks"), html(webhook)]
        log = re.findall(r'href="([^"]*/triggered-webhooks/[^"]*)"', pages[1])[0]
        pages.append(html(log))
    assert all("contract_published" in page for page in pages)
    assert not any(secret in page for page in pages for secret in ("s3cret", "q8Zr1LmXk29T"))


def test_the_neighbourhood_of_a_service_ends_after_so_many_calls() -> None:
    calls = [("a", "b", "verified"), ("b", "c", "failed"), ("c", "d", "verified")]
    assert neighbourhood(calls, "a", depth=1) == calls[:1]
    assert neighbourhood(calls, "a", depth=2) == calls[:2]
    assert neighbourhood(calls, "c", depth=1) == calls[1:]


def test_calls_in_a_circle_are_all_drawn() -> None:
    network = lay_out([("a", "b", "verified"), ("b", "a", "failed"), ("a", "a", "pending")])
    assert len(network.arrows) == 3
    assert network.arrows[-1].state == "failed"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"$.body.id": {"match": "type"}}, [("", "$.body.id", "any value of the same type")]),
        (
            {"path": {"matchers": [{"match": "regex", "regex": "^/a"}]}},
            [("path", "", "text that matches ^/a")],
        ),
        (
            {"body": {"$": {"combine": "OR", "matchers": [{"match": "null"}, {"match": "integer"}]}}},
            [("body", "$", "null or a whole number")],
        ),
        (
            {"body": {"$.a": {"matchers": [{"match": "type", "min": 1, "max": 3}]}}},
            [("body", "$.a", "a list of at least 1 and at most 3, each item like the example")],
        ),
        ({"body": {"$": {"matchers": [{"match": "telepathy"}]}}}, [("body", "$", "{'match': 'telepathy'}")]),
        (None, []),
    ],
)
def test_rules_are_said_in_words(rules: Any, words: list[tuple[str, str, str]]) -> None:
    assert describe_rules(rules) == words
