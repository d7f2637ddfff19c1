"""Long lists come in pages, numbered and linked as the official broker does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.broker.helpers.publishing import publication

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools

VERSIONS = "pacticipants/Web/versions"


@pytest.fixture
def five(stock: StockTools) -> str:
    for number in range(5):
        body = publication(pacticipantVersionNumber=str(number))
        requests.post(f"{stock.url}/contracts/publish", json=body, timeout=30).raise_for_status()
    return f"{stock.url}/{VERSIONS}"


def page(url: str) -> dict[str, Any]:
    document: dict[str, Any] = requests.get(url, timeout=30).json()
    return document


def numbers(document: dict[str, Any]) -> list[str]:
    return [version["number"] for version in document["_embedded"]["versions"]]


def test_pages_that_are_followed_by_their_links_hold_each_version_once(five: str) -> None:
    all_numbers, url = [], f"{five}?pageSize=2"
    while url:
        document = page(url)
        all_numbers += numbers(document)
        url = document["_links"].get("next", {}).get("href", "")
    assert all_numbers == ["4", "3", "2", "1", "0"]


def test_a_page_shows_its_position(five: str) -> None:
    assert page(f"{five}?pageNumber=2&pageSize=2")["page"] == {
        "number": 2,
        "size": 2,
        "totalElements": 5,
        "totalPages": 3,
    }


def test_a_page_links_back(five: str) -> None:
    document = page(f"{five}?pageNumber=3&pageSize=2")
    assert document["_links"]["previous"]["href"] == f"{five}?pageNumber=2&pageSize=2"


def test_a_page_after_the_last_is_empty(five: str) -> None:
    assert numbers(page(f"{five}?pageNumber=9&pageSize=2")) == []


@pytest.mark.parametrize(
    "query", ["pageSize=0", "pageSize=1001", "pageSize=x", "pageNumber=0", "pageNumber=²"]
)
def test_a_page_that_cannot_be_is_refused(five: str, query: str) -> None:
    answer = requests.get(f"{five}?{query}", timeout=30)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [query.partition("=")[0]])
