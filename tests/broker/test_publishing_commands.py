"""`pactape publish`, `can-i-deploy` and `record-deployment` in a project under git."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests
from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import BadInputError, SettingsError
from pactape.pact_cli.revision import branch_of, build_url_of
from pactape.settings import load_settings

from tests.broker.helpers.client import Client
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.broker.helpers.stock import StockTools

_CI = ("GITHUB_", "CI_", "BUILD", "CIRCLE_", "BITBUCKET_", "TRAVIS_", "BRANCH_NAME", "PACT_")


def git(project: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    result = subprocess.run(
        ["git", "-C", str(project), *identity, *arguments],  # noqa: S607 -- the user's own git
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.strip()


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(_CI):
            monkeypatch.delenv(name)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one committed contract on the branch main."""
    root = tmp_path / "project"
    (root / "pacts").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.pactape]\nconsumer = "Web"\n', encoding="utf-8")
    (root / "pacts" / "web.json").write_text(json.dumps(pact_of("Web", "Users")), encoding="utf-8")
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "first")
    return root


def run(project: Path, *arguments: str) -> Result:
    name, *options = arguments
    return CliRunner().invoke(command, [name, "--project", str(project), *options], catch_exceptions=False)


def test_the_version_is_the_commit_and_the_branch_is_gits(project: Path, stock: StockTools) -> None:
    result = run(project, "publish", "--broker-url", stock.url, "--tag-with-branch")
    assert result.exit_code == 0, result.output
    url = f"{stock.url}/pacticipants/Web/versions/{git(project, 'rev-parse', 'HEAD')}"
    version = requests.get(url, timeout=30).json()
    assert version["_embedded"]["branchVersions"][0]["name"] == "main"
    assert version["_embedded"]["tags"][0]["name"] == "main"


def test_uncommitted_changes_are_refused_unless_the_version_is_named(
    project: Path, stock: StockTools
) -> None:
    (project / "pacts" / "web.json").write_text(
        json.dumps(pact_of("Web", "Users", path="/2")), encoding="utf-8"
    )
    with pytest.raises(BadInputError, match="uncommitted change"):
        run(project, "publish", "--broker-url", stock.url)
    assert run(project, "publish", "--broker-url", stock.url, "--version", "1").exit_code == 0


def test_another_contract_for_the_same_version_does_not_hold(project: Path, stock: StockTools) -> None:
    assert run(project, "publish", "--broker-url", stock.url, "--version", "1").exit_code == 0
    (project / "pacts" / "web.json").write_text(
        json.dumps(pact_of("Web", "Users", path="/2")), encoding="utf-8"
    )
    assert run(project, "publish", "--broker-url", stock.url, "--version", "1").exit_code == 1


def test_a_missing_result_does_not_hold_and_the_reason_is_shown(project: Path, stock: StockTools) -> None:
    run(project, "publish", "--broker-url", stock.url)
    result = run(project, "can-i-deploy", "--broker-url", stock.url, "--to-environment", "test")
    assert result.exit_code == 1
    assert "There is no verified pact" in result.output


def test_a_recorded_deployment_is_in_the_environment(project: Path, stock: StockTools) -> None:
    run(project, "publish", "--broker-url", stock.url, "--version", "1")
    result = run(
        project, "record-deployment", "--broker-url", stock.url, "--version", "1", "--environment", "test"
    )
    assert result.exit_code == 0, result.output
    assert "Deployed" in stock.broker("describe-version", "-a", "Web", "--environment", "test").text


@pytest.mark.parametrize(
    "arguments",
    [
        ("can-i-deploy", "--version", "9", "--to-environment", "nowhere"),
        ("record-deployment", "--version", "9", "--environment", "nowhere"),
    ],
)
def test_what_the_broker_does_not_know_is_an_undecided_result(
    project: Path, stock: StockTools, arguments: tuple[str, ...]
) -> None:
    with pytest.raises(BadInputError, match="the broker rejected the request with 40"):
        run(project, *arguments, "--broker-url", stock.url)


def test_a_broker_that_does_not_answer_is_an_undecided_result(project: Path) -> None:
    with pytest.raises(BadInputError, match=r"http://127\.0\.0\.1:1: the broker can't be reached"):
        run(project, "publish", "--broker-url", "http://ann:s3cret@127.0.0.1:1", "--retries", "0")


def test_without_a_broker_the_two_ways_are_shown(project: Path) -> None:
    with pytest.raises(BadInputError) as error:
        run(project, "publish")
    assert "pactape broker" in str(error.value)
    assert "PACT_BROKER_TOKEN" in str(error.value)


def test_the_setting_names_the_broker_and_a_dry_run_asks_nothing(project: Path) -> None:
    text = '[tool.pactape]\nconsumer = "Web"\n[tool.pactape.broker]\nurl = "https://broker.example.com"\n'
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    result = run(project, "publish", "--dry-run", "--version", "7", "--tag", "a", "--tag", "b")
    assert result.exit_code == 0
    assert "would call https://broker.example.com" in result.output
    assert "--consumer-app-version 7 --branch main --tag a,b" in result.output


def test_the_environment_goes_before_the_setting(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACT_BROKER_BASE_URL", "https://other.example.com")
    result = run(project, "publish", "--dry-run", "--version", "7")
    assert "would call https://other.example.com" in result.output


def test_a_password_in_the_settings_is_refused(project: Path) -> None:
    text = '[tool.pactape.broker]\nurl = "https://ann:s3cret@broker.example.com"\n'
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="contains a user or a password") as error:
        load_settings(project)
    assert "s3cret" not in str(error.value)


def test_a_detached_head_takes_the_cis_branch(project: Path) -> None:
    git(project, "checkout", "--quiet", "--detach")
    assert branch_of(project, {"GITHUB_REF_NAME": "feature"}) == "feature"
    assert branch_of(project, {}) is None


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        (
            {"GITHUB_SERVER_URL": "https://h", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"},
            "https://h/o/r/actions/runs/7",
        ),
        ({"BUILD_URL": "https://jenkins/7"}, "https://jenkins/7"),
        ({}, None),
    ],
)
def test_the_build_url_is_the_cis(environment: dict[str, str], url: str | None) -> None:
    assert build_url_of(environment) == url


def test_an_untracked_file_does_not_stop_publishing_but_an_untracked_contract_does(
    project: Path, stock: StockTools
) -> None:
    (project / "report.xml").write_text("<testsuites/>", encoding="utf-8")
    assert run(project, "publish", "--broker-url", stock.url).exit_code == 0
    (project / "pacts" / "new.json").write_text(json.dumps(pact_of("Web", "New")), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"new\.json: is not committed"):
        run(project, "publish", "--broker-url", stock.url)


def test_several_tags_are_published(project: Path, stock: StockTools) -> None:
    result = run(project, "publish", "--broker-url", stock.url, "--version", "7", "--tag", "a", "--tag", "b")
    assert result.exit_code == 0, result.output
    version = requests.get(f"{stock.url}/pacticipants/Web/versions/7", timeout=30).json()
    assert {tag["name"] for tag in version["_embedded"]["tags"]} == {"a", "b"}


def test_a_refusal_has_the_broker_s_own_sentence(project: Path, stock: StockTools) -> None:
    run(project, "publish", "--broker-url", stock.url, "--version", "1")
    arguments = ("--broker-url", stock.url, "--version", "1", "--to-environment", "moon-base")
    with pytest.raises(BadInputError, match="moon-base"):
        run(project, "can-i-deploy", *arguments)


@pytest.mark.parametrize(
    ("environment", "branch"),
    [
        ({"BUILD_SOURCEBRANCH": "refs/heads/feature/main", "BUILD_SOURCEBRANCHNAME": "main"}, "feature/main"),
        ({"BUILD_SOURCEBRANCH": "refs/tags/v1", "BUILD_SOURCEBRANCHNAME": "v1"}, None),
        (
            {"BUILD_SOURCEBRANCH": "refs/pull/7/merge", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/f"},
            "f",
        ),
        ({"BRANCH_NAME": "PR-7", "CHANGE_BRANCH": "feature/x"}, "feature/x"),
        ({"BRANCH_NAME": "v1", "TAG_NAME": "v1"}, None),
        ({"GIT_BRANCH": "origin/feature/x"}, "feature/x"),
        ({"GITHUB_REF_NAME": "v9", "GITHUB_REF_TYPE": "tag"}, None),
        ({"GITHUB_REF_NAME": "7/merge", "GITHUB_REF_TYPE": "branch", "GITHUB_HEAD_REF": "f"}, "f"),
        ({"CI_COMMIT_REF_NAME": "v1", "CI_COMMIT_TAG": "v1"}, None),
        ({"CI_COMMIT_REF_NAME": "m", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "f"}, "f"),
        ({"CIRCLE_TAG": "v1"}, None),
    ],
)
def test_the_branch_is_the_one_that_the_ci_builds(
    project: Path, environment: dict[str, str], branch: str | None
) -> None:
    git(project, "checkout", "--quiet", "--detach")
    assert branch_of(project, environment) == branch


def test_can_i_deploy_reports_in_any_format(project: Path, stock: StockTools) -> None:
    run(project, "publish", "--broker-url", stock.url, "--version", "1")
    arguments = ("--broker-url", stock.url, "--version", "1", "--to-environment", "test", "--format", "json")
    result = run(project, "can-i-deploy", *arguments)
    document = json.loads(result.output)
    assert (result.exit_code, document["exit_code"], document["results"][0]["outcome"]) == (1, 1, "failed")
    assert "There is no verified pact" in document["results"][0]["details"][0]


def test_a_pacticipant_is_found_by_the_key_of_the_settings(project: Path) -> None:
    text = (
        '[tool.pactape]\nconsumer = "Web"\n'
        '[tool.pactape.providers.users]\nurl = "http://users.test"\nname = "Users"\n'
        '[tool.pactape.consumers.mailer]\ncassettes = "mails"\nname = "Mailer"\n'
    )
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    broker = ("--dry-run", "--broker-url", "http://127.0.0.1:9", "--version", "1", "--environment", "test")
    names = [
        run(project, "record-deployment", "--pacticipant", name, *broker)
        .output.split("--pacticipant ")[1]
        .split()[0]
        for name in ("users", "Users", "mailer", "other")
    ]
    assert names == ["Users", "Users", "Mailer", "other"]


def test_a_failure_of_the_command_itself_is_shown_without_its_backtrace(
    project: Path, stock: StockTools
) -> None:
    path = project / "pacts" / "web.json"
    pact = json.loads(path.read_bytes())
    del pact["interactions"][0]["type"]
    path.write_text(json.dumps(pact), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"the official command failed: .*has no type") as raised:
        run(project, "publish", "--broker-url", stock.url, "--version", "1")
    assert "backtrace" not in str(raised.value)


def test_a_file_that_is_no_contract_is_named_before_anything_is_published(
    project: Path, stock: StockTools
) -> None:
    (project / "pacts" / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInputError, match=r"pacts/x\.json: is not a pact file"):
        run(project, "publish", "--broker-url", stock.url, "--version", "1")
    assert Client(stock.url).get("/pacticipants")["_embedded"]["pacticipants"] == []


@pytest.mark.parametrize("with_folder", [True, False], ids=["an empty folder", "no folder of pacts"])
def test_a_folder_without_contracts_has_nothing_to_publish(project: Path, *, with_folder: bool) -> None:
    (project / "empty").mkdir()
    (project / "pacts").rename(project / "moved")
    arguments = (str(project / "empty"),) if with_folder else ()
    with pytest.raises(BadInputError, match="contains no pact file"):
        run(project, "publish", *arguments, "--broker-url", "http://127.0.0.1:9", "--version", "1")
