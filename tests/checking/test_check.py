"""`pactape check`: what it says of recordings, contracts and clients."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.cli import command
from pactape.contracts import derive, write_contracts
from pactape.pactfile.writing import encode_document
from pactape.settings import load_settings
from pactape.verification import InteractionResult, Verdict, Verification
from pactape.verification.history import remember_verification

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
[project]
name = "web"
[tool.pactape]
clients = ["client.py"]
[tool.pactape.providers.users]
url = "http://users.test"
"""
CASSETTE = """
interactions:
- request: {method: GET, uri: 'http://users.test/users/7', headers: {}, body: null}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '{"id": 7, "email": "ada@example.com", "locale": "en"}'}
version: 1
pactape:
  version: 1
  test: test_users.py::test_reads_a_user
  description: reads a user
  calls: [{operation: "GET /users/{id}", path: "/users/{id}", fields: [email, id]}]
"""
UNREAD = "info: GET /users/{id} → 200: $.locale: is recorded but never read"


_FINDINGS = ("breaking", "warning", "info", "NOT JUDGED")


class Project:
    """A project whose recordings, contract and client agree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
        (root / "client.py").write_text('client.get("/users/{id}")\n', encoding="utf-8")
        self.cassette = root / "cassettes" / "reads_a_user.yaml"
        self.cassette.parent.mkdir()
        self.record(CASSETTE)
        write_contracts(derive(load_settings(root)), root / "pacts")
        self.pact = root / "pacts" / "web-users.json"

    def record(self, text: str) -> None:
        self.cassette.write_text(text, encoding="utf-8")

    def record_another(self) -> Path:
        path = self.cassette.with_name("removes_a_user.yaml")
        text = CASSETTE.replace("GET", "DELETE").replace("reads a user", "removes a user")
        path.write_text(text, encoding="utf-8")
        return path

    def set(self, setting: str) -> None:
        text = SETTINGS.replace("[tool.pactape]", f"[tool.pactape]\n{setting}")
        (self.root / "pyproject.toml").write_text(text, encoding="utf-8")

    def check(self, *options: str) -> tuple[int, list[str]]:
        """The exit code, and the lines after the table."""
        result = CliRunner().invoke(command, ["check", "--project", str(self.root), *options])
        if isinstance(result.exception, Exception):
            raise result.exception
        lines = result.output.replace(f"{self.root}/", "").splitlines()
        return result.exit_code, [line for line in lines if line.startswith(_FINDINGS)]

    def table(self) -> list[list[str]]:
        output = CliRunner().invoke(command, ["check", "--project", str(self.root)]).output
        return [line.rsplit(maxsplit=3) for line in output.splitlines() if line.startswith(("GET", "POST"))]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_project_where_all_agrees_passes_and_reports_what_is_not_read(project: Project) -> None:
    assert project.check() == (0, [UNREAD])


@pytest.mark.parametrize("form", ['specification = "V3"', "interactions_per_file = 1"], ids=["V3", "split"])
def test_a_project_agrees_in_whatever_form_its_contracts_are_written(project: Project, form: str) -> None:
    project.record_another()
    project.set(form)
    CliRunner().invoke(command, ["derive", "--project", str(project.root)], catch_exceptions=False)
    assert [line for line in project.check()[1] if not line.startswith("info")] == []


def test_a_recording_that_contradicts_a_contract_of_version_3_breaks_too(project: Project) -> None:
    project.set('specification = "V3"')
    CliRunner().invoke(command, ["derive", "--project", str(project.root)], catch_exceptions=False)
    project.record(CASSETTE.replace('"id": 7', '"id": "seven"'))
    code, lines = project.check()
    message = "reads a user: is contradicted by cassettes/reads_a_user.yaml#0: body $.id:"
    assert (code, message in lines[0]) == (1, True)


def test_an_interaction_of_a_further_file_whose_recording_is_gone_breaks(project: Project) -> None:
    second = project.record_another()
    project.set("interactions_per_file = 1")
    CliRunner().invoke(command, ["derive", "--project", str(project.root)], catch_exceptions=False)
    second.unlink()
    code, lines = project.check()
    message = "breaking: pacts/web-users.2.json: removes a user: is no longer supported by a recording"
    assert (code, lines[0]) == (1, message)


def test_a_contract_that_recordings_have_outgrown_is_a_warning(project: Project) -> None:
    project.record(CASSETTE.replace('"id": 7', '"id": "seven"'))
    stale = "warning: pacts/web-users.json: reads a user: differs from its recordings"
    assert project.check()[1][1:] == [stale, UNREAD]


def test_a_recording_that_contradicts_its_contract_breaks(project: Project) -> None:
    project.record(CASSETTE.replace('"id": 7', '"id": "seven"'))
    code, lines = project.check()
    told = "reads a user: is contradicted by cassettes/reads_a_user.yaml#0: body $.id:"
    assert (code, lines[0].startswith(f"breaking: pacts/web-users.json: {told}")) == (1, True)


def test_a_secret_that_contradicts_a_contract_is_not_shown(project: Project) -> None:
    secret = "ghp_q8Zr1LmX0vTy7PbKq8Zr1LmX0vTy7PbKq8Zr"
    project.record(CASSETTE.replace('"id": 7', f'"id": "{secret}"'))
    lines = project.check()[1]
    assert (any("is contradicted by" in line for line in lines), secret in "".join(lines)) == (True, False)


def test_a_recording_that_has_only_other_values_contradicts_nothing(project: Project) -> None:
    project.record(CASSETTE.replace('"id": 7', '"id": 8').replace("ada@", "grace@"))
    assert all("contradicted" not in line for line in project.check()[1])


def test_a_warning_fails_on_request(project: Project) -> None:
    project.pact.unlink()
    code, lines = project.check("--strict")
    assert (code, lines[0]) == (1, "warning: pacts/web-users.json: is not written: run `pactape derive`")


def test_an_interaction_whose_recording_is_gone_breaks(project: Project) -> None:
    project.record(CASSETTE.replace("reads a user", "reads Ada"))
    code, lines = project.check()
    gone = "breaking: pacts/web-users.json: reads a user: is no longer supported by a recording"
    assert (code, lines[0]) == (1, gone)


def test_a_contract_without_any_recording_breaks(project: Project) -> None:
    project.pact.rename(project.pact.with_name("web-orders.json"))
    code, lines = project.check()
    gone = "breaking: pacts/web-orders.json: reads a user: is no longer supported by a recording"
    assert (code, lines[0]) == (1, gone)


def test_an_interaction_that_was_written_by_hand_needs_no_recording(project: Project) -> None:
    pact = json.loads(project.pact.read_bytes())
    del pact["interactions"][0]["comments"]
    (project.pact.parent / "by-hand.json").write_text(json.dumps(pact), encoding="utf-8")
    assert project.check() == (0, [UNREAD])


def test_a_secret_in_a_recording_breaks_and_is_not_shown(project: Project) -> None:
    project.record(CASSETTE.replace("headers: {}", "headers: {Authorization: [Bearer s3cr3tvalue]}"))
    code, lines = project.check()
    assert (code, "request header Authorization: contains a secret" in lines[0]) == (1, True)
    assert "s3cr3tvalue" not in "".join(lines)


def test_a_recording_that_is_too_old_is_a_warning(project: Project) -> None:
    project.set('hygiene.max_age = "30d"')
    dated = "headers: {Date: ['Mon, 01 Jan %s 00:00:00 GMT'], "
    project.record(CASSETTE.replace("headers: {C", dated % 2001 + "C"))
    code, output = project.check()
    assert code == 0
    assert [line for line in output if "interactions[0]: is" in line and "max_age is 30 days" in line]
    project.record(CASSETTE.replace("headers: {C", dated % 2999 + "C"))
    assert [line for line in project.check()[1] if "max_age" in line] == []


def test_an_operation_that_no_test_records_is_a_warning(project: Project) -> None:
    (project.root / "client.py").write_text('c.get("/users/{id}")\nc.post("/users")\n', encoding="utf-8")
    missing = "warning: POST /users: is declared at client.py:2 but never recorded"
    assert project.check() == (0, [missing, UNREAD])


def test_the_table_counts_recordings_contracts_and_verifications(project: Project) -> None:
    (project.root / "client.py").write_text('c.get("/users/{id}")\nc.post("/users")\n', encoding="utf-8")
    passed = InteractionResult(consumer="web", description="reads a user", verdict=Verdict.PASSED)
    remember_verification(
        project.root / ".pactape", [project.pact], Verification(provider="users", results=(passed,))
    )
    assert project.table() == [["GET /users/{id}", "1", "1", "1"], ["POST /users", "-", "-", "-"]]


@pytest.mark.parametrize(
    ("status", "headers"), [(302, "Location: [/me/7]"), (401, "X-Reason: [expired]"), (304, "ETag: [v1]")]
)
def test_a_recording_that_takes_no_part_in_contracts_counts_as_recorded(
    project: Project, status: int, headers: str
) -> None:
    (project.root / "client.py").write_text('c.get("/users/{id}")\nc.get("/me")\n', encoding="utf-8")
    other = (
        CASSETTE.partition("pactape:")[0].replace("/users/7", "/me").replace("code: 200", f"code: {status}")
    )
    other = other.replace("Content-Type: [application/json]", headers)
    project.cassette.with_name("b.yaml").write_text(other, encoding="utf-8")
    assert (project.table(), project.check()) == (
        [["GET /me", "1", "-", "-"], ["GET /users/{id}", "1", "1", "-"]],
        (0, [UNREAD]),
    )


def test_recordings_that_fit_no_operation_of_the_table_are_counted_after_it(project: Project) -> None:
    other = CASSETTE.partition("pactape:")[0].replace("/users/7", "/me").replace("code: 200", "code: 401")
    project.cassette.with_name("b.yaml").write_text(other, encoding="utf-8")
    output = CliRunner().invoke(command, ["check", "--project", str(project.root)]).output
    assert "1 recording of other operations, which take no part in contracts" in output.splitlines()


def test_a_verification_of_other_bytes_does_not_count(project: Project) -> None:
    passed = InteractionResult(consumer="web", description="reads a user", verdict=Verdict.PASSED)
    remember_verification(
        project.root / ".pactape", [project.pact], Verification(provider="users", results=(passed,))
    )
    project.pact.write_bytes(project.pact.read_bytes() + b"\n")
    assert project.table() == [["GET /users/{id}", "1", "1", "-"]]


@pytest.mark.parametrize(("name", "text"), [("pacts/web-users.json", "{"), ("client.py", "def (")])
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_compared(
    project: Project, name: str, text: str
) -> None:
    (project.root / "cassettes" / "b.yaml").write_text("interactions: 1\n", encoding="utf-8")
    (project.root / name).write_text(text, encoding="utf-8")
    code, lines = project.check()
    assert (code, [line for line in lines if line.startswith("NOT")]) == (2, [f"NOT JUDGED  {name}"])
    assert any("cassettes/b.yaml" in line for line in lines)


def test_a_pact_file_that_cannot_be_read_is_not_called_missing(project: Project) -> None:
    project.pact.write_text("{", encoding="utf-8")
    assert not [line for line in project.check()[1] if "is not written" in line]


def test_a_contract_that_nothing_supports_any_more_is_a_warning(project: Project) -> None:
    document = json.loads(project.pact.read_bytes())
    by_hand = {key: value for key, value in document["interactions"][0].items() if key != "comments"}
    pact = encode_document(
        consumer="web", provider="mailer", interactions=[by_hand], specification="V4", key="interactions"
    )
    (project.pact.parent / "web-mailer.json").write_bytes(pact)
    code, lines = project.check()
    warning = "warning: pacts/web-mailer.json: is no longer supported by any recording or handwritten file."
    assert (code, [line for line in lines if line.startswith(warning)] != []) == (0, True)


def test_interactions_that_expect_different_answers_to_one_request_break(project: Project) -> None:
    document = json.loads(project.pact.read_bytes())
    (interaction,) = document["interactions"]
    other = {**interaction, "description": "reads nobody", "response": {"status": 404}}
    project.pact.write_text(json.dumps({**document, "interactions": [interaction, other]}), encoding="utf-8")
    ambiguous = "expects a different response than 'reads a user' to the same request in the same states"
    assert f"breaking: pacts/web-users.json: reads nobody: {ambiguous}" in project.check()[1]
