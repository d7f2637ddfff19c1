"""Consumer tests by hand, with pact-python's DSL, beside the recorded ones: their interactions join the contracts.

Each test asks the client against pact-python's mock server. Their pact files are in contracts/handwritten; while
recording the tests write them, else they see that these still say the same.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pact import Pact, match
from pactape_clients import StaticToken

from storefront.clients import InventoryClient, Item, NotificationClient

if TYPE_CHECKING:
    from collections.abc import Callable

    Keep = Callable[[Pact, str], None]

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "contracts" / "handwritten"
CONTRACTS = ROOT / "contracts" / "pacts"
BEARER = match.regex("Bearer scrubbed", regex=r"^Bearer \S+$")
ANY_TOKEN = StaticToken("scrubbed")


@pytest.fixture
def keep(request: pytest.FixtureRequest, tmp_path: Path) -> Keep:
    """Write a pact file, or see that the one that is kept says the same."""

    def write_or_compare(pact: Pact, name: str) -> None:
        if request.config.getoption("--pactape-record") != "none":
            pact.write_file(FOLDER, overwrite=True)
        else:
            pact.write_file(tmp_path)
            assert interactions(tmp_path / name) == interactions(FOLDER / name)

    return write_or_compare


def interactions(path: Path) -> Any:
    return json.loads(path.read_bytes())["interactions"]


def test_reads_that_there_are_no_messages(keep: Keep) -> None:
    pact = Pact("storefront-web", "storefront-notifications").with_specification("V4")
    interaction = pact.upon_receiving("reads that there are no messages to somebody")
    interaction.given("nobody was notified", recipient="nobody@example.com")
    interaction.with_request("GET", "/messages").with_query_parameter("recipient", "nobody@example.com")
    interaction.with_header("Accept", "application/json").with_header("Authorization", BEARER)
    interaction.will_respond_with(200).with_body({"items": []}, "application/json")
    with pact.serve() as server:
        client = NotificationClient(str(server.url), tokens=ANY_TOKEN)
        assert client.messages_to("nobody@example.com") == ()
    keep(pact, "storefront-web-storefront-notifications.json")


def test_learns_that_a_product_is_out_of_stock(keep: Keep) -> None:
    pact = Pact("storefront-orders", "storefront-inventory").with_specification("V4")
    interaction = pact.upon_receiving("learns that a product is out of stock")
    interaction.given("products are in stock", **{"prod-9": 0})
    interaction.with_request("POST", "/availability").with_header("Authorization", BEARER)
    interaction.with_body(
        {"items": [{"productId": "prod-9", "quantity": 1, "price": 10.5}]}, "application/json"
    )
    details = [{"productId": "prod-9", "available": match.int(0)}]
    interaction.will_respond_with(200).with_body({"available": False, "details": details}, "application/json")
    with pact.serve() as server:
        client = InventoryClient(str(server.url), tokens=ANY_TOKEN)
        assert not client.check_stock((Item("prod-9", 1, Decimal("10.5")),)).available
    keep(pact, "storefront-orders-storefront-inventory.json")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_what_is_written_by_hand_stands_in_the_contract_beside_what_was_recorded(path: Path) -> None:
    by_hand = {interaction["description"] for interaction in interactions(path)}
    contract = {interaction["description"] for interaction in interactions(CONTRACTS / path.name)}
    assert (by_hand <= contract, len(contract) > len(by_hand) > 0) == (True, True)
