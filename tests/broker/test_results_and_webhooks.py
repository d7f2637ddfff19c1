"""What the broker's resources say of results, provider states, webhooks and older clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.broker.helpers.client import BETWEEN, Client, environment, status
from tests.broker.helpers.stock import pact_of
from tests.broker.helpers.webhooks import LOCAL, document

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.broker.helpers.stock import StockTools


@pytest.fixture
def broker(stock: StockTools) -> Client:
    return Client(stock.url)


def test_a_result_is_read_by_its_number_as_the_latest_and_of_its_consumer_version(broker: Client) -> None:
    broker.publish("Web", "1", tags=["prod"])
    for number, success in (("u1", False), ("u2", True)):
        broker.verify("Web", "1", number, success=success)
    one = broker.get(f"{BETWEEN}/version/1")["_links"]["pb:publish-verification-results"]["href"]
    results = one.partition("/metadata/")[0].removesuffix("/verification-results") + "/verification-results"
    by_number = [broker.get(f"{results}/{number}")["success"] for number in (1, 2)]
    latest = [
        broker.get(path)["providerApplicationVersion"]
        for path in (
            f"{results}/latest",
            f"{BETWEEN}/version/1/verification-results/latest",
            f"{BETWEEN}/latest/verification-results/latest",
            f"{BETWEEN}/latest/prod/verification-results/latest",
        )
    ]
    assert (by_number, latest) == ([False, True], ["u2"] * 4)
    assert [status(broker, "GET", f"{results}/{number}") for number in ("3", "x")] == [404, 404]
    assert broker.get("/verification-results/consumer/Web/version/1/latest")["success"] is True


def test_provider_states_are_those_of_main_branches_of_a_branch_or_of_an_environment(broker: Client) -> None:
    prod = environment(broker)
    for version, branch, state in (("1", "main", "a user"), ("2", "feature", "no user")):
        pact = pact_of("Web", "Users", path=f"/{version}")
        pact["interactions"][0]["providerStates"] = [{"name": state}]
        assert status(broker, "PUT", f"{BETWEEN}/version/{version}", pact) == 201
        broker.branch("Web", branch, version)
    broker.ask("PATCH", "/pacticipants/Web", {"mainBranch": "main"})
    broker.ask("POST", f"/pacticipants/Web/versions/2/deployed-versions/environment/{prod}", {})
    paths = ["", "/branch/feature", "/environment/prod", f"/environment/{prod}"]
    state_lists = [
        broker.get(f"/pacts/provider/Users/provider-states{path}")["providerStates"] for path in paths
    ]
    names = [[state["name"] for state in states] for states in state_lists]
    assert names == [["a user"], ["no user"], ["no user"], ["no user"]]


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/provider/Users/consumer/Web",
        "/webhooks/provider/Users",
        "/webhooks/consumer/Web",
        f"{BETWEEN}/webhooks",
    ],
)
def test_a_webhook_made_under_its_parties_concerns_them(serving: Callable[..., Any], path: str) -> None:
    body = {
        "events": [{"name": "contract_published"}],
        "request": {"method": "POST", "url": "http://127.0.0.1/hook"},
    }
    with serving(LOCAL) as stock:
        broker = Client(stock.url)
        for name in ("Web", "Users"):
            broker.ask("POST", "/pacticipants", {"name": name})
        uuid = broker.ask("POST", path, body).json()["uuid"]
        assert [webhook["uuid"] for webhook in broker.get(path)["_embedded"]["webhooks"]] == [uuid]
        assert [status(broker, method, f"/webhooks/{uuid}") for method in ("DELETE", "DELETE")] == [204, 404]


def test_older_clients_ask_for_contracts_with_parameters(broker: Client) -> None:
    broker.publish("Web", "1", branch="main", tags=["prod"])
    broker.publish("Web", "2", path="/b", branch="feature", tags=["test"])
    query = (
        "consumer_version_selectors[][tag]=prod&consumer_version_selectors[][latest]=true"
        "&provider_version_tags[]=main&include_pending_status=true"
    )
    pacts = broker.get(f"/pacts/provider/Users/for-verification?{query}")["_embedded"]["pacts"]
    summaries = [
        (pact["_links"]["self"]["name"].count("(1)"), pact["verificationProperties"]["pending"])
        for pact in pacts
    ]
    assert summaries == [(1, True)]


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("/integrations/provider/Users/consumer/Web", 2),
        ("/pacticipants/Web", 1),
        ("/pacticipants/Users", 2),
    ],
)
def test_a_webhook_goes_with_the_pacticipant_or_the_integration_that_it_names(
    serving: Callable[..., Any], path: str, left: int
) -> None:
    with serving(LOCAL) as stock:
        broker = Client(stock.url)
        broker.publish("Web", "1")
        hook = document("http://127.0.0.1:1/")
        for address in ("/webhooks/provider/Users/consumer/Web", "/webhooks/consumer/Web", "/webhooks"):
            assert broker.ask("POST", address, hook).status_code == 201
        assert broker.ask("DELETE", path).status_code == 204
        assert len(broker.get("/webhooks")["_links"]["pb:webhooks"]) == left
