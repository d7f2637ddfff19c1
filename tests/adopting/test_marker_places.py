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


def test_a_named_marker_with_a_cassette_is_not_code_that_opens_it(root: Path) -> None:
    text = 'import pytest\nrecorded = pytest.mark.vcr("x.yaml")\n@recorded\ndef test_one(): pass\n'
    _, names, left = adopted(root, text, "x")
    assert (names, left) == (["test_users.test_one.yaml"], [])


def test_a_marker_in_a_module_that_is_not_a_test_module_is_named(root: Path) -> None:
    (root / "marks.py").write_text("import pytest\nrecorded = pytest.mark.vcr\n")
    _, _, left = adopted(root, "import pytest\n@pytest.mark.vcr\ndef test_one(): pass\n", "test_one")
    assert any("marks.py:2: pytest.mark.vcr is not in a test module. Next step:" in line for line in left)


@pytest.mark.parametrize("name", ["default_cassette_name", "vcr_cassette_name"])
def test_a_fixture_that_names_cassettes_is_named_with_the_next_step(root: Path, name: str) -> None:
    fixture = (
        f"import pytest\n\n@pytest.fixture\ndef {name}(request):\n    return request.node.name.upper()\n"
    )
    (root / "conftest.py").write_text(fixture)
    text = "import pytest\n\n@pytest.mark.vcr\ndef test_one(): pass\n"
    changed, _, left = adopted(root, text, "TEST_ONE")
    assert changed == text
    (line,) = left
    assert f"test_users.py:4: test_one: its cassette is named by the fixture {name} (conftest.py:4)" in line
    assert "Next step: name the cassette in the marker" in line


def test_calls_in_modules_that_are_not_test_modules_are_named(root: Path) -> None:
    helper = "import vcr\n\ndef fetch(name):\n    with vcr.use_cassette(name):\n        return 1\n"
    (root / "helpers.py").write_text(helper)
    (root / "broken.py").write_text("def use_cassette(:")
    _, names, left = adopted(root, "import pytest\n\n@pytest.mark.vcr\ndef test_one(): pass\n", "test_one")
    assert names == ["test_users.test_one.yaml"]
    assert left
    assert all(line.startswith("helpers.py:4: vcr.use_cassette(name)") for line in left)
