"""`pytest --pactape-verify module:app`: every interaction of a contract is a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.pytest_verify import items  # noqa: F401 -- else each run imports this and the matcher again

if TYPE_CHECKING:
    from pathlib import Path

PROVIDER = """
import json

USERS = {}

def a_user_exists(id):
    USERS[id] = {"id": id, "email": "ada@example.com"}

STATES = {"a user exists": a_user_exists}
MESSAGES = {"a user has come": lambda: {"id": 1}}

def app(environ, start_response):
    user = USERS.get(environ["PATH_INFO"].rpartition("/")[2])
    start_response("200 OK" if user else "404 Not Found", [("Content-Type", "application/json")])
    return [json.dumps(user).encode()]

def create_app():
    return app
"""
SETTINGS = """
[project]
name = "provider"

[tool.pactape]
pacts = "pacts"

[tool.pactape.providers.people]
name = "users"
url = "http://users.example"
states = "provider:STATES"
"""


def interaction(description: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "Synchronous/HTTP",
        "description": description,
        "providerStates": [{"name": "a user exists", "params": {"id": "7"}}],
        "request": {"method": "GET", "path": "/users/7"},
        "response": {
            "status": 200,
            "body": {"content": content, "contentType": "application/json"},
            "matchingRules": {"body": {"$.email": {"matchers": [{"match": "regex", "regex": "[a-z]+"}]}}},
        },
        "comments": {"references": {"Pactape": {"cassettes": "cassettes/users.yaml#2"}}},
        **more,
    }


GOOD = interaction("gets a user", {"id": "7"})
BAD = interaction("gets an address", {"email": "ada"})


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyprojecttoml(SETTINGS)
    pytester.makepyfile(provider=PROVIDER, test_other="def test_other(): pass")
    write_pact(pytester.mkdir("pacts") / "web-users.json", GOOD, BAD)
    return pytester


def write_pact(path: Path, *interactions: dict[str, Any], provider: str = "users") -> None:
    document = {
        "consumer": {"name": "web"},
        "provider": {"name": provider},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    path.write_text(json.dumps(document), encoding="utf-8")


def run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return project.runpytest("-p", "no:randomly", "--pactape-verify", "provider:app", *arguments)


def test_every_interaction_of_the_projects_contracts_is_an_item_and_nothing_else(
    project: pytest.Pytester,
) -> None:
    run(project, "-v").stdout.fnmatch_lines(
        [
            "pacts/web-users.json::gets a user PASSED*",
            "pacts/web-users.json::gets an address FAILED*",
            "*1 failed, 1 passed*",
        ]
    )


def test_a_failure_shows_path_rule_value_and_source(project: pytest.Pytester) -> None:
    run(project).stdout.fnmatch_lines(
        [
            "web → users: gets an address",
            '  given a user exists {"id":"7"}',
            "  body $.email: is not matched by the pattern",
            "    rule      regex '[[]a-z[]]+'",
            '    example   "ada"',
            '    actual    "ada@example.com"',
            "  recorded in cassettes/users.yaml#2",
        ]
    )


def test_given_paths_are_collected_as_ever(project: pytest.Pytester) -> None:
    run(project, "test_other.py", "pacts").assert_outcomes(passed=2, failed=1)


@pytest.mark.parametrize(
    "text",
    [
        '{"consumer": {"name": "web"}, "provi',
        '{"interactions": []}',
        *(
            pytest.param(text, marks=pytest.mark.long)
            for text in ("", "<<<<<<< HEAD\n{}", '\ufeff{"consumer": 1}')
        ),
    ],
)
def test_a_damaged_contract_in_the_project_s_folder_is_an_error(project: pytest.Pytester, text: str) -> None:
    write_pact(project.path / "pacts" / "web-users.json", GOOD)
    (project.path / "pacts" / "shop-users.json").write_text(text, encoding="utf-8")
    result = run(project)
    result.stdout.fnmatch_lines(["*shop-users.json: is not a pact file*"])
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_json_file_that_is_named_must_be_a_contract(project: pytest.Pytester) -> None:
    project.mkdir("data").joinpath("users.json").write_text("{}", encoding="utf-8")
    run(project, "data", "pacts").assert_outcomes(passed=1, failed=1)
    assert run(project, "data/users.json").ret == pytest.ExitCode.INTERRUPTED


def test_an_interaction_of_version_4_without_a_type_is_an_error(project: pytest.Pytester) -> None:
    write_pact(project.path / "pacts" / "web-users.json", {key: GOOD[key] for key in GOOD if key != "type"})
    result = run(project)
    result.stdout.fnmatch_lines(["*the interaction 'gets a user' has no type*"])
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_k_chooses_by_description(project: pytest.Pytester) -> None:
    run(project, "-k", "user and not address").assert_outcomes(passed=1, deselected=1)


def test_x_stops_at_the_first_failure(project: pytest.Pytester) -> None:
    write_pact(project.path / "pacts" / "web-users.json", BAD, GOOD)
    run(project, "-x").assert_outcomes(failed=1)


def test_a_node_id_chooses_one_interaction(project: pytest.Pytester) -> None:
    run(project, "pacts/web-users.json::gets a user").assert_outcomes(passed=1)


def test_junit_names_each_interaction(project: pytest.Pytester) -> None:
    run(project, "--junitxml=report.xml")
    report = (project.path / "report.xml").read_text(encoding="utf-8")
    assert ('name="gets a user"' in report, 'name="gets an address"' in report, "$.email" in report) == (
        True,
        True,
        True,
    )


@pytest.mark.long
def test_workers_share_the_interactions(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-n", "2", "--pactape-verify", "provider:app")
    result.assert_outcomes(passed=1, failed=1)


def test_an_application_may_be_made_by_a_function(project: pytest.Pytester) -> None:
    result = project.runpytest("--pactape-verify", "provider:create_app()", "-k", "not address")
    result.assert_outcomes(passed=1, deselected=1)


def test_interactions_of_one_description_are_distinguished_by_their_states(project: pytest.Pytester) -> None:
    other = interaction("gets a user", {}, providerStates=[], response={"status": 200})
    write_pact(project.path / "pacts" / "web-users.json", GOOD, other, other)
    result = run(project, "--collect-only", "-q")
    assert result.outlines[:3] == [
        "pacts/web-users.json::gets a user [a user exists]",
        "pacts/web-users.json::gets a user",
        "pacts/web-users.json::gets a user #2",
    ]


def test_a_pending_interaction_that_fails_is_an_expected_failure(project: pytest.Pytester) -> None:
    write_pact(project.path / "pacts" / "web-users.json", GOOD, {**BAD, "pending": True})
    run(project).assert_outcomes(passed=1, xfailed=1)


def test_messages_are_items_too(project: pytest.Pytester) -> None:
    message = {
        "type": "Asynchronous/Messages",
        "description": "a user has come",
        "contents": {"content": {"id": 1}, "contentType": "application/json"},
    }
    write_pact(project.path / "pacts" / "web-users.json", message)
    messages = ("--pactape-verify-messages", "provider:MESSAGES")
    project.runpytest("--pactape-verify", "-", *messages).assert_outcomes(passed=1)


def test_of_several_providers_one_must_be_named(project: pytest.Pytester) -> None:
    write_pact(project.path / "pacts" / "web-orders.json", GOOD, provider="orders")
    without_provider, with_provider = run(project), run(project, "--pactape-verify-provider", "people")
    without_provider.stdout.fnmatch_lines(
        ["*belongs to the provider 'users'; the others belong to 'orders'*"]
    )
    with_provider.assert_outcomes(passed=1, failed=1)


def test_an_application_that_cant_be_imported_ends_the_run_with_one_error(project: pytest.Pytester) -> None:
    result = project.runpytest("--pactape-verify", "provider:nothing")
    result.stdout.fnmatch_lines(["*'provider:nothing' can't be imported*"])
    assert result.ret == 2


def test_a_state_without_a_handler_fails_its_interaction_in_one_line(project: pytest.Pytester) -> None:
    write_pact(
        project.path / "pacts" / "web-users.json", {**GOOD, "providerStates": [{"name": "the moon is full"}]}
    )
    run(project).stdout.fnmatch_lines(["*no handler sets up the provider state 'the moon is full'*"])


def test_other_json_files_are_left_alone(project: pytest.Pytester) -> None:
    (project.path / "pacts" / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    run(project).assert_outcomes(passed=1, failed=1)


def test_without_the_option_no_contract_is_collected(project: pytest.Pytester) -> None:
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--pactape-verify-header", "nonsense"), "*write it as NAME:VALUE*"),
        (
            ("--pactape-verify-provider", "nobody"),
            "*no contract belongs to the provider 'nobody'*name one of users*",
        ),
    ],
)
def test_a_wrong_option_ends_the_run_with_one_error(
    project: pytest.Pytester, arguments: tuple[str, ...], text: str
) -> None:
    result = run(project, *arguments)
    result.stdout.fnmatch_lines([text])
    assert result.ret == 2


@pytest.mark.long
def test_an_application_without_a_name_ends_the_run_with_one_error(project: pytest.Pytester) -> None:
    result = project.runpytest("--pactape-verify", "provider")
    result.stdout.fnmatch_lines(['*write it as "package.module:name"*'])
    assert result.ret == 2


@pytest.mark.long
def test_settings_that_cannot_be_read_end_the_run_with_one_error(project: pytest.Pytester) -> None:
    project.makepyprojecttoml("[tool.pactape]\nno_such_setting = 1\n")
    result = project.runpytest_subprocess("--pactape-verify", "provider:app")
    assert (
        result.ret,
        "unknown setting 'no_such_setting'" in "\n".join(result.outlines + result.errlines),
    ) == (
        2,
        True,
    )


def test_a_pact_without_interactions_is_an_error_of_its_file(project: pytest.Pytester) -> None:
    write_pact(project.path / "pacts" / "web-users.json")
    result = run(project)
    result.stdout.fnmatch_lines(["*web-users.json: has no interactions*"])
