"""What the API's resources keep, show, refuse and delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.broker.helpers.client import BETWEEN, Client, environment, numbers, status
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools


@pytest.fixture
def broker(stock: StockTools) -> Client:
    return Client(stock.url)


def test_a_label_is_made_once_found_by_and_removed(broker: Client) -> None:
    broker.publish("Web", "1")
    label = "/pacticipants/Web/labels/team-a"
    assert [status(broker, "PUT", label), status(broker, "PUT", label)] == [201, 200]
    assert broker.get(label)["name"] == "team-a"
    pacticipants = broker.get("/pacticipants/label/team-a")["_embedded"]["pacticipants"]
    assert [pacticipant["name"] for pacticipant in pacticipants] == ["Web"]
    assert [status(broker, method, label) for method in ("DELETE", "DELETE", "GET")] == [204, 404, 404]


def test_a_pacticipant_keeps_what_a_change_does_not_name(broker: Client) -> None:
    properties = {
        "name": "Web",
        "displayName": "The web",
        "mainBranch": "main",
        "repositoryUrl": "https://example.org",
    }
    assert status(broker, "POST", "/pacticipants", properties) == 201
    assert status(broker, "PATCH", "/pacticipants/Web", {"mainBranch": "trunk"}) == 200
    pacticipant = broker.get("/pacticipants/Web")
    assert [pacticipant[key] for key in properties] == ["Web", "The web", "trunk", "https://example.org"]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/pacticipants", {"name": "Web"}, 409),
        ("POST", "/pacticipants", {"name": 1}, 400),
        ("POST", "/pacticipants", {}, 400),
        ("PATCH", "/pacticipants/Web", {"mainBranch": 1}, 400),
        ("PATCH", "/pacticipants/Web", {"mainBranch": " "}, 400),
        ("PUT", "/pacticipants/Web/versions/1", {"buildUrl": 1}, 400),
        ("PUT", "/pacticipants/Web/versions/1", {"tags": [{"name": ""}]}, 400),
        ("PUT", "/pacticipants/Web/versions/1", {"branch": 1}, 400),
        ("POST", "/environments", {}, 400),
        ("POST", "/environments", {"name": "a b"}, 400),
        ("POST", "/environments", {"name": "prod"}, 400),
        ("POST", "/environments", {"name": "test", "production": "yes"}, 400),
        ("POST", "/environments", {"name": "test", "contacts": "us"}, 400),
        ("PUT", f"{BETWEEN}/version/2", pact_of("Other", "Users"), 400),
        ("PUT", f"{BETWEEN}/version/2", {"consumer": "Web", "provider": {"name": "Users"}}, 400),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused(
    broker: Client, method: str, path: str, body: Any, expected: int
) -> None:
    broker.publish("Web", "1")
    environment(broker)
    answer = broker.ask(method, path, body)
    assert answer.status_code == expected, answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/pacticipants/Nobody",
        "/pacticipants/Web/versions/9",
        "/pacticipants/Web/labels/none",
        "/pacticipants/Web/branches/none",
        "/pacticipants/Web/branches/main/versions/9",
        "/pacticipants/Web/branches/none/versions",
        "/pacticipants/Web/branches/none/latest-version",
        "/pacticipants/Web/latest-version/none",
        "/pacticipants/Web/versions/1/tags/none",
        "/pacticipants/Web/environments/none/versions",
        "/environments/none",
        "/deployed-versions/none",
        "/released-versions/none",
        "/webhooks/none",
        "/triggered-webhooks/none",
        "/integrations/provider/Users/consumer/Nobody",
        f"{BETWEEN}/version/9",
        f"{BETWEEN}/latest/none",
        f"{BETWEEN}/pact-version/none",
        f"{BETWEEN}/version/1/verification-results/latest",
        f"{BETWEEN}/latest/verification-results/latest",
        "/verification-results/consumer/Web/version/9/latest",
        "/pacts/provider/Users/provider-states/environment/none",
    ],
)
def test_what_does_not_exist_is_not_found(broker: Client, path: str) -> None:
    broker.publish("Web", "1", branch="main")
    assert status(broker, "GET", path) == 404


def test_a_version_takes_its_branch_its_tags_and_its_build(broker: Client) -> None:
    body = {"buildUrl": "https://example.org/1", "branch": "main", "tags": ["one", {"name": "two"}]}
    assert status(broker, "PUT", "/pacticipants/Web/versions/1", body) == 201
    assert status(broker, "PUT", "/pacticipants/Web/versions/1", {}) == 200
    version = broker.get("/pacticipants/Web/versions/1")
    assert version["buildUrl"] == "https://example.org/1"
    assert [tag["name"] for tag in version["_embedded"]["tags"]] == ["one", "two"]
    assert [branch_version["name"] for branch_version in version["_embedded"]["branchVersions"]] == ["main"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/pacticipants/Web/versions", ["3", "2", "1"]),
        ("/pacticipants/Web/branches/main/versions", ["2", "1"]),
        ("/pacticipants/Web/tags/prod/versions", ["1"]),
        ("/pacticipants/Web/environments/{environment}/versions", ["2"]),
    ],
)
def test_versions_are_listed_the_last_one_first(broker: Client, path: str, expected: list[str]) -> None:
    prod = environment(broker)
    broker.publish("Web", "1", branch="main", tags=["prod"])
    broker.publish("Web", "2", branch="main")
    broker.publish("Web", "3", branch="feature")
    broker.ask("POST", f"/pacticipants/Web/versions/2/deployed-versions/environment/{prod}", {})
    assert numbers(broker, path.format(environment=prod)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("latest-version", "3"), ("latest-version/prod", "1"), ("branches/main/latest-version", "2")],
)
def test_the_latest_version_is_found_whole_by_tag_and_by_branch(
    broker: Client, path: str, expected: str
) -> None:
    broker.publish("Web", "1", branch="main", tags=["prod"])
    broker.publish("Web", "2", branch="main")
    broker.publish("Web", "3", branch="feature")
    assert broker.get(f"/pacticipants/Web/{path}")["number"] == expected


def test_a_version_without_one_has_no_latest_version(broker: Client) -> None:
    broker.ask("POST", "/pacticipants", {"name": "Web"})
    assert status(broker, "GET", "/pacticipants/Web/latest-version") == 404


def test_branches_are_found_by_a_part_of_their_name_and_deleted_but_for_the_main_one(broker: Client) -> None:
    broker.ask("POST", "/pacticipants", {"name": "Web", "mainBranch": "main"})
    for number, branch in enumerate(["main", "feature-a", "feature-b"]):
        broker.publish("Web", str(number), branch=branch)
    matches = broker.get("/pacticipants/Web/branches?q=FEATURE")["_embedded"]["branches"]
    assert sorted(match["name"] for match in matches) == ["feature-a", "feature-b"]
    assert status(broker, "DELETE", "/pacticipants/Web/branches/feature-a") == 204
    assert status(broker, "GET", "/pacticipants/Web/branches/feature-a") == 404
    assert status(broker, "DELETE", "/pacticipants/Web/branches") == 202
    remaining = broker.get("/pacticipants/Web/branches")["_embedded"]["branches"]
    assert [branch["name"] for branch in remaining] == ["main"]


@pytest.mark.parametrize("deletion", ["tag/old", "branch/feature"])
def test_contracts_are_deleted_by_the_tag_or_the_branch_of_their_versions(
    broker: Client, deletion: str
) -> None:
    broker.publish("Web", "1", branch="feature", tags=["old"])
    broker.publish("Web", "2", branch="main")
    assert status(broker, "DELETE", f"{BETWEEN}/{deletion}") == 200
    links = broker.get(f"{BETWEEN}/versions")["_links"]["pact-versions"]
    assert [link["href"].rpartition("/")[2] for link in links] == ["2"]


def test_a_contract_at_its_address_is_made_kept_merged_and_deleted(broker: Client) -> None:
    address = f"{BETWEEN}/version/1"
    first, second = pact_of("Web", "Users", path="/a"), pact_of("Web", "Users", path="/b")
    second["interactions"][0]["description"] = "another"
    assert [status(broker, "PUT", address, first), status(broker, "PUT", address, first)] == [201, 200]
    assert status(broker, "PUT", address, second) == 409
    assert status(broker, "PATCH", address, second) == 200
    paths = [interaction["request"]["path"] for interaction in broker.get(address)["interactions"]]
    assert paths == ["/a", "/b"]
    assert [status(broker, "DELETE", address), status(broker, "DELETE", address)] == [200, 404]


def test_an_environment_is_changed_and_deleted_with_what_is_in_it(broker: Client) -> None:
    prod = environment(broker)
    broker.publish("Web", "1")
    recorded = f"/pacticipants/Web/versions/1/deployed-versions/environment/{prod}"
    assert status(broker, "POST", recorded, {"applicationInstance": "blue"}) == 201
    assert status(broker, "POST", recorded, {"applicationInstance": 1}) == 400
    assert status(broker, "PUT", f"/environments/{prod}", {"name": "live", "production": False}) == 200
    renamed_environment = broker.get(f"/environments/{prod}")
    assert (renamed_environment["name"], renamed_environment["production"]) == ("live", False)
    assert [status(broker, method, f"/environments/{prod}") for method in ("DELETE", "GET")] == [204, 404]


@pytest.mark.parametrize(
    ("kind", "current", "field"),
    [
        ("deployed", "currently-deployed", "currentlyDeployed"),
        ("released", "currently-supported", "currentlySupported"),
    ],
)
def test_what_was_deployed_or_released_ends_once_and_for_all(
    broker: Client, kind: str, current: str, field: str
) -> None:
    prod = environment(broker)
    broker.publish("Web", "1")
    records_path = f"/pacticipants/Web/versions/1/{kind}-versions/environment/{prod}"
    record = broker.ask("POST", records_path, {}).json()
    record_path = f"/{kind}-versions/{record['uuid']}"
    assert broker.get(record_path)[field] is True
    assert [version["uuid"] for version in broker.get(records_path)["_embedded"][f"{kind}Versions"]] == [
        record["uuid"]
    ]
    assert status(broker, "PATCH", record_path, {field: True}) == 422
    assert status(broker, "PATCH", record_path, {field: "no"}) == 400
    assert [status(broker, "PATCH", record_path, {field: False}) for _ in range(2)] == [200, 200]
    assert broker.get(record_path)[field] is False
    current_records = f"/environments/{prod}/{kind}-versions/{current}"
    assert broker.get(current_records)["_embedded"][f"{kind}Versions"] == []


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": " "}, {"name": ["can't be blank"]}),
        ({"name": "two words"}, {"name": ["cannot contain spaces"]}),
        ({"name": "uat", "contacts": ["Ada"]}, {"contacts": ["must be a list of objects with a name"]}),
        (
            {"name": "uat", "contacts": [{"name": ""}]},
            {"contacts": ["must be a list of objects with a name"]},
        ),
    ],
)
def test_an_environment_is_refused_for_its_own_fault_alone(
    broker: Client, body: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    answer = broker.ask("POST", "/environments", body)
    assert (answer.status_code, answer.json()) == (400, {"errors": errors})
