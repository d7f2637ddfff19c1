"""Adopting test by test: a method moves alone, and so does a marked test that has no cassette."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.adopting import Plan, carry_out, plan_adoption
from pactape.settings import load_settings

from tests.adopting.helpers.old_project import INTERACTION, Project

if TYPE_CHECKING:
    from pathlib import Path

METHODS = """\
import pytest

class TestUsers:
    LIMIT = 3

    class TestInner:
        @pytest.mark.vcr()
        def test_deep(self): pass

    @pytest.mark.vcr()
    def test_one(self): pass

    @pytest.mark.vcr()
    def test_two(self): pass
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.pactape]\n")
    return tmp_path


def write(root: Path, text: str, *cassettes: str) -> Path:
    """Write a test module with some cassettes, in the layout of pytest-recording."""
    folder = root / "cassettes" / "test_users"
    folder.mkdir(parents=True)
    for cassette in cassettes:
        (folder / f"{cassette}.yaml").write_text(INTERACTION.format(path="one"))
    module = root / "test_users.py"
    module.write_text(text)
    return module


def plan_of(root: Path, *, is_tried: bool = False) -> Plan:
    return plan_adoption([root], load_settings(root), is_tried=is_tried)


def test_a_method_moves_though_another_of_its_class_stays(root: Path) -> None:
    module = write(root, METHODS, "TestUsers.test_one", "TestInner.test_deep")
    plan = plan_of(root)
    carry_out(plan, root)
    assert module.read_text() == METHODS.replace("vcr()", "cassette", 2)
    assert [move.tests for move in plan.moves] == [
        ("test_users.py::TestUsers::TestInner::test_deep",),
        ("test_users.py::TestUsers::test_one",),
    ]


def test_a_class_with_a_marker_of_its_own_moves_as_a_whole(root: Path) -> None:
    text = METHODS.replace("class TestUsers", "@pytest.mark.vcr\nclass TestUsers")
    write(root, text.replace("def test_two(self)", "def test_two(self, vcr)"), "TestUsers.test_one")
    assert plan_of(root).modules == ()


def test_a_test_without_a_cassette_stays_with_the_next_step(root: Path) -> None:
    write(root, METHODS, "TestUsers.test_one", "TestInner.test_deep")
    (line,) = plan_of(root).left
    assert line.startswith(
        "test_users.py:14: test_two has no cassette in cassettes/test_users. Next step: adopt"
    )


def test_a_test_without_a_cassette_moves_when_it_is_tried(root: Path) -> None:
    module = write(root, METHODS, "TestUsers.test_one", "TestInner.test_deep")
    plan = plan_of(root, is_tried=True)
    carry_out(plan, root)
    assert module.read_text() == METHODS.replace("vcr()", "cassette")
    assert plan.left == ()
    (unrecorded,) = plan.unrecorded
    assert unrecorded.line == "test_users.py:14: test_two has no cassette in cassettes/test_users"


def test_a_module_without_any_cassette_stays_though_others_are_tried(root: Path) -> None:
    text = "import pytest\n\n@pytest.mark.vcr\ndef test_one(): pass\n"
    write(root, METHODS, "TestUsers.test_one")
    (root / "examples").mkdir()
    (root / "examples" / "test_tools.py").write_text(text)
    plan = plan_of(root, is_tried=True)
    assert [change.path.name for change in plan.modules] == ["test_users.py"]
    (line,) = plan.left
    assert line.startswith(
        "examples/test_tools.py:4: test_one has no cassette in examples/cassettes/test_tools. "
    )
    assert line.endswith("Next step: mark it with pytest.mark.cassette and record it")


def test_a_configuration_is_read_though_a_function_inside_returns_something(root: Path) -> None:
    text = (
        "def vcr_config():\n    def hide(request):\n        return request\n"
        "    return {'ignore_hosts': ['a.test'], 'before_record_request': hide}\n"
    )
    write(root, METHODS)
    (root / "conftest.py").write_text(text)
    plan = plan_of(root)
    assert plan.options.ignore_hosts == ("a.test",)
    assert any("before_record_request=hide can't be carried over" in line for line in plan.left)


TRIED = """\
import pytest
import requests

@pytest.mark.vcr
def test_quiet(): pass

@pytest.mark.vcr
def test_red(): assert False

@pytest.mark.vcr
def test_new(): requests.get("http://127.0.0.1:9/", timeout=1)

@pytest.mark.vcr
def test_secret():
    assert requests.get("http://api.example.com/secret", timeout=5).json()["client_secret"].startswith("seti_")

@pytest.mark.vcr
def test_wrapped():
    try:
        requests.post("http://api.example.com/wrapped", json={"at": 2}, timeout=5)
    except BaseException as error:
        raise AssertionError("hidden") from error
"""


@pytest.mark.long
def test_a_trial_says_of_each_test_what_became_of_it_and_what_to_do(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.module.write_text(TRIED)
    for name in ("secret", "wrapped"):
        project.cassette(f"tests/cassettes/test_users/test_{name}.yaml", name)
    secret = tmp_path / "tests/cassettes/test_users/test_secret.yaml"
    secret.write_text(
        secret.read_text().replace('{"path": "secret"}', '{"client_secret": "seti_1N2bQz8KfW"}')
    )
    wrapped = tmp_path / "tests/cassettes/test_users/test_wrapped.yaml"
    wrapped.write_text(wrapped.read_text().replace("GET", "POST").replace("null", "'{\"at\": 1}'"))
    output = project.adopt_with_the_other_plugin("--write", "--try").stdout
    text = project.module.read_text()
    moved = [
        name for name in ("quiet", "red", "new", "secret", "wrapped") if f"vcr\ndef test_{name}" not in text
    ]
    assert moved == ["quiet", "wrapped"]
    assert "marker only: tests/test_users.py:5: test_quiet has no cassette in" in output
    assert "put back: tests/test_users.py:8: test_red: it has no cassette, and didn't pass before" in output
    assert 'keep it: [tool.pactape.scrub] keep = ["client_secret"]' in output
    assert 'test_wrapped: request bodies are ignored (body="ignore")' in output


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.ini", "[pytest]\naddopts = -q --block-network --record-mode=none\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q --block-network --record-mode=none'\n"),
        ("pyproject.toml", "[tool.pytest]\naddopts = ['-q', '--block-network', '--record-mode=none']\n"),
    ],
)
def test_options_of_the_other_plugin_in_addopts_are_named(root: Path, file: str, text: str) -> None:
    write(root, METHODS, "TestUsers.test_one")
    (root / file).write_text(text)
    (hint,) = plan_of(root).hints
    assert hint.startswith(
        f"{file}: addopts has --block-network --record-mode=none, which only the other plugin"
    )


def test_addopts_without_options_of_the_other_plugin_are_not_mentioned(root: Path) -> None:
    write(root, METHODS, "TestUsers.test_one")
    (root / "pytest.ini").write_text("[pytest]\naddopts = -q --blocking\n")
    assert plan_of(root).hints == ()


def test_hosts_that_a_blocking_marker_lets_through_are_named_with_the_next_step(root: Path) -> None:
    blocking = (
        '@pytest.mark.block_network(allowed_hosts=["db.test"])\n    @pytest.mark.vcr()\n    def test_one'
    )
    text = METHODS.replace("@pytest.mark.vcr()\n    def test_one", blocking)
    write(root, text, "TestUsers.test_one", "TestInner.test_deep", "TestUsers.test_two")
    (line,) = plan_of(root).left
    assert line.startswith("test_users.py:10: pytest.mark.block_network(allowed_hosts=['db.test'])")
    assert line.endswith("write pytest.mark.cassette(allow=['db.test'])")


@pytest.mark.parametrize("place", ["method", "class", "tried"])
def test_a_test_that_other_classes_inherit_stays_with_the_next_step(root: Path, place: str) -> None:
    text = (
        "import pytest\n\nclass Shared:\n    @pytest.mark.vcr\n    def test_one(self): pass\n\n"
        "class TestUsers(Shared): pass\n"
    )
    if place == "class":
        text = text.replace("    @pytest.mark.vcr\n", "").replace("class S", "@pytest.mark.vcr\nclass S")
    module = write(root, text, "TestUsers.test_one")
    plan = plan_of(root, is_tried=place == "tried")
    carry_out(plan, root)
    (line,) = plan.left
    assert line.startswith(
        "test_users.py:5: test_one has no cassette of its own, but TestUsers inherits it. Next step: "
    )
    assert (
        "move cassettes/test_users/TestUsers.test_one.yaml to cassettes/test_users.TestUsers.test_one.yaml"
        in line
    )
    assert module.read_text() == text
