"""The `pactape` command: what it writes, what it says, and how it leaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.contracts.helpers.command import CASSETTE, SETTINGS
from tests.helpers.apis import json_response, serving_api
from tests.helpers.commands import run_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "users.yaml").write_text(CASSETTE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> Iterator[str]:
    """A users API that always answers with the fixture's parameter."""
    with serving_api(lambda _: json_response(request.param)) as api:
        yield api.url


def test_derive_writes_a_contract_and_reports_it(project: Path) -> None:
    result = run_command(project, "derive")
    pact = json.loads((project / "pacts" / "web-users.json").read_bytes())
    line = "web → users: 1 interaction from 1 exchange, written to pacts/web-users.json"
    reports_contract = line in result.stdout.splitlines()
    assert (result.returncode, reports_contract, len(pact["interactions"])) == (0, True, 1)


def test_derive_leaves_a_contract_that_would_not_change_alone(project: Path) -> None:
    run_command(project, "derive")
    before = (project / "pacts" / "web-users.json").stat().st_mtime_ns
    result = run_command(project, "derive")
    after = (project / "pacts" / "web-users.json").stat().st_mtime_ns
    assert ("unchanged in" in result.stdout, after) == (True, before)


def test_derive_finds_the_project_from_a_folder_inside_it(project: Path) -> None:
    (project / "inner").mkdir()
    run_command(project / "inner", "derive")
    assert (project / "pacts" / "web-users.json").is_file()


@pytest.mark.parametrize("provider", [{"id": 8, "email": "b@example.com"}], indirect=True)
def test_verify_exits_with_0_when_the_contract_holds(project: Path, provider: str) -> None:
    run_command(project, "derive")
    result = run_command(project, "verify", "--url", provider)
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "users: 1 interaction: 1 passed")


@pytest.mark.parametrize("provider", [{"id": 8, "mail": "b@example.com"}], indirect=True)
def test_verify_exits_with_1_and_names_the_field_when_it_does_not(project: Path, provider: str) -> None:
    run_command(project, "derive")
    result = run_command(project, "verify", "--url", provider)
    assert (result.returncode, "missing the following keys: email" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    ("spoil", "arguments", "message"),
    [
        (
            lambda project: (project / "cassettes" / "users.yaml").write_text("interactions: [\n- {"),
            ["derive"],
            "users.yaml:",
        ),
        (
            lambda project: (project / "cassettes" / "users.yaml").write_text(
                CASSETTE + "pactape: {version: 1, test: t, states: 3}"
            ),
            ["derive"],
            "users.yaml: the key 'pactape' can't be read",
        ),
        (
            lambda project: (project / "cassettes" / "users.yaml").unlink(),
            ["derive"],
            "cassettes: contains no cassette",
        ),
        (
            lambda project: (project / "pyproject.toml").write_text('[tool.pactape]\ncassete = "x"\n'),
            ["derive"],
            "unknown setting 'cassete'. Fix: did you mean 'cassettes'?",
        ),
        (
            lambda project: (project / "pacts").write_text("a file where a folder should be"),
            ["derive"],
            "can't be written",
        ),
        (
            lambda _project: None,
            ["verify", "--url", "http://127.0.0.1:9"],
            "contains no pact of the provider 'users'",
        ),
        (
            lambda project: run_command(project, "derive"),
            ["verify", "--url", "http://127.0.0.1:9"],
            "http://127.0.0.1:9: no provider responds",
        ),
        (
            lambda _project: None,
            ["verify", "--provider", "usres", "--url", "http://127.0.0.1:9"],
            "[tool.pactape.providers] has no provider 'usres'. Fix: did you mean 'users'?",
        ),
        (
            lambda _project: None,
            ["verify", "--url", "http://x", "--header", "nonsense"],
            "write it as NAME:VALUE",
        ),
    ],
    ids=[
        "a malformed cassette",
        "notes that can't be read",
        "no cassette",
        "an unknown setting",
        "a folder that can't be written",
        "no pact",
        "a provider that is not up",
        "an unknown provider",
        "a malformed header",
    ],
)
def test_bad_input_gets_one_clear_error_and_exit_code_2(
    project: Path, spoil: Callable[[Path], object], arguments: list[str], message: str
) -> None:
    spoil(project)
    result = run_command(project, *arguments)
    assert (result.returncode, message in result.stderr, "Traceback" in result.stderr) == (2, True, False)


def test_a_derivation_that_fails_leaves_the_old_contract(project: Path) -> None:
    run_command(project, "derive")
    before = (project / "pacts" / "web-users.json").read_bytes()
    (project / "cassettes" / "worse.yaml").write_text("- not\n- a cassette\n", encoding="utf-8")
    run_command(project, "derive")
    assert (project / "pacts" / "web-users.json").read_bytes() == before


def test_lint_exits_with_0_when_cassettes_contain_no_secret(project: Path) -> None:
    result = run_command(project, "lint")
    assert (result.returncode, result.stdout) == (0, "0 secrets and 0 possible in 1 file\n")


def test_lint_exits_with_1_and_names_the_place_but_not_the_secret(project: Path) -> None:
    leaking = CASSETTE.replace("Accept: ['*/*']", "Authorization: [Bearer s3cr3tvalue]")
    (project / "cassettes" / "old.yaml").write_text(leaking, encoding="utf-8")
    result = run_command(project, "lint")
    names_place = "old.yaml: interactions[0]: request header Authorization" in result.stdout
    assert (result.returncode, names_place, "s3cr3tvalue" in result.stdout) == (1, True, False)


def test_a_pact_that_the_official_verifier_cannot_run_exits_with_2(project: Path) -> None:
    run_command(project, "derive")
    path = project / "pacts" / "web-users.json"
    path.write_text(path.read_text().replace('"status": 200', '"status": "abc"').replace('"4.0"', '"9.0"'))
    with serving_api(lambda _: json_response({})) as api:
        result = run_command(project, "verify", "--url", api.url)
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
