"""The pages: what they say, that nothing gets out of its escaping, and how a browser shows them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.pages.network import lay_out
from pactape.broker.pages.rule_descriptions import describe_rules

from tests.broker.helpers.pages import html, publish, report, seed
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools


EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def test_the_first_page_shows_every_integration_with_its_state(stock: StockTools) -> None:
    seed(stock.url)
    text = html(f"{stock.url}/")
    assert "3 integrations: 1 verified, 1 failed, 1 unverified" in text
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
    for path in ("/", f"/pacts/provider/Users/consumer/{name}/latest", f"/pacticipants/{name}", f"/{name}"):
        elements = _Elements()
        elements.feed(requests.get(stock.url + path, headers={"Accept": "text/html"}, timeout=30).text)
        assert not {"script", "img"} & elements.names, path
        assert not {"onerror", "onclick"} & elements.attributes, path
        assert not any(address.startswith("javascript:") for address in elements.addresses), path


def test_a_page_allows_no_script_and_nothing_from_elsewhere(stock: StockTools) -> None:
    answer = requests.get(f"{stock.url}/", headers={"Accept": "text/html"}, timeout=30)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Vary"] == "Accept"


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


_calls = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.just("verified")), max_size=12
)


@given(_calls)
def test_no_two_boxes_of_the_drawing_overlap(calls: list[tuple[str, str, str]]) -> None:
    network = lay_out(calls)
    places = {(box.x, box.y) for box in network.boxes}
    assert len(places) == len(network.boxes) == len({name for call in calls for name in call[:2]})
    for box in network.boxes:
        assert box.x + box.width <= network.width
        assert box.y + box.height <= network.height
