"""Every command that reports, in every format: the same exit code, and a document of that format."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.broker import running_broker
from pactape.cli import command
from pactape.errors import ProviderUnreachableError
from pactape.findings import RULES
from pactape.reports import FORMATS

from tests.broker.helpers.publishing import publish
from tests.helpers.apis import json_response, serving_api
from tests.verification.helpers.providers import interaction, running_provider, write_pact

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = '[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n'
SECRET = "qZ8wLr3kT1xYv9Bn4Mh6"
CASSETTE = """
interactions:
- request: {method: GET, uri: 'http://users.test/users/7', headers: {Authorization: [Bearer SECRET]}, body: null}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '{"id": 7, "email": "ada@example.com"}'}
version: 1
pactape: {version: 1, calls: [null], reads: [[id, email]]}
""".replace("SECRET", SECRET)
TESTS = """
import pytest, requests

@pytest.mark.cassette
def test_reads_a_user(provider_url):
    assert requests.get(provider_url("users") + "/users/7", timeout=30).json()["id"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one of everything to report: a secret, a contract that isn't kept, an outdated one."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "test_users.py").write_text(TESTS, encoding="utf-8")
    for folder in ("cassettes", "pacts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cassettes" / "test_users.test_reads_a_user.yaml").write_text(CASSETTE, encoding="utf-8")
    write_pact(tmp_path / "pacts" / "web-users.json", interaction("a", "/a", {"id": 7, "name": "Ada"}))
    return tmp_path


@pytest.fixture
def arguments(
    request: pytest.FixtureRequest, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """The arguments of a command that finds something, with what it needs running."""
    name = request.param
    if name == "verify":
        with running_provider({"/a": {"id": 7}}) as url:
            yield [name, "--url", url]
    elif name == "drift":
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        monkeypatch.setenv("PYTEST_ADDOPTS", "-p pactape.plugin")
        with serving_api(lambda _: json_response({"id": 7})) as api:
            yield [name, "--base-url", api.url]
    elif name == "can-i-deploy":
        with running_broker(project / "broker.sqlite") as url:
            publish(url)
            yield [
                name,
                "--broker-url",
                url,
                "--pacticipant",
                "Web",
                "--version",
                "1",
                "--to-environment",
                "test",
            ]
    else:
        yield [name]


SLOW = ("drift", "can-i-deploy")
COMMANDS = [
    *(pytest.param(name, id=name) for name in ("verify", "check", "lint", "derive")),
    *(pytest.param(name, id=name, marks=pytest.mark.long) for name in SLOW),
]


@pytest.mark.parametrize("report_format", FORMATS)
@pytest.mark.parametrize("arguments", COMMANDS, indirect=True)
def test_every_command_reports_in_every_format(
    project: Path, arguments: list[str], report_format: str
) -> None:
    file = project / "reports" / "report"
    options = ["--project", str(project), "--format", report_format, "--output", str(file)]
    result = CliRunner().invoke(command, [*arguments, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == (0 if arguments[0] == "derive" else 1)
    _check(file.read_text(encoding="utf-8"), report_format, command_name=arguments[0])
    assert result.output.splitlines()[-1] in file.read_text(encoding="utf-8").replace(
        "\\", ""
    ) or report_format in {"sarif", "junit"}


@pytest.mark.parametrize("report_format", [name for name in FORMATS if name != "text"])
def test_a_command_that_cannot_judge_reports_why_and_leaves_no_old_report(
    project: Path, report_format: str
) -> None:
    file = project / "report"
    file.write_text("the report of yesterday", encoding="utf-8")
    options = ["--url", "http://127.0.0.1:9", "--project", str(project), "--format", report_format]
    in_file = CliRunner().invoke(command, ["verify", *options, "--output", str(file)])
    printed = CliRunner().invoke(command, ["verify", *options])
    assert file.read_text(encoding="utf-8") == printed.output
    assert isinstance(in_file.exception, ProviderUnreachableError)
    _check(printed.output, report_format, command_name="verify")
    assert "no provider responds" in printed.output


def _check(text: str, report_format: str, *, command_name: str) -> None:
    """Check that a text is a report of a format."""
    assert SECRET not in text
    if report_format == "json":
        document = json.loads(text)
        assert (document["command"], document["schema"]) == (command_name, 1)
        assert sum(document["counts"].values()) == len(document["results"]) + len(document["findings"])
        assert {finding["rule"] for finding in document["findings"]} <= RULES
    elif report_format == "sarif":
        (run,) = json.loads(text)["runs"]
        assert {result["ruleId"] for result in run["results"]} <= {
            rule["id"] for rule in run["tool"]["driver"]["rules"]
        }
    elif report_format == "junit":
        (suite,) = ET.fromstring(text)  # noqa: S314 -- written by the command
        assert int(suite.attrib["tests"]) == len(suite) > 0
    elif report_format == "markdown":
        assert text.startswith(f"## pactape {command_name}")
    elif report_format == "github":
        assert [line for line in text.splitlines()[:-1] if not line.startswith("::")] == []


def test_every_rule_that_a_finding_has_is_known_and_documented() -> None:
    root = Path(__file__).parents[2]
    sources = [path.read_text(encoding="utf-8") for path in (root / "contracts" / "pactape").rglob("*.py")]
    table = (root / "docs" / "reference" / "reports.md").read_text(encoding="utf-8").partition("| rule |")[2]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    documented = {name.strip(" `") for row in rows for name in row.split(",")}
    rule_ids = {name for text in sources for name in re.findall(r'rule="([a-z]+(?:-[a-z]+)+)"', text)}
    assert (documented, rule_ids - RULES) == (set(RULES), set())


@pytest.mark.parametrize(("severity", "code"), [("breaking", 1), ("warning", 0), ("off", 0)])
def test_the_settings_change_what_a_file_that_is_no_cassette_means_to_derive(
    project: Path, severity: str, code: int
) -> None:
    (project / "pyproject.toml").write_text(
        f'{SETTINGS}[tool.pactape.severities]\nfile-skipped = "{severity}"\n', encoding="utf-8"
    )
    (project / "cassettes" / "other.yaml").write_text("interactions: [", encoding="utf-8")
    result = CliRunner().invoke(command, ["derive", "--project", str(project), "--format", "github"])
    annotations = [line for line in result.output.splitlines() if "file-skipped" in line]
    assert (result.exit_code, len(annotations)) == (code, int(severity != "off"))


@pytest.mark.parametrize(("severity", "code"), [("breaking", 1), ("warning", 0), ("off", 0)])
def test_the_settings_change_what_lint_finds(project: Path, severity: str, code: int) -> None:
    settings = f'{SETTINGS}[tool.pactape.severities]\nsecret = "{severity}"\n'
    (project / "pyproject.toml").write_text(settings, encoding="utf-8")
    result = CliRunner().invoke(command, ["lint", "--project", str(project)])
    assert (result.exit_code, f"{severity}: " in result.output) == (code, severity != "off")


def test_a_rule_that_does_not_exist_is_refused(project: Path) -> None:
    settings = f'{SETTINGS}[tool.pactape.severities]\nfield-nw = "off"\n'
    (project / "pyproject.toml").write_text(settings, encoding="utf-8")
    result = CliRunner().invoke(command, ["lint", "--project", str(project)])
    assert "has an unknown rule 'field-nw'" in str(result.exception)
    assert "did you mean 'field-new'?" in str(result.exception)
