"""Texts that PostgreSQL can't store are refused on both databases alike, and never a failure of the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.broker.helpers.client import BETWEEN, Client, environment

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools

NUL = "a\0b"


@pytest.fixture
def broker(stock: StockTools) -> Client:
    client = Client(stock.url)
    client.publish("Web", "1", branch="main")
    return client


@pytest.mark.parametrize("letter", ["%00", "%ff"], ids=["NUL", "not UTF-8"])
@pytest.mark.parametrize(
    "path",
    [
        "/pacticipants?q=",
        "/integrations?q=",
        "/environments?name=",
        "/matrix?q[][pacticipant]=Web&q[][version]=",
        "/can-i-deploy?pacticipant=Web&version=1&to=",
        "/pacts/provider/Users/for-verification?provider_version_branch=",
        "/graph?around=",
    ],
)
def test_a_query_with_an_impossible_letter_is_refused(broker: Client, path: str, letter: str) -> None:
    assert broker.ask("GET", path + letter, Accept="text/html, application/json").status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/pacticipants", {"name": "App", "displayName": NUL}),
        ("PATCH", "/pacticipants/Web", {"repositoryUrl": NUL}),
        ("PUT", "/pacticipants/Web/versions/9", {"buildUrl": NUL}),
        ("POST", "/environments", {"name": "uat", "displayName": NUL}),
        ("POST", "/pacts/provider/Users/for-verification", {"providerVersionBranch": NUL}),
        ("POST", "/pacts/provider/Users/for-verification", {"consumerVersionSelectors": [{"tag": NUL}]}),
        (
            "POST",
            "/contracts/publish",
            {"pacticipantName": "Web", "pacticipantVersionNumber": "3", "buildUrl": NUL, "contracts": []},
        ),
    ],
)
def test_a_body_with_the_character_nul_is_refused(
    broker: Client, method: str, path: str, body: dict[str, Any]
) -> None:
    answer = broker.ask(method, path, body)
    assert (answer.status_code, "NUL" in answer.text) == (400, True)


def test_the_deployment_of_an_instance_with_the_character_nul_is_refused(broker: Client) -> None:
    path = f"/pacticipants/Web/versions/1/deployed-versions/environment/{environment(broker)}"
    assert broker.ask("POST", path, {"applicationInstance": NUL}).status_code == 400


def test_a_backslash_before_the_digits_of_nul_is_text(broker: Client) -> None:
    assert broker.ask("PATCH", "/pacticipants/Web", {"displayName": r"a\u0000b"}).status_code == 200
    assert broker.get("/pacticipants/Web")["displayName"] == r"a\u0000b"


def test_a_contract_and_the_details_of_a_result_may_contain_the_character_nul(broker: Client) -> None:
    answer = broker.publish("Web", "2", path=f"/{NUL}")
    pact = broker.get(f"{BETWEEN}/latest")
    result = {"success": False, "providerApplicationVersion": "7", "testResults": [{"message": NUL}]}
    path = pact["_links"]["pb:publish-verification-results"]["href"]
    assert answer.status_code == 200
    assert pact["interactions"][0]["request"]["path"] == f"/{NUL}"
    assert broker.ask("POST", path, result).status_code == 201
