"""`pactape drift`, against a provider that changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pactape.checking import find_drift
from pactape.cli import command
from pactape.errors import BadInputError, ProviderUnreachableError
from pactape.settings import load_settings

from tests.checking.helpers.drifting import ADA, CASSETTE, SETTINGS, TESTS, Project
from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def only_the_plugin_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pytest that records again starts without the others, which take their time, and isn't measured."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pactape.plugin")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with serving_api(lambda _: json_response({})) as api:
        yield Project(tmp_path, api)


@pytest.mark.long
def test_other_values_are_not_drift(project: Project) -> None:
    project.answers({"id": 8, "email": "grace@example.com", "locale": "fr"})
    summary = "1 cassette recorded again: 0 breaking, 0 warning, 0 info"
    assert project.drift() == (0, [summary])


def test_a_field_that_the_test_reads_and_that_is_gone_breaks(project: Project) -> None:
    project.answers({"id": 7, "mail": "ada@example.com", "locale": "en"})
    code, (breaking, info, _) = project.drift()
    assert (code, breaking, info) == (
        1,
        "breaking: GET /users/{id} → 200: $.email: is gone",
        "info: GET /users/{id} → 200: $.mail: is new",
    )


@pytest.mark.long
def test_a_field_that_no_test_reads_may_go(project: Project) -> None:
    project.answers({"id": 7, "email": "ada@example.com"})
    assert project.drift()[0] == 0


@pytest.mark.long
def test_a_test_that_fails_against_the_live_provider_breaks(project: Project) -> None:
    project.answers({"title": "gone"}, status=404)
    code, lines = project.drift()
    assert (code, lines[-2]) == (
        1,
        "breaking: test_users.test_reads_a_user: fails against the live provider: KeyError: 'id'",
    )


@pytest.mark.parametrize(
    "read", ['answer.headers.get("ETag")', pytest.param('answer.headers["ETag"]', marks=pytest.mark.long)]
)
def test_a_header_that_the_test_reads_and_that_is_gone_comes_first(project: Project, read: str) -> None:
    lines = TESTS.replace("user = requests", "answer = requests").replace(".json()\n", f"\n    {read}\n")
    text = lines.replace("assert user", "user = answer.json()\n    assert user")
    (project.root / "test_users.py").write_text(text, encoding="utf-8")
    recorded = CASSETTE.replace(
        "headers: {Content-Type", """headers: {ETag: ['"1"'], X-Trace: [a], Content-Type"""
    )
    recorded = recorded.replace("[[id, email]]", "[[id, email, 'header: etag']]")
    project.cassette.write_text(recorded, encoding="utf-8")
    project.answers(ADA)
    code, lines_said = project.drift()
    assert (code, lines_said[0]) == (1, "breaking: GET /users/{id} → 200: the header etag: is gone")
    assert ("KeyError" in "".join(lines_said[1:])) is ("[" in read)


def test_drift_changes_no_recording(project: Project) -> None:
    before = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    project.answers({"id": 7})
    project.drift()
    after = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    assert {path: data for path, data in after.items() if "__pycache__" not in path.parts} == before


def test_tests_that_cannot_be_run_are_bad_input(project: Project) -> None:
    with pytest.raises(BadInputError, match=r"pytest could not run the tests \(exit code 4\)"):
        project.drift("no_such_test.py")


SKIPPED = TESTS.replace("    user =", '    pytest.skip("no credentials")\n    user =')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def test_nothing(): ...\n", "no test is marked `cassette`"),
        pytest.param(SKIPPED, "no test recorded a response", marks=pytest.mark.long),
    ],
)
def test_a_project_without_recorded_tests_is_bad_input(project: Project, text: str, reason: str) -> None:
    (project.root / "test_users.py").write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match=reason):
        project.drift()


def test_an_unknown_provider_is_bad_input(project: Project) -> None:
    with pytest.raises(BadInputError, match="has no provider 'usres'"):
        project.drift("--provider", "usres")


RECEIVES = """
import json, os, pytest

def live():
    with open("queue.json") as file:
        return json.load(file)

@pytest.mark.cassette
def test_hears_of_a_user(receive_message):
    assert receive_message("a user has come", provider="users", live=live).content["id"]
"""
HEARD = """
interactions: []
version: 1
pactape:
  version: 1
  messages: [{description: a user has come, provider: users, content: {id: 7, name: Ada}, reads: [id]}]
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"id": 8, "name": "Bob"}, None),
        ({"id": "8", "name": "Bob"}, "breaking: a user has come: $.id: was integer and is now string"),
        ({"id": 8}, "info: a user has come: $.name:"),
    ],
)
def test_messages_that_are_sent_otherwise_are_reported(
    tmp_path: Path, message: dict[str, Any], told: str | None
) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "test_hears.py").write_text(RECEIVES)
    (tmp_path / "queue.json").write_text(json.dumps(message))
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "test_hears.test_hears_of_a_user.yaml").write_text(HEARD)
    result = CliRunner().invoke(command, ["drift", "--project", str(tmp_path)])
    lines = [line.strip().lower() for line in result.output.splitlines()]
    assert (told is None) or any(told in line.replace("  ", " ") for line in lines), result.output
    assert result.exit_code == (1 if told and told.startswith("breaking") else 0)


@pytest.mark.long
def test_a_field_that_a_failing_test_misses_is_named_before_the_failure(project: Project) -> None:
    project.answers({"number": 7, "email": "ada@example.com", "locale": "en"})
    code, lines = project.drift()
    assert (code, lines[0]) == (1, "breaking: GET /users/{id} → 200: $.id: is gone")
    assert "fails against the live provider: KeyError: 'id'" in lines[-2]


@pytest.mark.long
def test_a_request_that_a_failing_test_did_not_reach_is_not_reported(project: Project) -> None:
    (project.root / "test_users.py").write_text(
        TESTS.replace(
            "    assert", '    requests.get(provider_url("users") + "/more", timeout=30)\n    assert'
        ).replace(
            "    user =",
            '    assert requests.get(provider_url("users") + "/users/7", timeout=30).json()["id"]\n    user =',
        ),
        encoding="utf-8",
    )
    again = CASSETTE.split("interactions:\n")[1].split("version:", maxsplit=1)[0]
    more = again.replace("/users/7", "/more")
    text = (
        f"interactions:\n{again}{again}{more}version: 1\npactape: {{version: 1, calls: [null, null, null]}}\n"
    )
    project.cassette.write_text(text, encoding="utf-8")
    project.answers({"email": "ada@example.com"})
    assert "is no longer requested as recorded" not in "\n".join(project.drift()[1])


def test_a_url_that_is_written_in_a_test_is_redirected_to_the_live_address(project: Project) -> None:
    text = TESTS.replace('provider_url("users") + "/users/7"', '"http://users.test/users/7"')
    (project.root / "test_users.py").write_text(text, encoding="utf-8")
    project.answers({"id": 7, "locale": "en"})
    assert project.drift()[:1] == (1,)


@pytest.mark.long
def test_tests_that_ask_another_address_are_an_error(project: Project) -> None:
    orders = '[tool.pactape.providers.orders]\nurl = "http://orders.test"\n'
    settings = SETTINGS.replace("http://users.test", project.url) + orders
    (project.root / "pyproject.toml").write_text(settings, encoding="utf-8")
    project.answers(ADA)
    with pytest.raises(BadInputError, match="no test sent a request to the provider 'orders'"):
        find_drift(
            load_settings(project.root),
            live_urls={"orders": project.url.replace("127.0.0.1", "localhost")},
        )


def test_a_provider_that_is_down_could_not_be_judged(project: Project) -> None:
    with pytest.raises(ProviderUnreachableError, match="no provider responds"):
        find_drift(load_settings(project.root), live_urls={"users": "http://127.0.0.1:9"})


@pytest.mark.long
def test_a_provider_that_is_down_at_its_own_address_could_not_be_judged(project: Project) -> None:
    settings = SETTINGS.replace("http://users.test", "http://127.0.0.1:9")
    (project.root / "pyproject.toml").write_text(settings, encoding="utf-8")
    drift = find_drift(load_settings(project.root), live_urls={})
    assert (drift.exit_code, [change.is_unreachable for change in drift.unreachable]) == (2, [True])


def test_a_request_that_is_no_longer_sent_is_reported(project: Project) -> None:
    text = TESTS.replace('"/users/7"', '"/users/7?v=2"').replace("/users/7?v=2", "/people/7")
    (project.root / "test_users.py").write_text(text, encoding="utf-8")
    project.answers(ADA)
    assert project.drift()[1][0] == "breaking: GET /users/{id}: is no longer requested as recorded"


@pytest.mark.long
def test_a_response_of_another_type_is_reported(project: Project) -> None:
    text = TESTS.replace(
        "    assert user", '    user = user if isinstance(user, dict) else {"id": 1}\n    assert user'
    )
    (project.root / "test_users.py").write_text(text, encoding="utf-8")
    project.answers([1])
    assert project.drift()[1][0] == "breaking: GET /users/{id} → 200: $: was object and is now array"


@pytest.mark.long
def test_a_test_that_passes_though_its_provider_is_down_could_not_be_judged(project: Project) -> None:
    (project.root / "pyproject.toml").write_text(
        SETTINGS.replace("users.test", "127.0.0.1:9"), encoding="utf-8"
    )
    test = "test: 'test_users.py::test_reads_a_user', description: reads a user"
    named = CASSETTE.replace("version: 1, calls", f"version: 1, {test}, calls")
    project.cassette.write_text(named.replace("users.test", "127.0.0.1:9"), encoding="utf-8")
    text = TESTS.partition("    assert")[0].replace("    user", "    with pytest.raises(OSError):\n     user")
    (project.root / "test_users.py").write_text(text, encoding="utf-8")
    drift = find_drift(load_settings(project.root), live_urls={})
    assert (drift.exit_code, drift.unreachable[0].message) == (2, "none of its requests got a response")


@pytest.mark.long
def test_an_error_that_speaks_of_connections_is_not_one(project: Project) -> None:
    text = TESTS.replace(
        "    assert", '    assert "id" in user, "ConnectionError: not this time"\n    assert'
    )
    (project.root / "test_users.py").write_text(text, encoding="utf-8")
    project.answers({"email": "ada@example.com"})
    code, lines = project.drift()
    assert (code, lines[0]) == (1, "breaking: GET /users/{id} → 200: $.id: is gone")
