"""Questions that the official broker answers in its own way, and ours in the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.broker.helpers.client import Client
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools


@pytest.fixture
def broker(stock: StockTools) -> Client:
    return Client(stock.url)


def branches_of(broker: Client, name: str) -> list[str]:
    return [
        branch["name"] for branch in broker.get(f"/pacticipants/{name}/branches")["_embedded"]["branches"]
    ]


def test_the_first_tag_of_a_new_version_is_its_branch(broker: Client) -> None:
    broker.publish("Web", "1", tags=["main", "prod"])
    assert branches_of(broker, "Web") == ["main"]
    assert broker.selected_versions(consumerVersionSelectors=[{"mainBranch": True}]) == ["1"]


def test_a_version_that_has_a_branch_gets_none_from_its_tag(broker: Client) -> None:
    broker.publish("Web", "1", branch="feature", tags=["main"])
    assert branches_of(broker, "Web") == ["feature"]


def test_by_default_a_branch_without_a_contract_hides_older_contracts_of_other_branches(
    broker: Client,
) -> None:
    broker.ask("POST", "/pacticipants", {"name": "Web", "mainBranch": "main"})
    broker.publish("Web", "1", branch="feature")
    broker.publish("Web", "2", "Others", branch="main")
    assert broker.selected_versions() == []
    assert broker.selected_versions("Others") == ["2"]


@pytest.mark.parametrize("path", ["branch/main/latest", "latest/prod", "latest", "branch/latest"])
def test_the_latest_contract_is_found_behind_versions_without_one(broker: Client, path: str) -> None:
    broker.publish("Web", "1", branch="main", tags=["prod"])
    broker.branch("Web", "main", "2")
    broker.ask("PUT", "/pacticipants/Web/versions/2/tags/prod", {})
    pact = broker.get(f"/pacts/provider/Users/consumer/Web/{path}")
    assert pact["_links"]["pb:consumer-version"]["name"] == "1"


def test_the_latest_provider_version_counts_and_not_the_latest_result(broker: Client) -> None:
    broker.publish("Web", "1")
    for number in ("u1", "u2"):
        broker.branch("Users", "main", number)
    broker.verify("Web", "1", "u2", success=True)
    broker.verify("Web", "1", "u1", success=False)
    query = "/matrix?q[][pacticipant]=Web&q[][version]=1"
    assert broker.get(f"{query}&latestby=cvp")["summary"]["deployable"] is True
    assert len(broker.get(query)["matrix"]) == 2


def test_without_latestby_every_result_is_a_row(broker: Client) -> None:
    broker.publish("Web", "1")
    broker.verify("Web", "1", "u1", success=False)
    broker.verify("Web", "1", "u1", success=True)
    query = "/matrix?q[][pacticipant]=Web&q[][pacticipant]=Users"
    assert len(broker.get(query)["matrix"]) == 2
    assert len(broker.get(f"{query}&latestby=cvpv")["matrix"]) == 1


@pytest.mark.parametrize(
    ("query", "rows"), [("success[]=true", 1), ("success[]=false", 1), ("success=true&success=false", 2)]
)
def test_rows_are_narrowed_by_their_outcome(broker: Client, query: str, rows: int) -> None:
    broker.publish("Web", "1")
    for number, success in (("u1", True), ("u2", False)):
        broker.verify("Web", "1", number, success=success)
    matrix = broker.get(f"/matrix?q[][pacticipant]=Web&q[][pacticipant]=Users&{query}")
    assert len(matrix["matrix"]) == rows


@pytest.mark.parametrize(
    "query",
    [
        "latestby=newest",
        "days=soon",
        "limit=0",
        "success[]=maybe",
        "tag=prod&environment=test",
        "mainBranch=true&branch=main",
        "latest=true&environment=test",
        "colour=red&pageSize=3",
    ],
)
def test_a_parameter_that_cannot_be_honoured_is_refused(broker: Client, query: str) -> None:
    broker.publish("Web", "1")
    assert broker.ask("GET", f"/matrix?q[][pacticipant]=Web&{query}").status_code == 400


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/pacticipants?q=we", "pacticipants"),
        ("/pacticipants?pageSize=1", "pacticipants"),
        ("/integrations?q=WEB", "integrations"),
        ("/pacticipants/Web/branches?q=mai", "branches"),
        ("/environments?name=test", "environments"),
        ("/labels?pageSize=1", "labels"),
    ],
)
def test_a_list_is_narrowed_and_paged_as_asked(broker: Client, path: str, key: str) -> None:
    for name in ("Web", "App"):
        broker.publish(name, "1", branch="main")
        broker.branch(name, "feature", "2")
        broker.ask("PUT", f"/pacticipants/{name}/labels/label-of-{name}")
    assert len(broker.get(path)["_embedded"][key]) == 1


def test_what_is_in_an_environment_is_narrowed_by_version(broker: Client) -> None:
    environment = broker.get("/environments?name=production")["_embedded"]["environments"][0]["uuid"]
    for number in ("1", "2"):
        broker.publish("Web", number)
        path = f"/pacticipants/Web/versions/{number}/released-versions/environment/{environment}"
        assert broker.ask("POST", path, {}).status_code == 201
    path = f"/environments/{environment}/released-versions/currently-supported?pacticipant=Web"
    assert len(broker.get(path)["_embedded"]["releasedVersions"]) == 2
    assert len(broker.get(f"{path}&version=2")["_embedded"]["releasedVersions"]) == 1


def test_the_pending_status_is_part_of_the_answer_unless_it_is_declined(broker: Client) -> None:
    broker.publish("Web", "1", branch="main")
    assert broker.selected()[0]["verificationProperties"]["pending"] is True
    assert "pending" not in broker.selected(includePendingStatus=False)[0]["verificationProperties"]


def test_a_contract_is_work_in_progress_for_those_tags_alone_that_have_not_verified_it(
    broker: Client,
) -> None:
    broker.publish("Web", "1", branch="feature")
    broker.ask("PUT", "/pacticipants/Users/versions/u0/tags/one", {})
    broker.ask("PUT", "/pacticipants/Users/versions/u0/tags/two", {})
    broker.ask("PUT", "/pacticipants/Users/versions/u1/tags/one", {})
    broker.verify("Web", "1", "u1")
    query: dict[str, Any] = {
        "consumerVersionSelectors": [{"tag": "none", "latest": True}],
        "providerVersionTags": ["one", "two"],
        "includeWipPactsSince": "2020-01-01",
    }
    properties = broker.selected(**query)[0]["verificationProperties"]
    texts = " ".join(notice["text"] for notice in properties["notices"])
    assert properties["wip"] is True
    assert "with tag 'two'" in texts
    assert "'one'" not in texts


def test_a_contract_that_several_tags_have_not_verified_is_there_once_and_names_them(broker: Client) -> None:
    broker.publish("Web", "1", branch="feature", tags=["draft"])
    for tag in ("one", "two", "three"):
        broker.ask("PUT", f"/pacticipants/Users/versions/u0/tags/{tag}", {})
    broker.ask("PUT", "/pacticipants/Users/versions/u1/tags/one", {})
    broker.verify("Web", "1", "u1")
    assert [text for text in wip_notices(broker, "one", "two", "three") if "'two' and 'three'" in text]


def test_a_contract_that_another_tag_verified_before_a_tag_began_is_not_work_in_progress_for_it(
    broker: Client,
) -> None:
    broker.publish("Web", "1", branch="feature")
    broker.ask("PUT", "/pacticipants/Users/versions/u1/tags/one", {})
    broker.verify("Web", "1", "u1")
    broker.ask("PUT", "/pacticipants/Users/versions/u2/tags/late", {})
    assert wip_notices(broker, "late", "never used") == []


def wip_notices(broker: Client, *tags: str) -> list[str]:
    """The notices of the contracts that are work in progress for tags of the provider, of which there is one."""
    pacts = broker.selected(
        consumerVersionSelectors=[{"tag": "none", "latest": True}],
        providerVersionTags=list(tags),
        includeWipPactsSince="2020-01-01",
    )
    assert len(pacts) <= 1
    return [notice["text"] for pact in pacts for notice in pact["verificationProperties"]["notices"]]


def test_a_branch_that_a_version_joins_after_its_verification_counts_from_then(broker: Client) -> None:
    broker.publish("Web", "1", branch="main")
    broker.verify("Web", "1", "u1")
    query: dict[str, Any] = {"providerVersionBranch": "main"}
    assert broker.selected(**query)[0]["verificationProperties"]["pending"] is True
    broker.branch("Users", "main", "u1")
    assert broker.selected(**query)[0]["verificationProperties"]["pending"] is False
    assert broker.ask("DELETE", "/pacticipants/Users/branches/main").status_code == 204
    assert broker.selected(**query)[0]["verificationProperties"]["pending"] is True


def test_a_conflict_shows_what_differs(broker: Client) -> None:
    broker.publish("Web", "1", path="/old")
    new_pact = pact_of("Web", "Users", path="/new")
    answer = broker.ask("PUT", "/pacts/provider/Users/consumer/Web/version/1", new_pact)
    assert (answer.status_code, answer.headers["Content-Type"][:16]) == (409, "application/json")
    texts = "\n".join(notice["text"] for notice in answer.json()["notices"])
    assert '-        "path": "/old"' in texts
    assert '+        "path": "/new"' in texts


@pytest.mark.parametrize(
    "path",
    [
        "/pacticipants/Web/branches/main/versions",
        "/pacticipants/Web/tags/prod/versions",
        "/pacticipants/Web/branches/main/latest-version/can-i-deploy/to-environment/test",
        "/pacticipants/Web/latest-version/prod/can-i-deploy/to/prod",
        "/pacts/provider/Users/consumer/Web/version/2/previous-distinct",
        "/pacts/provider/Users/consumer/Web/latest/verification-results/latest",
        "/verification-results/consumer/Web/version/1/latest",
        "/webhooks/provider/Users/consumer/Web",
        "/webhooks/provider/Users",
        "/webhooks/consumer/Web",
        "/pacts/provider/Users/consumer/Web/webhooks",
        "/pacts/provider/Users/consumer/Web/webhooks/status",
        "/pacts/provider/Users/consumer/Web/version/1/triggered-webhooks",
        "/dashboard",
        "/dashboard/provider/Users/consumer/Web",
        "/metrics",
        "/labels",
        "/integrations/provider/Users/consumer/Web",
        "/diagnostic/status/dependencies",
    ],
)
def test_every_address_of_the_official_api_that_tools_follow_answers(broker: Client, path: str) -> None:
    broker.publish("Web", "1", branch="main", tags=["prod"])
    broker.publish("Web", "2", path="/b", branch="main", tags=["prod"])
    broker.verify("Web", "2", "u1")
    broker.get(path)


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/provider/Nobody",
        "/webhooks/consumer/Nobody",
        "/webhooks/provider/Users/consumer/Nobody",
        "/pacts/provider/Nobody/consumer/Web/webhooks",
        "/pacts/provider/Nobody/consumer/Web/webhooks/status",
        "/pacts/provider/Users/consumer/Web/version/7/triggered-webhooks",
        "/pacts/provider/Users/consumer/Web/pact-version/none/verification-results/1/triggered-webhooks",
    ],
)
def test_webhooks_and_deliveries_of_what_does_not_exist_are_not_found(broker: Client, path: str) -> None:
    broker.publish("Web", "1")
    assert broker.ask("GET", path).status_code == 404


@pytest.mark.parametrize("path", ["diff/previous-distinct", "diff/version/1"], ids=["previous", "version"])
def test_a_diff_is_text_that_names_what_changed(broker: Client, path: str) -> None:
    broker.publish("Web", "1", path="/old")
    broker.publish("Web", "2", path="/new")
    answer = broker.ask("GET", f"/pacts/provider/Users/consumer/Web/version/2/{path}")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert '-        "path": "/old"' in answer.text
    assert '+        "path": "/new"' in answer.text


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("/pacticipants/Web/versions/1", "/pacts/provider/Users/consumer/Web/version/1"),
        ("/pacts/provider/Users/consumer/Web/versions", "/pacts/provider/Users/consumer/Web/latest"),
        ("/integrations/provider/Users/consumer/Web", "/pacts/provider/Users/consumer/Web/latest"),
        ("/integrations", "/pacts/provider/Users/consumer/Web/latest"),
        ("/pacticipants/Web/branches/main/versions/1", "/pacticipants/Web/branches/main/versions/1"),
    ],
)
def test_what_is_deleted_is_gone(broker: Client, path: str, gone: str) -> None:
    broker.publish("Web", "1", branch="main")
    assert broker.ask("DELETE", path).status_code == 204
    assert broker.ask("GET", gone).status_code == 404
