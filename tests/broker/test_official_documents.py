"""Documents that have every member and relation of the official broker's, which its clients look for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.broker.helpers.client import BETWEEN, Client, environment, numbers, status

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools


@pytest.fixture
def broker(stock: StockTools) -> Client:
    return Client(stock.url)


@pytest.fixture
def shop(broker: Client) -> Client:
    """A broker with one of everything that documents can show."""
    fields = {
        "repositoryUrl": "https://git.example/web",
        "repositoryName": "web",
        "repositoryNamespace": "shop",
    }
    broker.ask("POST", "/pacticipants", {"name": "Web", "mainBranch": "main", **fields})
    broker.ask("PUT", "/pacticipants/Web/labels/frontend", {})
    broker.publish("Web", "1", branch="main", tags=["prod"], buildUrl="https://ci.example/1")
    broker.verify("Web", "1", "u1")
    broker.branch("Users", "main", "u1")
    broker.ask("PUT", "/pacticipants/Users/versions/u1/tags/dev", {})
    uuid = environment(broker)
    for kind in ("deployed", "released"):
        path = f"/pacticipants/Web/versions/1/{kind}-versions/environment/{uuid}"
        assert status(broker, "POST", path, {"applicationInstance": "blue"}) == 201
    return broker


def missing(document: Any, paths: str) -> list[str]:
    """Return which of the paths, with dots between keys and indices, lead nowhere."""
    absent = []
    for path in paths.split():
        value = document
        try:
            for key in path.split("."):
                value = value[int(key) if isinstance(value, list) else key]
        except (KeyError, IndexError, TypeError, ValueError):
            absent.append(path)
    return absent


@pytest.mark.parametrize(
    ("path", "members"),
    [
        (
            "/pacticipants/Web/versions/1",
            (
                "number buildUrl _embedded.branches.0.name _embedded.branchVersions.0.latest _embedded.tags.0.name "
                "_links.pb:tag _links.pb:latest-verification-results-where-pacticipant-is-consumer "
                "_links.pb:deployed-environments.0.currently_deployed "
                "_links.pb:deployed-environments.0.application_instance "
                "_links.pb:released-environments.0.currently_supported _links.pb:record-release.0.name"
            ),
        ),
        (
            "/pacticipants/Web",
            (
                "repositoryName repositoryNamespace _embedded.latestVersion.number _embedded.latest-version.number "
                "_embedded.labels.0._links.self _links.pb:deployed-environments.0.currently_deployed "
                "_links.pb:label _links.versions _links.pb:can-i-deploy-badge "
                "_links.pb:can-i-deploy-branch-to-environment-badge"
            ),
        ),
        (
            "/pacticipants/Web/versions",
            "_links.pb:pacticipant _links.versions.0.href _links.pb:versions.0.title",
        ),
        (
            "/pacticipants/Web/branches",
            "_embedded.branches.0.createdAt _links.pb:branches.0.name page.number",
        ),
        (
            "/pacticipants/Web/branches/main/versions/1",
            "_links.pb:branch.name _links.pb:version.name createdAt",
        ),
        ("/pacticipants/Web/versions/1/tags/prod", "_links.version.name _links.pacticipant.name"),
        ("/environments", "_links.pb:environments.0.name"),
        (f"{BETWEEN}/latest/verification-results/latest", "providerName _links.pb:triggered-webhooks"),
        (
            "/matrix?q[][pacticipant]=Web&q[][version]=1&latestby=cvp",
            (
                "matrix.0.consumer.version.branchVersions.0.latest matrix.0.consumer.version.environments.0.name "
                "matrix.0.consumer.version.tags.0.latest matrix.0.provider.version.environments"
            ),
        ),
        (
            "/dashboard",
            (
                "items.0.consumer.version.headBranchNames.0 items.0.provider.version.headBranchNames.0 "
                "items.0.pactTags.0.latest items.0.latestVerificationResultTags.0.name "
                "items.0.latestWebhookExecution items.0._links.pb:webhook-status"
            ),
        ),
        ("/integrations", "_embedded.integrations.0._links.pb:group"),
        (
            "/metrics",
            (
                "interactions.latestInteractionsCount pacticipants.withMainBranchSetCount pactPublications.first "
                "pactRevisionsPerConsumerVersion.distribution.1 verificationResults.distinctCount "
                "verificationResultsPerPactVersion.distribution.1 pacticipantVersions.withBranchCount "
                "tags.distinctWithPacticipantCount webhookExecutions.count matrix.count deployedVersions.count"
            ),
        ),
    ],
)
def test_a_document_has_what_clients_of_the_official_broker_look_for(
    shop: Client, path: str, members: str
) -> None:
    assert missing(shop.get(path), members) == []


def test_an_environment_lists_what_is_and_was_there(broker: Client) -> None:
    uuid = environment(broker)
    for version in ("1", "2"):
        broker.publish("Web", version)
        broker.ask("POST", f"/pacticipants/Web/versions/{version}/deployed-versions/environment/{uuid}", {})
    assert numbers(broker, f"/pacticipants/Web/environments/{uuid}/versions") == ["2", "1"]
    links = broker.get("/pacticipants/Web/versions/1")["_links"]["pb:deployed-environments"]
    assert [link["currently_deployed"] for link in links] == [False]


def test_the_dashboard_has_the_latest_contract_with_each_tag_and_those_in_use(broker: Client) -> None:
    uuid = environment(broker)
    broker.publish("Web", "1", branch="main", tags=["prod"])
    broker.publish("Web", "2", path="/b", branch="main")
    broker.publish("Web", "3", path="/c", branch="main")
    broker.ask("POST", f"/pacticipants/Web/versions/2/deployed-versions/environment/{uuid}", {})
    items = broker.get("/dashboard")["items"]
    assert [item["consumer"]["version"]["number"] for item in items] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("path", "media_type", "part"),
    [
        ("/dashboard", "text/plain", "Web      | 1         | prod"),
        ("/matrix?q[][pacticipant]=Web&latestby=cvp", "text/plain", "Deployable: true"),
        ("/integrations", "text/vnd.graphviz", "Web -> Users"),
        ("/relationships", "text/csv", ",Web,1,1,0,1,"),
        ("/groups/Users", "text/csv", ",Users,1,1,0,2,0"),
    ],
)
def test_a_list_is_text_for_those_who_prefer_text(
    shop: Client, path: str, media_type: str, part: str
) -> None:
    answer = shop.ask("GET", path, Accept=media_type)
    assert answer.headers["Content-Type"].startswith(media_type)
    assert part in answer.text


def test_a_name_that_is_no_word_is_quoted_in_the_graph(broker: Client) -> None:
    broker.publish('We"b', "1", "Us->ers")
    graph = broker.ask("GET", "/integrations", Accept="text/vnd.graphviz").text
    assert '"We\\"b" -> "Us->ers"' in graph


def test_a_deleted_result_counts_no_longer(broker: Client) -> None:
    broker.publish("Web", "1")
    broker.verify("Web", "1", "u1")
    result = broker.get(f"{BETWEEN}/latest/verification-results/latest")["_links"]["self"]["href"]
    assert [status(broker, method, result) for method in ("DELETE", "GET")] == [204, 404]
    assert broker.get("/matrix?q[][pacticipant]=Web&q[][version]=1")["summary"]["deployable"] is None
    assert broker.selected()[0]["verificationProperties"]["pending"] is True


@pytest.mark.parametrize("path", ["version/2", "branch/feature", "tag/two"])
def test_a_deletion_of_contracts_answers_with_what_is_left(broker: Client, path: str) -> None:
    broker.publish("Web", "1")
    broker.publish("Web", "2", path="/b", branch="feature", tags=["two"])
    answer = broker.ask("DELETE", f"{BETWEEN}/{path}")
    assert answer.status_code == 200
    left = broker.get(answer.json()["_links"]["pb:latest-pact-version"]["href"])
    assert left["_links"]["pb:consumer-version"]["name"] == "1"


@pytest.mark.parametrize("path", ["branch/main", "tag/main"])
def test_contracts_of_nobody_can_not_be_deleted(broker: Client, path: str) -> None:
    assert status(broker, "DELETE", f"{BETWEEN}/{path}") == 404


@pytest.mark.parametrize(
    ("kind", "field"), [("deployed", "currentlyDeployed"), ("released", "currentlySupported")]
)
def test_what_has_ended_can_not_be_taken_back(broker: Client, kind: str, field: str) -> None:
    uuid = environment(broker)
    broker.publish("Web", "1")
    path = f"/pacticipants/Web/versions/1/{kind}-versions/environment/{uuid}"
    url = broker.ask("POST", path, {}).json()["_links"]["self"]["href"]
    answers = [requests.patch(url, json=body, timeout=30) for body in ({}, {field: False}, {field: True})]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert [answers[0].json()[field], answers[1].json()[field]] == [True, False]
    assert "cannot be set back to true" in answers[2].json()["errors"][field][0]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_tags_of_a_change_replace_those_of_the_version(broker: Client, method: str) -> None:
    broker.ask("PUT", "/pacticipants/Web/versions/1", {"tags": [{"name": "one"}]})
    broker.ask(method, "/pacticipants/Web/versions/1", {"tags": [{"name": "two"}]})
    tags = broker.get("/pacticipants/Web/versions/1")["_embedded"]["tags"]
    assert [tag["name"] for tag in tags] == ["two"]


def test_options_lists_the_methods_of_an_address(broker: Client) -> None:
    answer = broker.ask("OPTIONS", "/pacticipants")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST", "OPTIONS"}


def test_a_problem_document_has_the_official_titles_and_errors(broker: Client) -> None:
    accept = "application/hal+json, application/problem+json"
    absent = broker.ask("GET", "/pacticipants/Nobody", Accept=accept).json()
    refused = broker.ask("POST", "/pacticipants", {"mainBranch": 1}, Accept=accept).json()
    assert [absent["title"], refused["title"]] == ["Not found", "Validation errors"]
    assert refused["errors"][0].keys() >= {"title", "detail", "pointer"}


def test_a_contract_that_names_no_parties_belongs_to_those_of_its_address(broker: Client) -> None:
    answer = broker.ask("PUT", f"{BETWEEN}/version/1", {"interactions": []})
    assert answer.status_code == 201, answer.text


def test_a_state_is_listed_once_for_each_of_its_parameters(broker: Client) -> None:
    for consumer, parameters in (("Web", {"id": 1}), ("App", {"id": 2}), ("Kiosk", {"id": 1}), ("Old", None)):
        state = {"name": "a user exists"} | ({} if parameters is None else {"params": parameters})
        pact = {"interactions": [{"description": "get", "providerStates": [state]}]}
        broker.ask("PUT", f"/pacts/provider/Users/consumer/{consumer}/version/1", pact)
    states = broker.get("/pacts/provider/Users/provider-states")["providerStates"]
    assert [(state.get("params"), state["consumers"]) for state in states] == [
        ({"id": 1}, ["Kiosk", "Web"]),
        ({"id": 2}, ["App"]),
        (None, ["Old"]),
    ]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("q[][pacticipant]=Web&q[][version]=1", "environment into which you are deploying"),
        ("q[][pacticipant]=Web&q[][branch]=main&q[][latest]=true&environment=prod", "version number"),
    ],
)
def test_an_answer_that_can_not_be_relied_on_has_a_warning(shop: Client, query: str, word: str) -> None:
    matrix = shop.get(f"/matrix?{query}&latestby=cvp")
    assert matrix["notices"][0]["type"] == "warning"
    assert word in matrix["summary"]["reason"].splitlines()[0]


def test_a_precise_question_has_no_warning(shop: Client) -> None:
    matrix = shop.get("/matrix?q[][pacticipant]=Web&q[][version]=1&latestby=cvp&environment=prod")
    assert {notice["type"] for notice in matrix["notices"]} <= {"success", "error"}
