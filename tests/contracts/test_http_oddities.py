"""What HTTP allows and a contract can hardly say: left out with a reason, or stated as far as engines accept it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts.interactions.request_headers import header_rules, request_headers
from pactape.exchange import Request

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def reasons(project: Project, recorded: dict[str, Any]) -> list[str]:
    """Why a recording takes no part in a contract."""
    project.record("a", recorded)
    return [exclusion.reason for exclusion in project.derive().exclusions]


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        (interaction(status=304), "a 304: it depends on a version"),
        (interaction(status=412), "a 412: it depends on a version"),
        (interaction(status=428), "a 428: it depends on a version"),
        (interaction(status=102), "the status 102 is that of an interim response"),
        (interaction(status=999), "the status 999 is not an HTTP status"),
        (interaction(url="http://users.test/q?q=caf%E9"), "its query is not UTF-8"),
        (interaction(url="http://users.test//users/7"), "its path begins with two slashes"),
        (interaction(url="http://users.test/users/../posts"), "its path has a dot segment"),
        (interaction(url="http://users.test/users/%2E/7"), "its path has a dot segment"),
        (interaction(status=401), "a response about credentials"),
    ],
)
def test_what_a_contract_cannot_repeat_is_skipped_with_a_reason(
    project: Project, recorded: dict[str, Any], reason: str
) -> None:
    assert [stated[: len(reason)] for stated in reasons(project, recorded)] == [reason]


@pytest.mark.parametrize("url", ["http://users.test/q?q=caf%C3%A9", "http://users.test/q?a=&b"])
def test_an_odd_query_that_is_text_takes_part(project: Project, url: str) -> None:
    assert reasons(project, interaction(url=url)) == []


def test_paths_that_differ_in_an_encoded_delimiter_are_interactions_of_their_own(project: Project) -> None:
    targets = ("files/%7Bid%7D", "kernels/linode%2Flatest", "kernels/linode/latest", "quotas/100%25")
    project.record("a", *(interaction(url=f"http://users.test/{target}") for target in targets))
    assert {stated["request"]["path"] for stated in project.interactions()} == {
        f"/{target}" for target in targets
    }


def response(project: Project, **changes: Any) -> dict[str, Any]:
    """What is expected of an answer."""
    recorded = interaction()
    recorded["response"] |= changes
    project.record("a", recorded)
    (stated_interaction,) = project.interactions()
    return dict(stated_interaction["response"])


@pytest.mark.parametrize(
    "body",
    [
        "null",
        '\ufeff{"a": 1}',
        '""',
        '{"a": [1e400]}',
        '{"a": "é"}'.encode("latin-1"),
        '{"a": "é"}'.encode("utf-16"),
    ],
)
def test_a_body_without_an_example_is_not_stated(project: Project, body: str | bytes) -> None:
    assert "body" not in response(project, body={"string": body})


@pytest.mark.parametrize(("method", "status"), [("DELETE", 204), ("PUT", 205), ("HEAD", 200)])
def test_a_body_that_http_does_not_allow_is_not_stated(project: Project, method: str, status: int) -> None:
    project.record("a", interaction(method=method, status=status, answer={"title": "No Content"}))
    (stated,) = project.interactions()
    assert "body" not in stated["response"]


def test_answers_of_several_kinds_have_no_example(project: Project) -> None:
    project.record("a", interaction(answer={"a": 1}), interaction(answer=[1]))
    assert "body" not in project.interactions()[0]["response"]


def test_of_two_content_types_none_is_stated(project: Project) -> None:
    types = {"Content-Type": ["text/plain", "application/octet-stream"]}
    assert response(project, headers=types).keys() == {"status"}


def test_something_that_is_not_a_media_type_is_not_stated(project: Project) -> None:
    assert response(project, headers={"Content-Type": ["json"]}).keys() == {"status"}


def test_an_empty_key_is_not_stated(project: Project) -> None:
    stated_response = response(project, body={"string": json.dumps({"": 5, "id": 1})})
    assert stated_response["body"]["content"] == {"id": 1}


def stated_headers(headers: dict[str, str], body: bytes = b"") -> dict[str, str]:
    """The headers that a contract asks for."""
    return request_headers(
        Request(method="GET", url="http://users.test/", headers=tuple(headers.items()), body=body)
    )


@pytest.mark.parametrize(
    "name",
    [
        "Amz-Sdk-Invocation-Id",
        "X-Amz-Date",
        "X-Stainless-Retry-Count",
        "X-App-Version",
        "X-Forwarded-Port",
        "X-Contentful-User-Agent",
        "X-Goog-Api-Client",
        "X-Ms-Client-Request-Id",
        "X-Datadog-Trace-Id",
        "X-Request-Timestamp",
        "X-Client-Version",
        "User-Agent",
    ],
)
def test_headers_of_a_moment_or_a_library_are_not_required(name: str) -> None:
    assert stated_headers({name: "1", "X-Tenant": "acme"}) == {"X-Tenant": "acme"}


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"])
def test_a_condition_is_required_with_any_value(name: str) -> None:
    headers = stated_headers({name: '"1"'})
    assert (headers, header_rules(headers)[name]["matchers"][0]["match"]) == ({name: '"1"'}, "regex")


MULTIPART = b'--{0}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--{0}--\r\n'


def upload(boundary: str) -> dict[str, Any]:
    """A form with a file, as a library sends it."""
    recording = interaction(
        method="POST",
        url="http://users.test/up",
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    recording["request"]["body"] = MULTIPART.replace(b"{0}", boundary.encode()).decode()
    return recording


def test_a_multipart_body_is_the_same_with_each_boundary(project: Project) -> None:
    contracts = []
    for boundary in ("0123abcd", "99ffee00"):
        project.record("a", upload(boundary))
        (contract,) = project.derive().contracts
        contracts.append(contract.encode()["web-users.json"])
    assert (contracts[0] == contracts[1], b"pactape-boundary" in contracts[0]) == (True, True)


def test_the_boundary_of_a_multipart_body_may_be_any() -> None:
    headers = stated_headers(
        {"Content-Type": "multipart/form-data; boundary=xyz"}, MULTIPART.replace(b"{0}", b"xyz")
    )
    (matcher,) = header_rules(headers)["Content-Type"]["matchers"]
    assert matcher["regex"] == "^multipart/form-data;.*boundary=.+$"


def test_a_secret_inside_of_a_header_is_not_required() -> None:
    rules = header_rules({"X-Auth": "key=scrubbed; v=1", "Authorization": "Bearer scrubbed"})
    assert [rule["matchers"][0]["regex"] for rule in rules.values()] == [r"^\S.*$", r"^Bearer \S+$"]


def test_a_mask_in_a_request_s_list_may_be_any_text(project: Project) -> None:
    project.record("a", interaction(method="POST", sent={"keys": ["scrubbed", "plain"]}))
    (stated_interaction,) = project.interactions()
    assert stated_interaction["request"]["matchingRules"]["body"].keys() == {"$.keys[0]"}


def test_a_host_with_an_impossible_port_is_a_provider_by_its_name(project: Project) -> None:
    project.settings('[project]\nname = "web"\n')
    project.record("a", interaction(url="http://users.test:99999/users/7"))
    assert [contract.parties.provider for contract in project.derive().contracts] == ["users.test"]
