"""What adopting reads of a project's former recorder: its files, its folders, its options."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pactape.adopting.arguments import read_options
from pactape.adopting.carry_out import settings_lines
from pactape.adopting.layouts import CassetteFolders, digest_of, old_cassettes, shortened_digest
from pactape.adopting.markers import read_module
from pactape.adopting.old_settings import (
    cassette_folder,
    config_options,
    opened_cassettes,
)
from pactape.adopting.old_settings import (
    python_file_patterns as patterns_of,
)

MODULE = Path("/project/tests/conftest.py")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("pytest.ini", "[pytest]\npython_files = a_*.py b_*.py\n", ("a_*.py", "b_*.py")),
        ("tox.ini", "[pytest]\npython_files = a_*.py\n", ("a_*.py",)),
        ("setup.cfg", "[tool:pytest]\npython_files =\n    a_*.py\n    b_*.py\n", ("a_*.py", "b_*.py")),
        ("pyproject.toml", "[tool.pytest.ini_options]\npython_files = 'a_*.py'\n", ("a_*.py",)),
        ("pyproject.toml", "[tool.pytest.ini_options]\npython_files = ['a_*.py']\n", ("a_*.py",)),
        ("pyproject.toml", "[tool.other]\n", ("test_*.py", "*_test.py")),
        ("pyproject.toml", "not toml", ("test_*.py", "*_test.py")),
        ("pytest.ini", "not an ini file", ("test_*.py", "*_test.py")),
    ],
)
def test_test_files_are_named_as_pytest_is_told(
    tmp_path: Path, file: str, text: str, expected: tuple[str, ...]
) -> None:
    (tmp_path / file).write_text(text)
    assert patterns_of(tmp_path) == (*expected, "conftest.py")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'tests/tapes'", "tests/tapes"),
        ("os.path.join('tests', 'tapes')", "tests/tapes"),
        ("os.path.join(os.path.dirname(__file__), 'tapes')", "/project/tests/tapes"),
        ("str(Path(__file__).parent / 'tapes')", "/project/tests/tapes"),
        ("str(Path(__file__).resolve().parent.joinpath())", None),
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
    (test,) = read_module(b"import pytest\n@pytest.mark.vcr\ndef test_a(x): ...\n").units[0].tests
    whole = f"test_a[{'x' * 300}/y]"
    stem = f"{whole[:200]}...{digest_of(whole)}"
    (tmp_path / "cassettes/test_m").mkdir(parents=True)
    (tmp_path / f"cassettes/test_m/{stem}.yaml").write_text("")
    (found,) = old_cassettes(CassetteFolders(tmp_path / "test_m.py"), test)
    assert shortened_digest(found) == digest_of(whole)
    assert shortened_digest("test_a[1]") is None


def test_the_cassettes_of_a_named_folder_go_before_the_usual_ones(tmp_path: Path) -> None:
    (test,) = read_module(b"import pytest\n@pytest.mark.vcr('extra')\ndef test_a(): ...\n").units[0].tests
    for file in ("tapes/test_a.yaml", "tapes/extra.json"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("")
    found = old_cassettes(CassetteFolders(tmp_path / "test_m.py", tmp_path / "tapes"), test)
    assert [each.name for each in found["test_a"]] == ["test_a.yaml", "extra.json"]


def test_texts_that_may_name_cassettes_are_found_in_functions() -> None:
    tree = ast.parse("def load():\n    return open('a/b.yaml'), 'plain'\n")
    assert list(opened_cassettes(tree)) == [(2, "load", "b.yaml")]
