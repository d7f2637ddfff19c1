"""What adopting reads of a project's former recorder: its files, its folders, its options."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pactape.adopting import plan_adoption
from pactape.adopting.arguments import read_options
from pactape.adopting.carrying_out.carry_out import settings_lines
from pactape.adopting.old_tests.markers import read_module
from pactape.adopting.planning.old_configurations import config_options
from pactape.adopting.planning.old_layouts import CassetteFolders, digest_of, old_cassettes, shortened_digest
from pactape.adopting.planning.old_settings import cassette_folder, opened_cassettes
from pactape.settings import Settings, load_settings

MODULE = Path("/project/tests/conftest.py")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'tests/tapes'", "tests/tapes"),
        ("os.path.join('tests', 'tapes')", "tests/tapes"),
        ("os.path.join(os.path.dirname(__file__), 'tapes')", "/project/tests/tapes"),
        ("str(Path(__file__).parent / 'tapes')", "/project/tests/tapes"),
        ("str(Path(__file__).resolve().parent.joinpath())", "/project/tests"),
        ("request.config.getoption('tapes')", None),
        ("os.path.join('tests', request.module.__name__)", None),
        ("compute()", None),
    ],
)
def test_the_folder_of_a_fixture_is_read_from_its_expression(expression: str, expected: str | None) -> None:
    tree = ast.parse(f"def vcr_cassette_dir():\n    return {expression}\n")
    assert cassette_folder(tree, MODULE) == (None if expected is None else Path(expected))


def test_a_module_without_such_a_fixture_has_no_folder() -> None:
    assert cassette_folder(ast.parse("x = 1\n"), MODULE) is None


@pytest.mark.parametrize("returned", ["{'ignore_localhost': True}", "dict(ignore_localhost=True)"])
def test_a_configuration_is_a_literal_mapping_or_a_call_of_dict(returned: str) -> None:
    ((line, options),) = config_options(ast.parse(f"def vcr_config():\n    return {returned}\n"))
    assert (line, options.ignore_localhost) == (1, True)


def test_a_configuration_that_is_computed_is_named_with_the_next_step() -> None:
    ((_, options),) = config_options(ast.parse("def vcr_config():\n    return load()\n"))
    assert "doesn't return a literal mapping. Next step:" in options.problems[0]


def _options(**values: str) -> dict[str, ast.expr]:
    return {name: ast.parse(value, mode="eval").body for name, value in values.items()}


def test_options_become_what_means_the_same() -> None:
    options = read_options(
        _options(
            filter_headers="['authorization', ('x-key', 'XXX')]",
            filter_query_parameters="['key']",
            filter_post_data_parameters="[('password', None)]",
            ignore_hosts="['127.0.0.1']",
            allow_playback_repeats="True",
            match_on="['uri', 'method', 'body']",
            record_mode="choose()",
        )
    )
    assert options.marker_arguments == {
        "repeats": True,
        "ignore": ["query.key", "form.password", "$.password"],
        "ignore_hosts": ["127.0.0.1"],
    }
    assert (options.secrets, options.problems) == (("authorization", "x-key", "key", "password"), ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("match_on", "['path']"),
        ("before_record_request", "scrub"),
        ("ignore_localhost", "'yes'"),
        ("custom_patches", "[]"),
        ("ignore_hosts", "3"),
    ],
)
def test_an_option_without_a_counterpart_is_named_with_the_next_step(name: str, value: str) -> None:
    (problem,) = read_options(_options(**{name: value})).problems
    assert problem.startswith(f"{name}=")
    assert "Next step:" in problem


def test_settings_are_lines_of_their_tables() -> None:
    options = read_options(
        _options(filter_query_parameters="['key']", ignore_hosts="['a.test']", ignore_localhost="True")
    )
    assert settings_lines(options) == {
        "tool.pactape": ['ignore_hosts = ["a.test"]', "ignore_localhost = true"],
        "tool.pactape.match": ['ignore = ["query.key"]'],
        "tool.pactape.scrub": ['names = ["key"]'],
    }


def test_a_cut_name_is_known_by_its_digest(tmp_path: Path) -> None:
    (test,) = (
        read_module(b"import pytest\n@pytest.mark.vcr\ndef test_a(x): ...\n", path=MODULE).units[0].tests
    )
    whole = f"test_a[{'x' * 300}/y]"
    stem = f"{whole[:200]}...{digest_of(whole)}"
    (tmp_path / "cassettes/test_m").mkdir(parents=True)
    (tmp_path / f"cassettes/test_m/{stem}.yaml").write_text("")
    (name,) = old_cassettes(CassetteFolders(tmp_path / "test_m.py"), test)
    assert shortened_digest(name) == digest_of(whole)
    assert shortened_digest("test_a[1]") is None


def test_the_cassettes_of_a_named_folder_go_before_the_usual_ones(tmp_path: Path) -> None:
    (test,) = (
        read_module(b"import pytest\n@pytest.mark.vcr('extra')\ndef test_a(): ...\n", path=MODULE)
        .units[0]
        .tests
    )
    for file in ("tapes/test_a.yaml", "tapes/extra.json"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("")
    paths_by_test = old_cassettes(CassetteFolders(tmp_path / "test_m.py", tmp_path / "tapes"), test)
    assert [path.name for path in paths_by_test["test_a"]] == ["test_a.yaml", "extra.json"]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("def load():\n    return open('a/b.yaml'), 'plain'\n", "load"),
        ("def load(path='a/b.yaml'):\n    return open(path)\n", "load"),
        (
            "@pytest.fixture(params=['a/b.yaml'])\ndef load(request):\n    return open(request.param)\n",
            "load",
        ),
        (
            "@pytest.mark.parametrize('path', ['a/b.yaml'])\ndef test_load(path):\n    open(path)\n",
            "test_load",
        ),
        ("DATA = pathlib.Path(__file__).parent / 'a' / 'b.yaml'\n", "DATA"),
        ("DATA: str = os.path.join(HERE, 'b.yaml')\n", "DATA"),
        ("class TestIt:\n    data = 'a/b.yaml'\n", "data"),
    ],
)
def test_a_text_that_may_name_a_cassette_is_found(source: str, place: str) -> None:
    assert [(found, name) for _, found, name in opened_cassettes(ast.parse(source))] == [(place, "b.yaml")]


@pytest.mark.parametrize(
    "source",
    ["pytestmark = pytest.mark.vcr('b.yaml')\n", "@pytest.mark.vcr('b.yaml')\ndef test_it(): ...\n"],
)
def test_the_cassette_that_a_marker_names_is_not_opened_by_code(source: str) -> None:
    assert list(opened_cassettes(ast.parse(source))) == []


MARKED = "import pytest\n@pytest.mark.vcr({})\ndef test_a(): ...\n"


def marked_project(root: Path, arguments: str, *cassettes: str) -> Settings:
    """A project with one marked test and some cassettes without interactions."""
    (root / "pyproject.toml").write_text("[tool.pactape]\n", encoding="utf-8")
    (root / "test_m.py").write_text(MARKED.format(arguments), encoding="utf-8")
    for cassette in cassettes:
        (root / cassette).parent.mkdir(parents=True, exist_ok=True)
        (root / cassette).write_text("interactions: []\nversion: 1\n", encoding="utf-8")
    return load_settings(root)


@pytest.mark.parametrize("folder", ["'old/tapes'", "os.path.join('old', 'tapes')"])
def test_the_folder_that_a_marker_names_is_searched(tmp_path: Path, folder: str) -> None:
    settings = marked_project(tmp_path, f"cassette_library_dir={folder}", "old/tapes/test_a.yaml")
    plan = plan_adoption([tmp_path], settings)
    (move,) = plan.moves
    assert move.old == (tmp_path / "old/tapes/test_a.yaml",)
    assert plan.left == ()
    assert b"@pytest.mark.cassette\n" in plan.modules[0].text()


def test_the_names_that_a_marker_hides_become_settings(tmp_path: Path) -> None:
    settings = marked_project(tmp_path, "filter_headers=['x-ours']", "cassettes/test_m/test_a.yaml")
    assert plan_adoption([tmp_path], settings).options.secrets == ("x-ours",)


def test_an_option_without_a_counterpart_is_dropped_only_where_the_tests_are_tried(tmp_path: Path) -> None:
    settings = marked_project(tmp_path, "before_record_request=hide", "cassettes/test_m/test_a.yaml")
    planned, tried = plan_adoption([tmp_path], settings), plan_adoption([tmp_path], settings, is_tried=True)
    assert [len(planned.moves), len(planned.left), len(planned.dropped)] == [0, 1, 0]
    assert [len(tried.moves), len(tried.left), len(tried.dropped)] == [1, 0, 1]
    assert "before_record_request=hide can't be carried over. Next step: " in tried.dropped[0][2]


@pytest.mark.long
def test_a_test_that_never_passed_does_not_lose_an_option(tmp_path: Path) -> None:
    marked_project(tmp_path, "match_on=['path']", "cassettes/test_m/test_a.yaml")
    module = tmp_path / "test_m.py"
    module.write_text(module.read_text("utf-8").replace("...", "raise KeyError"), encoding="utf-8")
    before = module.read_text("utf-8")
    command = [sys.executable, "-m", "pactape", "adopt", "--write", "--try"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "put back: test_m.py:3: test_a: it didn't pass before either" in result.stdout, result.stderr
    assert module.read_text("utf-8") == before


@pytest.mark.long
def test_moved_tests_that_pass_under_neither_recorder_are_counted(tmp_path: Path) -> None:
    marked_project(tmp_path, "", "cassettes/test_m/test_a.yaml")
    module = tmp_path / "test_m.py"
    module.write_text(module.read_text("utf-8").replace("...", "raise KeyError"), encoding="utf-8")
    command = [sys.executable, "-m", "pactape", "adopt", "--write", "--try"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "not proven: 1 moved test passed neither before nor after" in result.stdout, result.stderr
    assert result.returncode == 1


@pytest.mark.long
def test_a_trial_runs_beside_plugins_whose_warnings_are_errors(tmp_path: Path) -> None:
    marked_project(tmp_path, "match_on=['path']", "cassettes/test_m/test_a.yaml")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    plugins = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "-p pactape.plugin -p pytest_recording.plugin",
    }
    result = subprocess.run(
        [sys.executable, "-m", "pactape", "adopt", "--write", "--try"],
        cwd=tmp_path,
        env={**os.environ, **plugins},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 moved test tried, 0 units put back" in result.stdout, result.stderr
    assert "dropped: test_m.py:2: pytest.mark.vcr(match_on=['path'])" in result.stdout


@pytest.mark.parametrize(
    "text",
    [
        "CONFIG = {'ignore_localhost': True}\ndef vcr_config():\n    return CONFIG\n",
        "def vcr_config():\n    config = {'ignore_localhost': True}\n    return config\n",
        "def vcr_config():\n    yield {'ignore_localhost': True}\n",
        "BASE = {'ignore_localhost': True}\ndef vcr_config():\n    return {**BASE, 'record_mode': 'none'}\n",
        "BASE = {'record_mode': 'none'}\ndef vcr_config():\n    return BASE | {'ignore_localhost': True}\n",
        "BASE = {'record_mode': 'none'}\ndef vcr_config():\n    return dict(BASE, ignore_localhost=True)\n",
    ],
    ids=["a constant", "a variable", "yield", "unpacked", "joined", "dict"],
)
def test_a_configuration_may_be_put_together_of_literal_mappings(text: str) -> None:
    ((_, options),) = config_options(ast.parse(text))
    assert options.ignore_localhost


def test_the_folder_of_a_fixture_may_have_the_name_of_the_test_s_module(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    tree = ast.parse(
        "def vcr_cassette_dir(request):\n    return os.path.join('tapes', request.module.__name__)\n"
    )
    folder = cassette_folder(tree, tmp_path / "conftest.py", tmp_path / "test_users.py")
    assert folder == Path("tapes", f"{tmp_path.name}.test_users")


def test_an_annotated_pytestmark_is_a_marker_of_the_module() -> None:
    source = b"import pytest\npytestmark: list = [pytest.mark.vcr]\ndef test_a(): ...\n"
    assert [unit.edits[0].text for unit in read_module(source, path=MODULE).units] == [".cassette"]
