"""The pytest plugin, in projects of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes import read_cassette
from pactape.exchange import ProviderState

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider

SETTINGS = """
[project]
name = "shop"

[tool.pactape.providers.users]
url = "http://users.example.com"
states = "handlers:STATES"
"""
HANDLERS = """
from pathlib import Path

def user_exists(*, id):
    with Path("states.log").open("a") as log:
        log.write(f"user {id}\\n")

STATES = {"a user exists": user_exists}
"""
CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def pactape_live_urls():
    return {{"users": "{url}"}}
"""
TESTS = """
import pytest, requests

@pytest.mark.cassette
@pytest.mark.given("a user exists", id="7")
def test_gets_a_user(provider_url):
    assert requests.get(provider_url("users") + "/users/7", timeout=5).json()["path"] == "/users/7"
"""
UNITTEST_CASSETTE = """
interactions:
- request: {method: GET, uri: "http://users.example.com/users/7", body: null, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: "{}"}}
version: 1
"""


class Project:
    """A project that uses the plugin."""

    def __init__(self, pytester: pytest.Pytester, provider: Provider) -> None:
        self.pytester = pytester
        self.root: Path = pytester.path
        (self.root / "pyproject.toml").write_text(SETTINGS)
        (self.root / "handlers.py").write_text(HANDLERS)
        (self.root / "conftest.py").write_text(CONFTEST.format(url=provider.url))

    def tests(self, text: str) -> None:
        (self.root / "test_users.py").write_text(text)

    def run(self, *options: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:xdist", *options)

    def cassette(self, name: str = "test_users.test_gets_a_user.yaml") -> Path:
        return self.root / "cassettes" / name


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delitem(sys.modules, "handlers", raising=False)
    monkeypatch.setattr(sys, "path", [str(pytester.path), *sys.path])
    instance = Project(pytester, provider)
    instance.tests(TESTS)
    return instance


def test_records_and_then_replays_without_the_provider(project: Project, provider: Provider) -> None:
    project.run("--pactape-record", "all").assert_outcomes(passed=1)
    project.run().assert_outcomes(passed=1)
    assert provider.hits["/users/7"] == 1


def test_the_cassette_says_which_test_it_is_and_what_must_be_given(project: Project) -> None:
    project.run("--pactape-record", "all")
    provenance = read_cassette(project.cassette())[0].provenance
    assert provenance is not None
    assert provenance.test == "test_users.py::test_gets_a_user"
    assert provenance.states == (ProviderState(name="a user exists", parameters={"id": "7"}),)


def test_a_given_state_is_set_up_while_recording_and_never_while_replaying(project: Project) -> None:
    project.run("--pactape-record", "all")
    project.run()
    assert (project.root / "states.log").read_text() == "user 7\n"


def test_a_test_without_a_recording_fails_and_says_how_to_record(project: Project) -> None:
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines("*pytest --pactape-record all test_users.py::test_gets_a_user*")


def test_a_failed_test_leaves_no_cassette(project: Project) -> None:
    project.tests(TESTS.replace('"/users/7"\n', '"/users/8"\n'))
    project.run("--pactape-record", "all").assert_outcomes(failed=1)
    assert not project.cassette().exists()


def test_a_failed_re_recording_leaves_the_old_cassette(project: Project) -> None:
    project.run("--pactape-record", "all")
    before = project.cassette().read_bytes()
    project.tests(TESTS.replace('"/users/7"\n', '"/users/8"\n'))
    project.run("--pactape-record", "all").assert_outcomes(failed=1)
    assert project.cassette().read_bytes() == before


def test_a_failed_test_leaves_its_cassette_on_request(project: Project) -> None:
    project.tests(TESTS.replace('"/users/7"\n', '"/users/8"\n'))
    project.run("--pactape-record", "all", "--pactape-keep-failed").assert_outcomes(failed=1)
    assert len(read_cassette(project.cassette())) == 1


def test_the_settings_can_ask_to_keep_what_failed_tests_recorded(project: Project) -> None:
    (project.root / "pyproject.toml").write_text(f"{SETTINGS}\n[tool.pactape]\nkeep_failed = true\n")
    project.tests(TESTS.replace('"/users/7"\n', '"/users/8"\n'))
    project.run("--pactape-record", "all").assert_outcomes(failed=1)
    assert len(read_cassette(project.cassette())) == 1


def test_a_test_of_a_unittest_class_replays_the_cassette_that_its_marker_names(project: Project) -> None:
    project.tests(
        "import pytest, requests, unittest\n\nclass TestUsers(unittest.TestCase):\n"
        "    @pytest.mark.cassette('users.yaml')\n"
        "    def test_gets_a_user(self):\n"
        "        assert requests.get('http://users.example.com/users/7', timeout=5).ok\n"
    )
    (project.root / "cassettes").mkdir()
    project.cassette("users.yaml").write_text(UNITTEST_CASSETTE)
    project.run().assert_outcomes(passed=1)


def test_the_marker_names_the_cassette_the_consumer_and_its_part_in_contracts(project: Project) -> None:
    marker = "@pytest.mark.cassette('mine.yaml', consumer='till', contract=False)"
    project.tests(TESTS.replace("@pytest.mark.cassette", marker))
    project.run("--pactape-record", "all").assert_outcomes(passed=1)
    provenance = read_cassette(project.cassette("mine.yaml"))[0].provenance
    assert provenance is not None
    assert (provenance.consumer, provenance.contract) == ("till", False)


def test_an_unknown_argument_of_the_marker_ends_the_run_before_any_test(project: Project) -> None:
    project.tests(TESTS.replace("@pytest.mark.cassette", "@pytest.mark.cassette(consumr='till')"))
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines("*consumr*")


def test_a_given_state_without_a_handler_is_named(project: Project) -> None:
    project.tests(TESTS.replace("a user exists", "a user exsts"))
    result = project.run("--pactape-record", "all")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*a user exsts*['a user exists']*")


def test_a_test_without_the_marker_reaches_what_it_likes(project: Project, provider: Provider) -> None:
    text = f'import requests\ndef test_plain():\n    requests.get("{provider.url}/plain", timeout=5)\n'
    project.tests(TESTS + text)
    project.run("--pactape-record", "all").assert_outcomes(passed=2)
    project.run().assert_outcomes(passed=2)
    assert provider.hits["/plain"] == 2


def test_unittest_style_tests_record_and_replay(project: Project, provider: Provider) -> None:
    project.tests(
        "import unittest, pytest, requests\n"
        "class UsersTest(unittest.TestCase):\n"
        "    @pytest.fixture(autouse=True)\n"
        "    def _url(self, provider_url):\n"
        "        self.url = provider_url('users')\n"
        "    @pytest.mark.cassette\n"
        "    def test_gets(self):\n"
        "        assert requests.get(self.url + '/users/7', timeout=5).ok\n"
    )
    project.run("--pactape-record", "all").assert_outcomes(passed=1)
    project.run().assert_outcomes(passed=1)
    assert provider.hits["/users/7"] == 1


def test_parametrised_tests_have_a_cassette_each(project: Project) -> None:
    project.tests(
        "import pytest, requests\n"
        "@pytest.mark.cassette\n"
        "@pytest.mark.parametrize('id', ['1', 'a/b'])\n"
        "def test_gets(provider_url, id):\n"
        "    requests.get(provider_url('users') + '/users/' + id, timeout=5)\n"
    )
    project.run("--pactape-record", "all").assert_outcomes(passed=2)
    names = sorted(path.name for path in (project.root / "cassettes").iterdir())
    assert names == ["test_users.test_gets[1].yaml", "test_users.test_gets[a-b]-4d4986e2.yaml"]


CASED = (
    "import pytest, requests\n"
    "@pytest.mark.cassette\n"
    "@pytest.mark.parametrize('id', ['AB', 'ab', 'Ab'])\n"
    "def test_gets(provider_url, id):\n"
    "    assert requests.get(provider_url('users') + '/users/' + id, timeout=5).ok\n"
)


def test_tests_whose_names_differ_in_case_only_have_cassettes_that_every_file_system_keeps(
    project: Project,
) -> None:
    project.tests(CASED)
    project.run("--pactape-record", "all").assert_outcomes(passed=3)
    names = [path.name.casefold() for path in (project.root / "cassettes").iterdir()]
    assert len(set(names)) == 3


def test_a_test_whose_name_differs_from_another_in_case_only_replays_alone(project: Project) -> None:
    project.tests(CASED)
    project.run("--pactape-record", "all")
    project.run("test_users.py::test_gets[Ab]").assert_outcomes(passed=1)


def test_a_project_without_marked_tests_never_imports_vcrpy(project: Project) -> None:
    project.tests("import sys\ndef test_plain():\n    assert 'vcr' not in sys.modules\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_a_secret_parameter_of_a_state_reaches_the_handler_but_not_the_cassette(project: Project) -> None:
    (project.root / "handlers.py").write_text(
        "def login(*, password):\n    assert password == 'hunter2'\n\nSTATES = {'a login': login}\n"
    )
    project.tests(TESTS.replace('"a user exists", id="7"', '"a login", password="hunter2"'))
    project.run("--pactape-record", "all").assert_outcomes(passed=1)
    assert "hunter2" not in project.cassette().read_text()


def test_a_state_s_parameter_that_is_not_a_json_value_is_refused_with_its_test(project: Project) -> None:
    project.tests("from pathlib import Path\n" + TESTS.replace('id="7"', 'id=Path("x")'))
    result = project.run("--pactape-record", "all")
    message = "test_users.py::test_gets_a_user: a `given` marker's parameters must be JSON"
    assert message in result.stdout.str()


def test_a_replay_leaves_nothing_that_version_control_would_see(project: Project) -> None:
    project.tests(TESTS)
    project.run("--pactape-record", "all")
    for command in (["git", "init", "-q"], ["git", "add", "-A"]):
        subprocess.run(command, cwd=project.root, check=True)
    project.run()
    command = ["git", "ls-files", "--others", "--exclude-standard"]
    assert ".pactape" not in subprocess.check_output(command, cwd=project.root, text=True)


def test_a_test_whose_file_system_is_faked_replays(project: Project) -> None:
    functions = "builtins.open", "io.open", "os.open", "os.stat", "os.scandir", "os.listdir"
    project.tests(
        "import pytest, requests\n"
        "def missing(path, *_, **__): raise FileNotFoundError(path)\n"
        "@pytest.mark.cassette\n"
        "def test_gets(provider_url, monkeypatch):\n"
        "    session, url = requests.Session(), provider_url('users')\n"
        "    session.trust_env = False\n"
        f"    for name in {functions}: monkeypatch.setattr(name, missing)\n"
        "    assert session.get(url + '/users/7', timeout=5).ok\n"
        "    monkeypatch.undo()\n"
        "    session.close()\n"
    )
    project.run("--pactape-record", "all").assert_outcomes(passed=1)
    project.run().assert_outcomes(passed=1)
