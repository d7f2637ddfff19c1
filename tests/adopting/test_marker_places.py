"""Adopting markers in unusual places: in parameters, and under a name of the module's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.adopting import carry_out, plan_adoption
from pactape.settings import load_settings

from tests.adopting.helpers.old_project import INTERACTION

if TYPE_CHECKING:
    from pathlib import Path

NAMED = """\
import pytest

recorded = pytest.mark.vcr

@recorded
def test_one(): pass

@recorded()
class TestUsers:
    def test_two(self): pass

@pytest.mark.vcr()
def test_three(): pass

def test_unmarked(): pass
"""
PARAMETERS = """\
import pytest

@pytest.mark.parametrize("name", [
    pytest.param("a", marks=pytest.mark.vcr()),
    pytest.param("b", marks=[pytest.mark.vcr, pytest.mark.slow]),
    "c",
])
def test_one(name): pass
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.pactape]\n")
    return tmp_path


def adopted(root: Path, text: str, *cassettes: str) -> tuple[str, list[str], list[str]]:
    """The module's text after an adoption, the names of the moved cassettes, and what stays."""
    module = root / "test_users.py"
    module.write_text(text)
    for name in cassettes:
        path = root / "cassettes" / "test_users" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(INTERACTION.format(path="one"))
    plan = plan_adoption([root], load_settings(root))
    carry_out(plan, root)
    names = sorted(path.name for path in (root / "cassettes").glob("*.yaml"))
    return module.read_text(), names, [str(line) for line in plan.left]


def test_a_marker_that_the_module_gives_a_name_moves_with_all_its_tests(root: Path) -> None:
    text, names, _ = adopted(root, NAMED, "test_one", "TestUsers.test_two", "test_three")
    assert text == NAMED.replace("mark.vcr()", "mark.cassette").replace("mark.vcr", "mark.cassette")
    assert names == [f"test_users.{name}.yaml" for name in ("TestUsers.test_two", "test_one", "test_three")]


@pytest.mark.parametrize("use", ["pytestmark = recorded\n", "pytestmark = [recorded]\n"])
def test_a_named_marker_in_pytestmark_marks_every_test(root: Path, use: str) -> None:
    text = f"import pytest\nrecorded = pytest.mark.vcr\n{use}def test_one(): pass\n"
    changed, names, _ = adopted(root, text, "test_one")
    assert changed == text.replace("mark.vcr", "mark.cassette")
    assert names == ["test_users.test_one.yaml"]


def test_a_named_marker_that_gets_arguments_stays_with_the_next_step(root: Path) -> None:
    text = NAMED.replace("@recorded()", '@recorded("x.yaml")')
    changed, names, left = adopted(root, text, "test_one", "x")
    assert (changed, names) == (text, [])
    assert any("gives a named marker arguments. Next step:" in line for line in left)


def test_marks_of_parameters_move(root: Path) -> None:
    text, names, left = adopted(root, PARAMETERS, "test_one[a]", "test_one[b]")
    assert text == PARAMETERS.replace("mark.vcr()", "mark.cassette").replace("mark.vcr", "mark.cassette")
    assert (names, left) == (["test_users.test_one[a].yaml", "test_users.test_one[b].yaml"], [])
