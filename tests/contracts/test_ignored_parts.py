"""What settings or a test ignore in requests is typed in the contract, and no placeholder is demanded."""

from __future__ import annotations

import json
import urllib.parse
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts import write_contracts
from pactape.errors import SettingsError
from pactape.exchange import Request, Response
from pactape.matching import RequestMatcher
from pactape.verification import verify_provider

from tests.contracts.helpers.projects import TEST, Project, interaction
from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from pathlib import Path

TYPE = {"combine": "AND", "matchers": [{"match": "type"}]}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ONE, OTHER = "6f9619ff-8b86-4d01-b42d-00c04fc964ff", "7a0619ff-8b86-4d01-b42d-00c04fc964aa"
PARTS = '--{0}\r\nContent-Disposition: form-data; name="{1}"\r\n\r\n{2}\r\n--{0}--\r\n'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def configure(project: Project, table: str) -> None:
    providers = '[tool.pactape.providers.users]\nurl = "http://users.test"\n'
    project.settings(f'[project]\nname = "web"\n[tool.pactape.match]\n{table}\n{providers}')


def raw(body: str, content_type: str, **options: Any) -> dict[str, Any]:
    recording = interaction(method="POST", headers={"Content-Type": content_type}, **options)
    recording["request"]["body"] = body
    return recording


def request_of(project: Project, recorded: dict[str, Any], **notes: Any) -> dict[str, Any]:
    project.record("a", recorded, **notes)
    (interaction,) = project.interactions()
    return dict(interaction["request"])


def mismatches(expected: dict[str, Any], recorded: dict[str, Any]) -> list[str]:
    request = recorded["request"]
    headers = tuple((name, value) for name, values in request["headers"].items() for value in values)
    path = urllib.parse.urlsplit(request["uri"])
    actual = Request(
        method=request["method"],
        url=f"{path.path}?{path.query}" if path.query else path.path,
        headers=headers,
        body=(request["body"] or "").encode(),
    )
    return [str(rules) for rules in RequestMatcher(expected).mismatches(actual)]


@pytest.mark.parametrize(
    ("entry", "make", "rules"),
    [
        (
            "$.a[*].id",
            lambda value: interaction(method="POST", sent={"a": [{"id": value, "n": 1}]}),
            {"body": {"$.a[0].id": TYPE}},
        ),
        (
            "$.meta",
            lambda value: interaction(method="POST", sent={"meta": {"id": value, "at": [value]}}),
            {"body": {"$.meta.id": TYPE, "$.meta.at[0]": TYPE}},
        ),
        (
            "query.ts",
            lambda value: interaction(url=f"http://users.test/users?ts={value}"),
            {"query": {"ts": TYPE}},
        ),
        (
            "form.nonce",
            lambda value: raw(f"nonce={value}&a=1", FORM["Content-Type"]),
            {"body": {"$.nonce": TYPE}},
        ),
        (
            "nonce",
            lambda value: raw(
                PARTS.format(value[:8], "nonce", value), f"multipart/form-data; boundary={value[:8]}"
            ),
            {"body": {"$.nonce": TYPE}},
        ),
    ],
    ids=["a member", "members of an object", "a parameter", "a form field", "a part"],
)
def test_an_ignored_value_is_typed_and_another_one_is_accepted(
    project: Project, entry: str, make: Any, rules: dict[str, Any]
) -> None:
    configure(project, f'ignore = ["{entry}"]')
    expected = request_of(project, make(ONE))
    stated_rules = {part: rules for part, rules in expected["matchingRules"].items() if part != "header"}
    assert stated_rules == rules
    assert mismatches(expected, make(OTHER)) == []


def test_an_ignored_header_has_to_be_there_and_nothing_else(project: Project) -> None:
    configure(project, 'ignore = ["headers.X-Session-Key"]')
    expected = request_of(project, interaction(headers={"X-Session-Key": ONE}))
    assert mismatches(expected, interaction(headers={"X-Session-Key": OTHER})) == []
    assert mismatches(expected, interaction()) != []


def test_what_is_not_ignored_stays_exact(project: Project) -> None:
    configure(project, 'ignore = ["$.id"]')
    expected = request_of(project, interaction(method="POST", sent={"id": ONE, "name": "Ada"}))
    assert mismatches(expected, interaction(method="POST", sent={"id": ONE, "name": "Bob"})) != []
    assert mismatches(expected, interaction(method="POST", sent={"id": 7, "name": "Ada"})) != []


@pytest.mark.parametrize(
    "make",
    [
        lambda value: interaction(method="POST", sent={"a": value, "b": [value]}),
        lambda value: raw(f"a={value}", FORM["Content-Type"]),
        lambda value: raw(f"text {value}", "text/plain"),
    ],
    ids=["JSON", "a form", "a text"],
)
def test_an_ignored_body_is_typed_throughout(project: Project, make: Any) -> None:
    configure(project, 'body = "ignore"')
    assert mismatches(request_of(project, make(ONE)), make(OTHER)) == []


def test_the_rules_of_another_host_do_not_count(project: Project) -> None:
    configure(project, '[tool.pactape.match.hosts."other.test"]\nignore = ["$.id"]')
    expected = request_of(project, interaction(method="POST", sent={"id": ONE}))
    assert "matchingRules" not in expected


def test_what_a_test_ignores_is_in_its_recording_and_typed(project: Project) -> None:
    recording = interaction(method="POST", sent={"id": ONE, "at": ONE})
    assert request_of(project, recording, ignore=["$.id"], **TEST)["matchingRules"]["body"] == {"$.id": TYPE}
    rules = request_of(project, recording, ignore_body=True, **TEST)["matchingRules"]["body"]
    assert sorted(rules) == ["$.at", "$.id"]


def test_the_placeholder_of_a_form_field_is_not_demanded(project: Project) -> None:
    recording = raw("name=ada&password=hunter2", FORM["Content-Type"])
    expected = request_of(project, recording)
    assert expected["matchingRules"]["body"] == {"$.password": TYPE}
    assert "hunter2" not in json.dumps(expected)
    assert mismatches(expected, recording) == []


def test_the_placeholder_in_a_text_is_not_demanded(project: Project) -> None:
    recording = raw("token: scrubbed", "text/plain")
    expected = request_of(project, recording)
    assert mismatches(expected, raw("token: another", "text/plain")) == []


@pytest.mark.parametrize(
    ("name", "value", "is_kept"),
    [
        ("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==", True),
        ("Content-Digest", "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:", True),
        ("X-Amz-Checksum-Crc32", "NhCmhg==", True),
        ("X-Amz-Checksum-Crc32c", "NhCmhg==", False),
        ("Content-MD5", "of another body", False),
        ("Content-MD5", "AAAAKrxLKna5cZ2REBfFkg==", False),
    ],
)
def test_a_digest_is_stated_only_of_the_body_that_is_stated(
    project: Project,
    name: str,
    value: str,
    is_kept: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    recording = raw("hello", "text/plain")
    recording["request"]["headers"][name] = [value]
    expected = request_of(project, recording)
    assert ({rules.lower() for rules in expected["headers"]} >= {name.lower()}) == is_kept
    if is_kept:
        configure(project, 'body = "ignore"')
        (rule,) = request_of(project, recording)["matchingRules"]["header"].values()
        assert rule["matchers"][0]["match"] == "regex"


def test_requests_that_differ_only_in_ignored_values_are_one_request(project: Project) -> None:
    configure(project, 'ignore = ["$.id"]')
    project.record(
        "a",
        interaction(method="POST", sent={"id": ONE}),
        interaction(method="POST", sent={"id": OTHER}, status=409, answer={"error": "exists"}),
    )
    assert project.derive().problems


def test_an_entry_that_can_not_be_used_is_one_clear_error(project: Project) -> None:
    configure(project, 'ignore = ["$.a["]')
    project.record("a", interaction())
    with pytest.raises(
        SettingsError, match=r"ignore has an entry '\$\.a\['.*pyproject.toml|pyproject.toml.*ignore"
    ):
        project.derive()


def accept_order(request: Request) -> Response:
    """Accept an order whose id is a UUID and whose nonce is a number."""
    fields = json.loads(request.body)
    return json_response({"id": str(uuid.UUID(fields["id"])), "next": int(fields["nonce"]) + 1}, status=201)


def test_the_recorded_provider_keeps_the_contract_in_the_official_engine(project: Project) -> None:
    configure(project, 'ignore = ["$.id", "$.nonce"]')
    body = {"id": ONE, "nonce": 1751371200, "secret": ONE}
    project.record(
        "a", interaction(method="POST", sent=body, status=201, answer={"id": ONE, "next": 1751371201})
    )
    pacts = write_contracts(project.derive(), project.root / "pacts")
    with serving_api(accept_order) as orders:
        assert verify_provider(list(pacts), url=orders.url, states={}).exit_code == 0
