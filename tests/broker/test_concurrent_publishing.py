"""Writers that publish at the same moment, over one broker or over two that share a database: nothing is lost."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape.broker import running_broker

from tests.broker.helpers.client import Client
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_WRITERS, _ROUNDS = 8, 5


@pytest.fixture
def clients(location: Path | str) -> Iterator[list[Client]]:
    """Clients of each broker: a file has one, a PostgreSQL database two."""
    with ExitStack() as stack:
        count = 2 if isinstance(location, str) else 1
        yield [Client(stack.enter_context(running_broker(location))) for _ in range(count)]


def at_once(clients: list[Client], write: Callable[[Client, int], int]) -> list[int]:
    """Have the writers begin at the same moment, spread over the brokers; gives their statuses."""
    barrier = Barrier(_WRITERS)

    def begin(writer: int) -> int:
        barrier.wait()
        return write(clients[writer % len(clients)], writer)

    with ThreadPoolExecutor(_WRITERS) as pool:
        return list(pool.map(begin, range(_WRITERS)))


def publish(
    client: Client, consumer: str, version: str, *providers: str, path: str = "/a", **more: Any
) -> int:
    contracts = [
        {
            "consumerName": consumer,
            "providerName": provider,
            "content": base64.b64encode(json.dumps(pact_of(consumer, provider, path=path)).encode()).decode(),
        }
        for provider in providers
    ]
    body = {"pacticipantName": consumer, "pacticipantVersionNumber": version, "contracts": contracts, **more}
    return requests.post(f"{client.url}/contracts/publish", json=body, timeout=60).status_code


def numbers_of(client: Client, path: str) -> set[str]:
    return {version["number"] for version in client.get(path)["_embedded"]["versions"]}


@pytest.mark.long
def test_consumers_that_name_the_same_new_providers_in_different_orders_all_succeed(
    clients: list[Client],
) -> None:
    for turn in range(_ROUNDS):
        providers = [f"P{turn}-{number}" for number in range(6)]

        def write(client: Client, writer: int, providers: list[str] = providers) -> int:
            ordered = providers if writer % 2 else providers[::-1]
            return publish(client, f"Web {writer}", str(turn), *ordered)  # noqa: B023 -- within the turn

        assert at_once(clients, write) == [200] * _WRITERS


def test_new_pacticipants_that_consume_each_other_all_succeed(clients: list[Client]) -> None:
    for turn in range(_ROUNDS):

        def write(client: Client, writer: int, turn: int = turn) -> int:
            names = (f"A{turn}", f"B{turn}") if writer % 2 else (f"B{turn}", f"A{turn}")
            return publish(client, names[0], f"{writer}", names[1])

        assert at_once(clients, write) == [200] * _WRITERS


def test_a_version_gets_the_contracts_with_all_providers_that_are_published_for_it_at_once(
    clients: list[Client],
) -> None:
    assert (
        at_once(clients, lambda client, writer: publish(client, "Web", "1", f"Users {writer}")) == [200] * 8
    )
    pacts = clients[0].get("/pacts/latest")["pacts"]
    published = {pact["_embedded"]["provider"]["name"] for pact in pacts}
    assert published == {f"Users {writer}" for writer in range(_WRITERS)}


def test_merged_contracts_of_one_version_keep_the_interactions_of_every_writer(clients: list[Client]) -> None:
    def write(client: Client, writer: int) -> int:
        pact = pact_of("Web", "Users", path=f"/{writer}")
        pact["interactions"][0]["description"] = f"reads {writer}"
        contract = {
            "consumerName": "Web",
            "providerName": "Users",
            "content": base64.b64encode(json.dumps(pact).encode()).decode(),
            "onConflict": "merge",
        }
        body = {"pacticipantName": "Web", "pacticipantVersionNumber": "1", "contracts": [contract]}
        return requests.post(f"{client.url}/contracts/publish", json=body, timeout=60).status_code

    assert at_once(clients, write) == [200] * _WRITERS
    pact = clients[0].get("/pacts/provider/Users/consumer/Web/latest")
    assert {interaction["description"] for interaction in pact["interactions"]} == {
        f"reads {n}" for n in range(_WRITERS)
    }


def test_a_branch_gets_every_version_that_is_published_on_it_at_once(clients: list[Client]) -> None:
    write = lambda client, writer: publish(client, "Web", str(writer), "Users", branch="feat/x")  # noqa: E731 -- one expression
    assert at_once(clients, write) == [200] * _WRITERS
    on_branch = numbers_of(clients[0], "/pacticipants/Web/branches/feat%2Fx/versions")
    assert on_branch == {str(writer) for writer in range(_WRITERS)}


def test_the_head_of_a_branch_is_the_version_that_came_last(clients: list[Client]) -> None:
    write = lambda client, writer: publish(client, "Web", str(writer), "Users", branch="main")  # noqa: E731 -- one expression
    at_once(clients, write)
    last = clients[0].get("/pacticipants/Web/versions")["_embedded"]["versions"][0]["number"]
    assert clients[-1].get("/pacticipants/Web/branches/main/latest-version")["number"] == last


def test_a_version_keeps_every_tag_and_branch_that_is_given_to_it_at_once(clients: list[Client]) -> None:
    def write(client: Client, writer: int) -> int:
        if writer % 2:
            return publish(client, "Web", "1", "Users", tags=[f"t{writer}"])
        return client.ask("PUT", f"/pacticipants/Web/versions/1/tags/t{writer}").status_code

    assert {*at_once(clients, write)} <= {200, 201}
    version = clients[0].get("/pacticipants/Web/versions/1")
    assert {tag["name"] for tag in version["_embedded"]["tags"]} == {f"t{n}" for n in range(_WRITERS)}


def test_results_of_one_content_that_arrive_at_once_get_numbers_of_their_own(clients: list[Client]) -> None:
    assert publish(clients[0], "Web", "1", "Users") == 200
    pact = clients[0].get("/pacts/provider/Users/consumer/Web/latest")
    path = pact["_links"]["pb:publish-verification-results"]["href"].removeprefix(clients[0].url)

    def write(client: Client, writer: int) -> int:
        body = {"success": True, "providerApplicationVersion": str(writer)}
        return client.ask("POST", path, body).status_code

    assert at_once(clients, write) == [201] * _WRITERS
    results = clients[0].get(path)["_embedded"]["verificationResults"]
    assert len({result["_links"]["self"]["href"] for result in results}) == _WRITERS


def test_a_branch_that_a_version_gets_while_it_verifies_a_contract_has_verified_it(
    clients: list[Client],
) -> None:
    assert publish(clients[0], "Web", "1", "Users") == 200
    pact = clients[0].get("/pacts/provider/Users/consumer/Web/latest")
    path = pact["_links"]["pb:publish-verification-results"]["href"].removeprefix(clients[0].url)

    for number in range(_WRITERS // 2):
        assert clients[0].ask("PUT", f"/pacticipants/Users/versions/v{number}", {}).status_code == 201

    def write(client: Client, writer: int) -> int:
        version = f"v{writer // 2}"
        if writer % 2:
            return publish(client, "Users", version, "Mail", branch=f"b{writer // 2}")
        return client.ask("POST", path, {"success": True, "providerApplicationVersion": version}).status_code

    assert sorted(at_once(clients, write)) == [200] * 4 + [201] * 4
    for number in range(_WRITERS // 2):
        selection = {"providerVersionBranch": f"b{number}", "includePendingStatus": True}
        answer = clients[0].ask("POST", "/pacts/provider/Users/for-verification", selection).json()
        assert [pact["verificationProperties"]["pending"] for pact in answer["_embedded"]["pacts"]] == [False]
