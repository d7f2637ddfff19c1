"""A recording is checked at once: what the next run would not find, or find changed, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.replay.request_keys.match_rules import HostRules, MatchRules, parse_ignored

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from tests.cassettes.conftest import Provider

TEST = """
import os, pytest, requests, time, uuid, datetime, secrets
API = os.environ["API"]
NOTE = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"

@pytest.mark.cassette
def test_it():
    {code}
"""


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider) -> Project:
    provider.json(
        "/login", {"access_token": "q8Zr1LmX0vTy7PbK2w", "order": "6f9619ff-8b86-4d01-b42d-00c04fc964aa"}
    )
    return Project(pytester, provider.url)


def findings(project: Project, code: str, *options: str) -> tuple[list[str], str]:
    project.write("test_it.py", TEST.format(code=code))
    output = project.pytest("--pactape-record", "all", *options)
    return [line for line in output.splitlines() if "unreplayable:" in line], output


@pytest.mark.parametrize(
    ("code", "field", "reason"),
    [
        ('requests.post(API, json={"a": {"id": str(uuid.uuid4())}}, timeout=5)', "$.a.id", "is a fresh UUID"),
        ('requests.post(API, data={"at": int(time.time())}, timeout=5)', "form.at", "is a time"),
        (
            'requests.get(API, params={"day": str(datetime.date.today())}, timeout=5)',
            "query.day",
            "is a time",
        ),
        ('requests.post(API, json=[{"n": secrets.token_hex(16)}], timeout=5)', "$[*].n", "is a random value"),
        (
            'requests.post(API, files={"f": b"x"}, data={"id": str(uuid.uuid4())}, timeout=5)',
            "form.id",
            "is a fresh UUID",
        ),
    ],
)
def test_a_value_that_each_run_makes_anew_is_named_with_its_cure(
    project: Project, code: str, field: str, reason: str
) -> None:
    (line,), output = findings(project, code)
    assert f"{field} {reason}" in line
    assert f'ignore = ["{field}"]' in line
    assert "exit 0" in output


@pytest.mark.long
def test_the_cure_makes_the_recording_replay(project: Project) -> None:
    code = 'requests.post(API, json={"id": str(uuid.uuid4()), "name": "Ada"}, timeout=5)'
    findings(project, code)
    assert "exit 1" in project.pytest()
    project.write("pyproject.toml", '[tool.pactape.match]\nignore = ["$.id"]\n')
    assert findings(project, code)[0] == []
    assert "exit 0" in project.pytest()


@pytest.mark.parametrize(
    "code",
    [
        'requests.post(API, json={"id": NOTE}, timeout=5)',
        'requests.get(API + "/orders/" + requests.get(API + "/login", timeout=5).json()["order"], timeout=5)',
        'requests.post(API, json={"when": "2001-01-01"}, timeout=5)',
    ],
    ids=["a constant", "a value from a response", "a fixed date"],
)
def test_what_every_run_sends_alike_is_not_a_finding(project: Project, code: str) -> None:
    assert findings(project, code)[0] == []


def test_a_scrubbed_field_that_the_test_reads_is_named(project: Project) -> None:
    reading = 'assert requests.get(API + "/login", timeout=5).json()["access_token"].startswith("q8Z")'
    (line,), _ = findings(project, reading)
    assert "response field $.access_token was read by the test, but is scrubbed" in line


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('{"user": [{"password": "tulips-7"}]}', "password"),
        ("https://a.test/cb?page=2&sig=q8Zr1LmX0vTy7PbK", "sig"),
        ("page=2&access_token=q8Zr1LmX0vTy7PbK", "access_token"),
    ],
)
def test_the_setting_names_the_field_within_a_text(
    project: Project, provider: Provider, value: str, name: str
) -> None:
    provider.json("/inner", {"payload": value})
    code = 'assert "2" in requests.get(API + "/inner", timeout=5).json()["payload"] + "2"'
    (line,), _ = findings(project, code)
    assert "response field $.payload was read" in line
    assert f'keep = ["{name}"]' in line


def test_a_token_that_the_test_only_sends_on_is_not_a_finding(project: Project) -> None:
    sending = (
        'token = requests.get(API + "/login", timeout=5).json()["access_token"]\n'
        '    requests.get(API + "/me", headers={"Authorization": "Bearer " + token}, timeout=5)'
    )
    assert findings(project, sending)[0] == []


def test_the_settings_let_such_a_recording_fail_the_run(project: Project) -> None:
    project.write("pyproject.toml", '[tool.pactape.hygiene]\nfail_on = ["unreplayable"]\n')
    (line,), output = findings(project, 'requests.post(API, json={"id": str(uuid.uuid4())}, timeout=5)')
    assert line.startswith("FAILED unreplayable")
    assert "exit 1" in output


@pytest.mark.parametrize(
    ("entry", "value", "expected"),
    [
        ("$.a.b", {"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}),
        ("$.items[*].id", {"items": [{"id": 1, "n": 2}]}, {"items": [{"n": 2}]}),
        ("items.id", {"items": [{"id": 1, "n": 2}]}, {"items": [{"n": 2}]}),
        ("$..id", {"id": 1, "a": [{"id": 2, "b": {"id": 3}}]}, {"a": [{"b": {}}]}),
        ("$[0]", [1, 2], [None, 2]),
        ("$['a b']", {"a b": 1, "c": 2}, {"c": 2}),
        ("$.*.id", {"a": {"id": 1}, "b": {"n": 2}}, {"a": {}, "b": {"n": 2}}),
    ],
)
def test_an_entry_removes_what_it_leads_to_and_nothing_else(
    entry: str, value: object, expected: object
) -> None:
    assert HostRules(ignore=(entry,)).without_ignored(value) == expected


def test_the_rules_of_a_host_are_added_to_those_of_all() -> None:
    rules = MatchRules(
        default=HostRules(ignore=("query.a",)),
        hosts=(("api.test", HostRules(ignore=("query.b",), ignore_body=True)),),
    )
    assert rules.for_host("api.test:8080").parameters == {"a", "b"}
    assert rules.for_host("api.test").ignore_body
    assert rules.for_host("other.test").parameters == {"a"}


@pytest.mark.parametrize("entry", ["", "query.", "$", "$.a[", "body."])
def test_an_entry_without_a_field_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"it |JSON path"):
        parse_ignored(entry)
