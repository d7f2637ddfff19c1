"""The matrix of pacticipants with a long history: the newest rows, and a word about the others."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.broker.helpers.client import Client
from tests.broker.helpers.pages import html

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools

_PAIR = [("q[][pacticipant]", "Web"), ("q[][pacticipant]", "Users")]
_BRANCHES = [
    *[("q[][pacticipant]", "Web"), ("q[][branch]", "main")],
    *[("q[][pacticipant]", "Users"), ("q[][branch]", "main")],
]
_TAG = [*[("q[][pacticipant]", "Web"), ("q[][tag]", "prod")], ("q[][pacticipant]", "Users")]


@pytest.fixture
def broker(stock: StockTools) -> Client:
    """A consumer of four versions with two contents, each verified by two provider versions."""
    client = Client(stock.url)
    for number in range(1, 5):
        client.publish("Web", str(number), path=f"/{number // 3}", branch="main", tags=["prod"])
    for by in ("u1", "u2"):
        client.branch("Users", "main", by)
        for version in ("1", "4"):
            client.verify("Web", version, by, success=by == "u2")
    return client


def versions(broker: Client, pairs: list[tuple[str, str]]) -> list[tuple[str, str | None]]:
    rows = broker.get(f"/matrix?{urlencode(pairs)}")["matrix"]
    return [
        (row["consumer"]["version"]["number"], (row["provider"]["version"] or {}).get("number"))
        for row in rows
    ]


_ALL = [(number, provider) for number in ("4", "3", "2", "1") for provider in ("u2", "u1")]


@pytest.mark.parametrize("pairs", [_PAIR, _BRANCHES, _TAG])
def test_rows_come_newest_first_and_the_limit_keeps_the_newest(
    broker: Client, pairs: list[tuple[str, str]]
) -> None:
    assert versions(broker, pairs) == _ALL
    for limit in (1, 3, 7, 8):
        numbers = versions(broker, [*pairs, ("limit", str(limit))])
        assert numbers == [version for version in _ALL if version in numbers]
        assert numbers[:2] == _ALL[: min(limit, 2)]
        assert len(numbers) <= limit


@pytest.mark.parametrize(("limit", "expected"), [("3", 1), ("8", 0)])
def test_a_verdict_on_some_of_the_rows_has_a_warning(broker: Client, limit: str, expected: int) -> None:
    notices = broker.get(f"/matrix?{urlencode([*_BRANCHES, ('limit', limit)])}")["notices"]
    warnings = [notice["text"] for notice in notices if "Only the latest" in notice["text"]]
    assert [text for text in warnings if f"Only the latest {limit} rows" in text] == warnings
    assert len(warnings) == expected


def test_a_named_version_is_never_skipped(broker: Client) -> None:
    query = [("q[][pacticipant]", "Web"), ("q[][version]", "1"), *_PAIR[1:], ("q[][version]", "u2")]
    matrix = broker.get(f"/matrix?{urlencode([*query, ('limit', '1')])}")
    assert matrix["summary"]["deployable"] is True


def test_one_verified_version_of_a_provider_branch_is_enough(broker: Client) -> None:
    broker.branch("Users", "main", "u3")
    query = [("q[][pacticipant]", "Web"), ("q[][version]", "4"), *_BRANCHES[2:]]
    assert versions(broker, query) == [("4", "u2"), ("4", "u1")]
    assert broker.get(f"/matrix?{urlencode([*query, ('latestby', 'cvp')])}")["summary"]["deployable"] is True


def test_the_page_shows_the_newest_rows_and_offers_more(broker: Client) -> None:
    for number in range(5, 18):
        broker.publish("Web", str(number), path="/1", branch="main")
    page = html(f"{broker.url}/matrix?{urlencode(_PAIR)}")
    assert page.count('data-label="Consumer"') == 25
    assert "The latest 25 rows." in page
    assert "Show up to 100" in page
    everything = html(f"{broker.url}/matrix?{urlencode([*_PAIR, ('limit', '100')])}")
    assert everything.count('data-label="Consumer"') == 34
    assert "The latest" not in everything


def test_the_page_of_a_contract_shows_ten_results_at_a_time(broker: Client) -> None:
    for number in range(3, 24):
        broker.verify("Web", "4", f"u{number}")
    address = f"{broker.url}/pacts/provider/Users/consumer/Web/version/4"
    pages = [html(f"{address}?page={page}") for page in ("1", "2", "3", "4")]
    assert [page.count('data-label="Provider version"') for page in pages] == [10, 10, 3, 0]
    assert [("Older results" in page, "Newer results" in page) for page in pages[:3]] == [
        (True, False),
        (True, True),
        (False, True),
    ]
    assert "No older results" in pages[3]


def test_the_page_of_a_contract_names_ten_versions_and_where_the_others_are(broker: Client) -> None:
    address = f"{broker.url}/pacts/provider/Users/consumer/Web/latest"
    assert "Older ones are in the" not in html(address)
    for number in range(5, 12):
        broker.publish("Web", str(number), path="/1", branch="main")
    page = html(address)
    assert page.count('data-label="Published"') == 10
    assert "The latest 10 versions. Older ones are in the" in page
