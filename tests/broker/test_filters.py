"""Parameters that narrow, sort or page are honoured or refused, however they are written; never ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.broker.helpers.client import BETWEEN, Client

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools


@pytest.fixture
def broker(stock: StockTools) -> Client:
    client = Client(stock.url)
    client.publish("Web", "1", branch="main", tags=["prod"])
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/pacticipants?pagesize=1",
        "/pacticipants?page_size=1",
        "/pacticipants?per_page=1",
        "/pacticipants?sort=name",
        "/integrations?search=Web",
        "/environments?production=true&status=x",
        f"{BETWEEN}/latest?branch=main",
        "/matrix?q[][pacticipant]=Web&q[0][version]=1",
        "/matrix?q[][pacticipant]=Web&LatestBy=cvp",
        "/matrix?q[][pacticipant]=Web&q[][latest]=TRUE",
        "/matrix?q[][pacticipant]=Web&mainBranch=yes",
        "/pacts/provider/Users/for-verification?consumer_version_selectors[0][tag]=prod",
        "/pacts/provider/Users/for-verification?providerVersionBranch=main",
    ],
)
def test_a_filter_in_a_spelling_that_is_not_supported_is_refused(broker: Client, path: str) -> None:
    assert broker.ask("GET", path).status_code == 400


def test_a_refusal_names_what_is_supported(broker: Client) -> None:
    text = broker.ask("GET", "/pacticipants?sort=name", Accept="application/problem+json").json()["detail"]
    assert "sort" in text
    assert "pageSize, q, size" in text


def test_a_parameter_that_filters_nothing_is_ignored_as_officially(broker: Client) -> None:
    assert broker.ask("GET", "/pacticipants?_=1700000000").status_code == 200


@pytest.mark.parametrize(
    "path", ["/?state=broken", "/?sort=luck", "/graph?depth=9", "/graph?pacticipant=Web", "/?page=two"]
)
def test_a_page_refuses_a_choice_that_it_does_not_offer(broker: Client, path: str) -> None:
    answer = requests.get(broker.url + path, headers={"Accept": "text/html"}, timeout=30)
    assert answer.status_code == 400


@pytest.mark.parametrize("accept", ["text/html", "application/hal+json"])
@pytest.mark.parametrize(
    "path",
    [
        "/pacticipants?page=",
        "/integrations?page=",
        f"{BETWEEN}/latest?page=",
        "/matrix?q[][pacticipant]=Web&days=",
        "/matrix?q[][pacticipant]=Web&limit=",
    ],
)
def test_a_number_of_five_thousand_digits_is_refused(broker: Client, path: str, accept: str) -> None:
    assert broker.ask("GET", path + "9" * 5_000, Accept=accept).status_code == 400


def test_the_next_page_is_narrowed_like_the_first(broker: Client) -> None:
    for name in ("Web two", "Web three", "Other"):
        broker.publish(name, "1")
    found, link = [], f"{broker.url}/pacticipants?q=web&pageSize=1"
    while link:
        page = broker.ask("GET", link).json()
        found += [pacticipant["name"] for pacticipant in page["_embedded"]["pacticipants"]]
        link = page["_links"].get("next", {}).get("href")
    assert sorted(found) == ["Web", "Web three", "Web two"]


def test_the_results_of_a_content_come_in_pages(broker: Client) -> None:
    for number in range(3):
        broker.verify("Web", "1", f"u{number}")
    pact = broker.get(f"{BETWEEN}/latest")
    link = f"{pact['_links']['pb:publish-verification-results']['href']}?pageSize=2"
    first = broker.ask("GET", link).json()
    second = broker.ask("GET", first["_links"]["next"]["href"]).json()
    counts = [len(page["_embedded"]["verificationResults"]) for page in (first, second)]
    assert counts == [2, 1]


def test_pacticipants_with_a_label_are_narrowed_and_paged_as_asked(broker: Client) -> None:
    for name in ("Web", "App", "Api"):
        broker.publish(name, "1")
        broker.ask("PUT", f"/pacticipants/{name}/labels/team", {})
    queries = ("q=AP", "pageSize=2", "pageSize=2&pageNumber=2", "q=ap&pageSize=1")
    pages = [
        broker.get(f"/pacticipants/label/team?{query}")["_embedded"]["pacticipants"] for query in queries
    ]
    assert [len(page) for page in pages] == [2, 2, 1, 1]


def test_a_filter_that_environments_do_not_have_is_refused(broker: Client) -> None:
    assert broker.ask("GET", "/environments?production=true").status_code == 400
