"""From exchanges to contracts: what forms one interaction, what is asked, what is needed, what stays out."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts import write_contracts
from pactape.errors import CassetteFormatError, SettingsError

from tests.contracts.helpers.projects import ADA, TEST, Project, interaction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_description_is_the_test_s_name(project: Project) -> None:
    project.record("a", interaction(), **TEST)
    assert project.interactions()[0]["description"] == "gets a user"


def test_documents_that_differ_in_the_order_of_fields_form_one_interaction(project: Project) -> None:
    url = "http://users.test/graphql"
    for name, document in (("a", "{ me { id name } }"), ("b", "{ me { name id } }")):
        project.record(name, interaction(method="POST", url=url, sent={"query": document}))
    assert [interaction["description"] for interaction in project.interactions()] == ["query me → 200"]


def test_recordings_of_one_operation_form_one_interaction(project: Project) -> None:
    call = {"operation": "GET /users/{id}", "path": "/users/{id}"}
    project.record("a", interaction(), calls=[call], **TEST)
    project.record("b", interaction(url="http://users.test/users/8"), calls=[call], **TEST)
    assert [interaction["request"]["path"] for interaction in project.interactions()] == ["/users/7"]


def test_what_one_recording_lacks_is_not_demanded(project: Project) -> None:
    project.record("a", interaction())
    project.record("b", interaction(answer={"id": ADA["id"], "name": "Grace"}))
    assert sorted(project.interactions()[0]["response"]["body"]["content"]) == ["id", "name"]


def test_different_states_form_different_interactions(project: Project) -> None:
    project.record("a", interaction(), states=[{"name": "a user exists"}], **TEST)
    project.record("b", interaction(answer={"id": "x"}), states=[{"name": "a guest exists"}], **TEST)
    assert len(project.interactions()) == 2


def test_states_and_their_parameters_are_kept(project: Project) -> None:
    project.record("a", interaction(), states=[{"name": "a user exists", "parameters": {"id": 7}}], **TEST)
    assert project.interactions()[0]["providerStates"] == [{"name": "a user exists", "params": {"id": 7}}]


def test_only_fields_that_the_consumer_reads_are_demanded(project: Project) -> None:
    call = {"operation": "GET /users/{id}", "path": "/users/{id}", "fields": ["id", "name"]}
    project.record("a", interaction(), calls=[call], **TEST)
    assert sorted(project.interactions()[0]["response"]["body"]["content"]) == ["id", "name"]


def test_an_idempotency_key_is_demanded_but_any_will_do(project: Project) -> None:
    project.record("one", interaction(method="POST", sent={}, headers={"Idempotency-Key": "order-1"}))
    request = project.interactions()[0]["request"]
    rule = request["matchingRules"]["header"]["Idempotency-Key"]["matchers"]
    assert (request["headers"]["Idempotency-Key"], rule) == (
        ["order-1"],
        [{"match": "regex", "regex": r"^\S.*$"}],
    )


def test_a_key_of_the_moment_gives_the_same_contract_each_time_and_another_for_each_request(
    project: Project,
) -> None:
    def record() -> None:
        for name in ("users", "guests"):
            headers = {"Idempotency-Key": str(uuid.uuid4())}
            url = f"http://users.test/{name}/posts"
            project.record(name, interaction(method="POST", url=url, sent={}, headers=headers))

    record()
    keys = {interaction["request"]["headers"]["Idempotency-Key"][0] for interaction in project.interactions()}
    record()
    assert (len(keys), write_contracts(project.derive(), project.root / "pacts")) == (2, [])


def test_the_query_and_the_headers_that_matter_are_demanded(project: Project) -> None:
    headers = {"X-Tenant": "graz", "User-Agent": "x", "Accept-Encoding": "gzip", "Accept": "*/*"}
    project.record("a", interaction(url="http://users.test/users?page=2&tag=a&tag=b", headers=headers))
    request = project.interactions()[0]["request"]
    assert (request["query"], request["headers"]) == (
        {"page": ["2"], "tag": ["a", "b"]},
        {"X-Tenant": ["graz"]},
    )


def test_of_an_authorization_only_the_scheme_is_demanded(project: Project) -> None:
    project.record("a", interaction(headers={"authorization": "Bearer s3cr3t"}))
    request = project.interactions()[0]["request"]
    rule = request["matchingRules"]["header"]["Authorization"]["matchers"]
    assert (request["headers"]["Authorization"], rule, "s3cr3t" in json.dumps(request)) == (
        ["Bearer scrubbed"],
        [{"match": "regex", "regex": r"^Bearer \S+$"}],
        False,
    )


@pytest.mark.parametrize(
    ("request_body", "body"),
    [
        (
            '{"name": "Ada"}',
            {"content": {"name": "Ada"}, "contentType": "application/json", "encoded": False},
        ),
        ("name=Ada", {"content": "name=Ada", "contentType": "text/plain", "encoded": False}),
        ("{no JSON", {"content": "{no JSON", "contentType": "text/plain", "encoded": False}),
        (
            b"\xff\x00",
            {"content": "/wA=", "contentType": "application/octet-stream", "encoded": "base64"},
        ),
    ],
)
def test_a_body_without_a_content_type_is_demanded_as_what_it_looks_like(
    project: Project, request_body: str | bytes, body: dict[str, Any]
) -> None:
    recording = interaction(method="POST")
    recording["request"]["body"] = request_body
    project.record("a", recording)
    assert project.interactions()[0]["request"]["body"] == body


def test_a_body_that_is_not_text_is_required_byte_for_byte(project: Project) -> None:
    recording = interaction(method="POST", headers={"Content-Type": "image/png"})
    recording["request"]["body"] = b"\x89PNG"
    project.record("a", recording)
    assert project.interactions()[0]["request"]["body"] == {
        "content": "iVBORw==",
        "contentType": "image/png",
        "encoded": "base64",
    }


def test_an_older_contract_cannot_express_a_body_that_is_not_text(project: Project) -> None:
    recording = interaction(method="POST", headers={"Content-Type": "image/png"})
    recording["request"]["body"] = b"\x89PNG"
    project.record("a", recording)
    (contract,) = project.derive().contracts
    (data,) = contract.encode(specification="V3").values()
    assert "body" not in json.loads(data)["interactions"][0]["request"]


def test_the_path_is_that_below_the_provider_s_url(project: Project) -> None:
    project.settings('[tool.pactape.providers.users]\nurl = "http://users.test/api/v1"\n')
    project.record("a", interaction(url="http://users.test/api/v1/users/7"))
    assert project.interactions()[0]["request"]["path"] == "/users/7"


def test_graphql_operations_are_distinguished_by_their_documents(project: Project) -> None:
    url = "http://users.test/graphql"
    project.record("a", interaction(method="POST", url=url, sent={"query": "query Me { me { id } }"}))
    project.record("b", interaction(method="POST", url=url, sent={"query": "query All { all { id } }"}))
    project.record("c", interaction(method="POST", url=url, sent={"query": "query  Me{me{id}}"}))
    assert [interaction["description"] for interaction in project.interactions()] == ["All → 200", "Me → 200"]


def test_without_configured_providers_each_host_is_one(project: Project) -> None:
    project.settings('[project]\nname = "web"\n')
    project.record("a", interaction(), interaction(url="https://orders.test/orders"))
    assert [contract.file_name for contract in project.derive().contracts] == [
        "web-orders.test.json",
        "web-users.test.json",
    ]


def test_a_test_may_name_another_consumer(project: Project) -> None:
    project.record("a", interaction(), consumer="orders", **TEST)
    assert project.derive().contracts[0].parties.consumer == "orders"


def test_the_same_recordings_give_the_same_bytes_whatever_the_order_on_disk(project: Project) -> None:
    for name in ("b", "a", "c"):
        project.record(name, interaction(answer={"id": name}), interaction(method="DELETE"))
    first = project.pact()
    (project.root / "pacts" / "web-users.json").unlink()
    for name in ("c", "b", "a"):
        project.record(name, interaction(answer={"id": name}), interaction(method="DELETE"))
    assert project.pact() == first


def test_a_project_without_cassettes_gets_a_hint_how_to_record(project: Project) -> None:
    with pytest.raises(CassetteFormatError, match=r"contains no cassette.*--pactape-record once"):
        project.derive()


def test_two_contracts_that_would_share_a_file_are_refused(project: Project) -> None:
    one = '[tool.pactape.providers.one]\nname = "users"\nurl = "http://users.test"\n'
    two = '[tool.pactape.providers.two]\nname = "users"\nurl = "http://other.test"\n'
    project.settings(f'[project]\nname = "web"\n{one}{two}')
    project.record("a", interaction(), interaction(url="http://other.test/x"))
    with pytest.raises(SettingsError, match=r"2 contracts would be written to web-users\.json"):
        project.derive()


def test_cassettes_may_lie_outside_the_project(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.record("a", interaction())
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (project.root / "cassettes" / "a.yaml").rename(elsewhere / "a.yaml")
    project.settings(f'[project]\nname = "web"\n[tool.pactape]\ncassettes = "{elsewhere}"\n')
    references = project.interactions()[0]["comments"]["references"]
    assert references == {"Pactape": {"cassettes": "a.yaml#0"}}
