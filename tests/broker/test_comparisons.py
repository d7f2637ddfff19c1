"""Comparing contracts: by version, with the previous one, and by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.broker.helpers.client import BETWEEN, Client

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools


@pytest.fixture
def broker(stock: StockTools) -> Client:
    """A broker with two versions of a contract that ask for different paths."""
    client = Client(stock.url)
    client.publish("Web", "1", path="/before")
    client.publish("Web", "2", path="/after")
    return client


def content_address(broker: Client, version: str) -> str:
    """The address of a version's content."""
    link = broker.get(f"{BETWEEN}/version/{version}")["_links"]["pb:pact-version"]["href"]
    return str(link).removeprefix(broker.url)


def test_contents_are_compared_by_their_hashes(broker: Client) -> None:
    old, new = content_address(broker, "1"), content_address(broker, "2")
    difference = broker.ask("GET", f"{new}/diff/pact-version/{old.rpartition('/')[2]}").text
    assert difference.splitlines()[0] == "Pact between Web and Users: version 1 and version 2"
    assert [word for word in ("/before", "/after") if word not in difference] == []


def test_a_content_does_not_differ_from_itself(broker: Client) -> None:
    address = content_address(broker, "2")
    difference = broker.ask("GET", f"{address}/diff/pact-version/{address.rpartition('/')[2]}").text
    assert difference.splitlines()[-1] == "No differences"


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("version/1/diff/previous-distinct", "A previous pact of Web with different content"),
        ("version/2/diff/version/9", "A pact between Web (9) and Users"),
    ],
)
def test_a_comparison_with_what_is_not_there_is_not_found(broker: Client, path: str, missing: str) -> None:
    answer = broker.ask("GET", f"{BETWEEN}/{path}")
    assert (answer.status_code, missing in answer.text) == (404, True), answer.text


def test_a_comparison_with_an_unknown_content_is_not_found(broker: Client) -> None:
    answer = broker.ask("GET", f"{content_address(broker, '2')}/diff/pact-version/{'0' * 40}")
    assert (answer.status_code, "A pact with the content" in answer.text) == (404, True), answer.text
