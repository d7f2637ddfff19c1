"""From exchanges to contracts: what forms one interaction, what is asked, what is needed, what stays out."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pactape.contracts import derive, write_contracts
from pactape.errors import CassetteFormatError, SettingsError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts import Derivation

ADA = {"id": "0190a6f0-4d5e-7abc-8def-0123456789ab", "name": "Ada", "locale": "en"}


def interaction(
    *,
    method: str = "GET",
    url: str = "http://users.test/users/7",
    sent: Any = None,
    headers: dict[str, str] | None = None,
    status: int = 200,
    answer: Any = ADA,
    media: str = "application/json",
) -> dict[str, Any]:
    """An interaction as a cassette holds it."""
    json_sent = {"Content-Type": "application/json"} if sent is not None else {}
    return {
        "request": {
            "method": method,
            "uri": url,
            "body": json.dumps(sent) if sent is not None else None,
            "headers": {name: [value] for name, value in {**json_sent, **(headers or {})}.items()},
        },
        "response": {
            "status": {"code": status, "message": ""},
            "headers": {"Content-Type": [media], "Date": ["today"]},
            "body": {"string": json.dumps(answer)},
        },
    }


class Project:
    """A project with cassettes, and what is derived from it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "cassettes").mkdir()
        self.settings('[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n')

    def settings(self, text: str) -> None:
        (self.root / "pyproject.toml").write_text(text, encoding="utf-8")

    def record(self, name: str, *interactions: dict[str, Any], **notes: Any) -> None:
        document: dict[str, Any] = {"interactions": list(interactions), "version": 1}
        if notes:
            document["pactape"] = {"version": 1, **notes}
        (self.root / "cassettes" / f"{name}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")

    def derive(self) -> Derivation:
        return derive(load_settings(self.root))

    def pact(self) -> dict[str, Any]:
        (path,) = write_contracts(self.derive(), self.root / "pacts")
        return dict(json.loads(path.read_bytes()))

    def interactions(self) -> list[dict[str, Any]]:
        return list(self.pact()["interactions"])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


TEST = {"test": "tests/test_users.py::test_gets_a_user", "description": "gets a user"}


def test_the_description_is_the_test_s_name(project: Project) -> None:
    project.record("a", interaction(), **TEST)
    assert project.interactions()[0]["description"] == "gets a user"


def test_two_operations_of_one_test_get_descriptions_of_their_own(project: Project) -> None:
    project.record("a", interaction(), interaction(method="DELETE"), **TEST)
    assert [each["description"] for each in project.interactions()] == [
        "gets a user (DELETE /users/{id})",
        "gets a user (GET /users/{id})",
    ]


def test_requests_of_one_operation_are_told_apart_by_the_names_that_they_have(project: Project) -> None:
    url = "http://users.test/users"
    project.record("a", interaction(url=f"{url}?limit=5"), interaction(url=f"{url}?limit=5&after=x"))
    project.record(
        "b", *(interaction(method="POST", url=url, sent=sent) for sent in ({"a": 1}, {"b": {"c": 1}}))
    )
    assert [each["description"] for each in project.interactions()] == [
        "GET /users → 200",
        "GET /users → 200 with after",
        "POST /users → 200 with a",
        "POST /users → 200 with b, b.c",
    ]


def test_what_cant_be_told_apart_is_numbered_from_one_for_each_phrase(project: Project) -> None:
    for name in ("users", "people"):
        url = f"http://{name}.test/graphql"
        for document in ("{ me { id } }", "{ you { id } }"):
            project.record(
                f"{name}-{len(document)}", interaction(method="POST", url=url, sent={"query": document})
            )
    assert [each["description"] for each in project.interactions()] == [
        "an unnamed GraphQL operation → 200 #1",
        "an unnamed GraphQL operation → 200 #2",
    ]


def test_recordings_of_one_operation_form_one_interaction(project: Project) -> None:
    call = {"operation": "GET /users/{id}", "path": "/users/{id}"}
    project.record("a", interaction(), calls=[call], **TEST)
    project.record("b", interaction(url="http://users.test/users/8"), calls=[call], **TEST)
    assert [each["request"]["path"] for each in project.interactions()] == ["/users/7"]


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
    keys = {each["request"]["headers"]["Idempotency-Key"][0] for each in project.interactions()}
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
    ("sent", "body"),
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
    project: Project, sent: str | bytes, body: dict[str, Any]
) -> None:
    posted = interaction(method="POST")
    posted["request"]["body"] = sent
    project.record("a", posted)
    assert project.interactions()[0]["request"]["body"] == body


def test_a_body_that_is_no_text_is_demanded_byte_for_byte(project: Project) -> None:
    posted = interaction(method="POST", headers={"Content-Type": "image/png"})
    posted["request"]["body"] = b"\x89PNG"
    project.record("a", posted)
    assert project.interactions()[0]["request"]["body"] == {
        "content": "iVBORw==",
        "contentType": "image/png",
        "encoded": "base64",
    }


def test_an_older_contract_has_no_place_for_a_body_that_is_no_text(project: Project) -> None:
    posted = interaction(method="POST", headers={"Content-Type": "image/png"})
    posted["request"]["body"] = b"\x89PNG"
    project.record("a", posted)
    (contract,) = project.derive().contracts
    (written,) = contract.encoded(specification="V3").values()
    assert "body" not in json.loads(written)["interactions"][0]["request"]


def test_the_path_is_that_below_the_provider_s_url(project: Project) -> None:
    project.settings('[tool.pactape.providers.users]\nurl = "http://users.test/api/v1"\n')
    project.record("a", interaction(url="http://users.test/api/v1/users/7"))
    assert project.interactions()[0]["request"]["path"] == "/users/7"


def test_graphql_operations_are_told_apart_by_their_documents(project: Project) -> None:
    url = "http://users.test/graphql"
    project.record("a", interaction(method="POST", url=url, sent={"query": "query Me { me { id } }"}))
    project.record("b", interaction(method="POST", url=url, sent={"query": "query All { all { id } }"}))
    project.record("c", interaction(method="POST", url=url, sent={"query": "query  Me{me{id}}"}))
    assert [each["description"] for each in project.interactions()] == ["All → 200", "Me → 200"]


def redirect() -> dict[str, Any]:
    """An interaction whose answer is elsewhere."""
    moved = interaction(status=301)
    moved["response"]["headers"]["Location"] = ["http://users.test/people/7"]
    return moved


@pytest.mark.parametrize(
    ("exclusions", "notes", "reason"),
    [
        (
            interaction(url="http://other.test/x"),
            {},
            "no [tool.pactape.providers.*] has a url for other.test",
        ),
        (
            redirect(),
            {},
            "a redirect, which the official verifier follows",
        ),
        (interaction(status=401), {}, "an answer about credentials, which are not recorded"),
        (interaction(), {**TEST, "contract": False}, "its test keeps it out of contracts"),
    ],
)
def test_what_takes_no_part_is_reported_with_the_reason(
    project: Project, exclusions: dict[str, Any], notes: dict[str, Any], reason: str
) -> None:
    project.record("a", exclusions, **notes)
    derivation = project.derive()
    found = [(each.cassette, each.index, each.reason) for each in derivation.exclusions]
    assert (derivation.contracts, found) == ((), [("cassettes/a.yaml", 0, reason)])


def test_a_token_request_takes_no_part(project: Project) -> None:
    token = interaction(method="POST", url="http://users.test/oauth/token")
    token["request"]["body"] = "grant_type=client_credentials"
    token["request"]["headers"] = {"Content-Type": ["application/x-www-form-urlencoded"]}
    project.record("a", token)
    assert project.derive().exclusions[0].reason == "a token request: credentials are not recorded"


def test_without_configured_providers_each_host_is_one(project: Project) -> None:
    project.settings('[project]\nname = "web"\n')
    project.record("a", interaction(), interaction(url="https://orders.test/orders"))
    assert [each.file_name for each in project.derive().contracts] == [
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


def test_a_project_without_cassettes_is_told_how_to_record(project: Project) -> None:
    with pytest.raises(CassetteFormatError, match=r"holds no cassette.*--pactape-record once"):
        project.derive()


LEAKS = {
    "a raw authorization": interaction(headers={"Authorization": "RAWTOKENabc987"}),
    "an API key in a header": interaction(headers={"X-Api-Key": "HEADERSECRET456"}),
    "an API key in the query": interaction(url="http://users.test/users/7?api_key=QUERYSECRET123"),
    "a token in an answer": interaction(answer={"id": 7, "refresh_token": "RESPSECRET789"}),
    "a password in a request": interaction(method="POST", sent={"user": {"password": "SENTSECRET1"}}),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_no_secret_of_a_cassette_that_another_tool_wrote_reaches_the_contract(
    project: Project, leak: str
) -> None:
    project.record("a", LEAKS[leak])
    text = json.dumps(project.pact())
    secrets = ("RAWTOKENabc987", "HEADERSECRET456", "QUERYSECRET123", "RESPSECRET789", "SENTSECRET1")
    assert [secret for secret in secrets if secret in text] == []


def test_no_secret_of_a_state_s_parameters_reaches_the_contract(project: Project) -> None:
    states = [{"name": "a login", "parameters": {"user": "ada", "password": "hunter2"}}]
    project.record("a", interaction(), states=states, **TEST)
    parameters = project.interactions()[0]["providerStates"][0]["params"]
    assert parameters == {"user": "ada", "password": "scrubbed"}


def test_an_authorization_without_a_scheme_may_be_any(project: Project) -> None:
    project.record("a", interaction(headers={"Authorization": "RAWTOKENabc987"}))
    rules = project.interactions()[0]["request"]["matchingRules"]["header"]
    assert rules["Authorization"]["matchers"] == [{"match": "regex", "regex": r"^\S.*$"}]


def test_what_was_scrubbed_from_a_request_may_be_anything_there(project: Project) -> None:
    sent = {"name": "ada", "login": {"password": "hunter2"}}
    url = "http://users.test/users?api_key=QUERYSECRET123&page=2"
    project.record("a", interaction(method="POST", url=url, sent=sent, headers={"X-Api-Key": "abcdef"}))
    rules = project.interactions()[0]["request"]["matchingRules"]
    assert (sorted(rules["body"]), sorted(rules["query"]), sorted(rules["header"])) == (
        ["$.login.password"],
        ["api_key"],
        ["X-Api-Key"],
    )


def broken(**response: Any) -> dict[str, Any]:
    """An interaction whose response is not what its headers say."""
    spoilt = interaction()
    spoilt["response"] |= response
    return spoilt


DEEP = "[" * 500 + "]" * 500
ODD: dict[str, tuple[dict[str, Any], str]] = {
    "not JSON": (
        {"body": {"string": "<html>"}},
        "the response's body is not the JSON that its content type says",
    ),
    "NaN": (
        {"body": {"string": '{"a": NaN}'}},
        "the response's body is not the JSON that its content type says",
    ),
    "very deep": ({"body": {"string": DEEP * 1}}, "the response's body nests more than 100 deep"),
    "deeper still": (
        {"body": {"string": "[" * 100_000 + "]" * 100_000}},
        "the response's body is not the JSON that its content type says",
    ),
    "not deflated": (
        {"headers": {"Content-Type": ["application/json"], "Content-Encoding": ["deflate"]}},
        "a body can't be read: its content encoding is broken",
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_body_that_is_not_what_its_headers_say_takes_no_part(project: Project, odd: str) -> None:
    response, reason = ODD[odd]
    project.record("a", broken(**response))
    project.record("b", interaction())
    derivation = project.derive()
    assert ([each.reason[: len(reason)] for each in derivation.exclusions], len(derivation.contracts)) == (
        [reason],
        1,
    )


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
