"""Recorders that a test module imports, wraps or computes: they are followed, or named with the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.adopting import carry_out, plan_adoption
from pactape.adopting.old_tests.markers import read_module
from pactape.settings import load_settings

from tests.adopting.helpers.old_project import INTERACTION

if TYPE_CHECKING:
    from pathlib import Path

UTILS = """\
import os
import vcr

my_vcr = vcr.VCR(
    cassette_library_dir=os.path.join(os.path.dirname(__file__), "cassettes"),
    ignore_hosts=["a.test"],
)
plain = vcr.VCR()
picky = vcr.VCR(cassette_library_dir="tests/cassettes")
picky.match_on = ["path"]

def recording(name, kind="plain"):
    return my_vcr.use_cassette(f"{name}.yaml")
"""
ONE = 'pactape.use_cassette("one.yaml", allow=["a.test"])'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.pactape]\n")
    (tmp_path / "tests" / "cassettes").mkdir(parents=True)
    (tmp_path / "tests" / "__init__.py").touch()
    (tmp_path / "tests" / "utils.py").write_text(UTILS)
    (tmp_path / "tests" / "cassettes" / "one.yaml").write_text(INTERACTION.format(path="one"))
    return tmp_path


def adopted(root: Path, text: str) -> str:
    """Move a project with one test module over, and return the module's text."""
    module = root / "tests" / "test_users.py"
    module.write_text(text)
    carry_out(plan_adoption([root], load_settings(root)), root)
    return module.read_text()


def lines_about(root: Path, text: str) -> list[str]:
    (root / "tests" / "test_users.py").write_text(text)
    return list(plan_adoption([root], load_settings(root)).left)


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("from tests.utils import my_vcr", "my_vcr.use_cassette('one.yaml')"),
        ("from .utils import my_vcr as recorder", "recorder.use_cassette('one.yaml')"),
        ("from utils import *", "my_vcr.use_cassette('one.yaml')"),
        ("import tests.utils", "tests.utils.my_vcr.use_cassette('one.yaml')"),
        ("from tests import utils", "utils.my_vcr.use_cassette('one.yaml')"),
        ("from . import utils as u", "u.my_vcr.use_cassette('one.yaml')"),
        ("from tests.utils import recording", "recording('one')"),
        ("from tests.utils import recording", "recording(name='one')"),
    ],
)
def test_a_recorder_of_another_module_is_followed(root: Path, head: str, call: str) -> None:
    after = adopted(root, f"{head}\n\ndef test_one():\n    with {call}:\n        pass\n")
    assert after == f"{head}\nimport pactape\n\ndef test_one():\n    with {ONE}:\n        pass\n"
    assert (root / "cassettes" / "one.yaml").is_file()
    assert not (root / "tests" / "cassettes" / "one.yaml").exists()


@pytest.mark.parametrize(
    "name",
    [
        "os.path.join(os.path.dirname(__file__), 'cassettes', 'one.yaml')",
        "Path(__file__).parent / 'cassettes' / 'one.yaml'",
        "str(HERE.joinpath('cassettes', 'one.yaml'))",
        "f'{FOLDER}/one.yaml'",
        "FOLDER + '/one.yaml'",
        "os.path.join('tests', 'cassettes', 'one.yaml')",
    ],
)
def test_a_name_may_be_a_path_that_is_put_together(root: Path, name: str) -> None:
    head = (
        "import os\nimport vcr\nfrom pathlib import Path\nHERE = Path(__file__).parent\n"
        "FOLDER = os.path.join('tests', 'cassettes')\n"
    )
    after = adopted(root, f"{head}@vcr.use_cassette({name})\ndef test_one(): pass\n")
    assert '@pactape.use_cassette("one.yaml")\ndef test_one(): pass\n' in after


@pytest.mark.parametrize(
    "call",
    [
        "vcr.VCR(cassette_library_dir='tests/cassettes').use_cassette('one.yaml')",
        "self.recorder.use_cassette('one.yaml')",
        "local.use_cassette('one.yaml')",
    ],
)
def test_a_recorder_may_be_made_where_it_is_used(root: Path, call: str) -> None:
    text = (
        "import vcr\n\nclass TestUsers:\n    def setup_method(self):\n"
        "        self.recorder = vcr.VCR(cassette_library_dir='tests/cassettes')\n\n"
        "    def test_one(self):\n        local = vcr.VCR(cassette_library_dir='tests/cassettes')\n"
        f"        with {call}:\n            pass\n"
    )
    assert '        with pactape.use_cassette("one.yaml"):\n' in adopted(root, text)


def test_an_option_that_is_set_on_an_object_counts_like_an_argument(root: Path) -> None:
    text = "from tests.utils import picky\n\n@picky.use_cassette('one.yaml')\ndef test_one(): pass\n"
    (line,) = lines_about(root, text)
    assert "match_on=['path'] can't be carried over" in line


def test_a_fixture_of_a_test_module_moves_with_its_cassette(root: Path) -> None:
    text = (
        "import pytest, vcr\n\n@pytest.fixture\ndef user():\n"
        "    with vcr.use_cassette('tests/cassettes/one.yaml'):\n        yield 1\n\ndef test_one(user): pass\n"
    )
    assert '    with pactape.use_cassette("one.yaml"):\n        yield 1\n' in adopted(root, text)


def test_a_cassette_in_a_folder_of_fixtures_belongs_to_its_own_test_only(root: Path) -> None:
    folder = root / "fixtures"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text(INTERACTION.format(path=name))
    text = "import vcr\n" + "".join(
        f"@vcr.use_cassette('fixtures/{name}.yaml')\ndef test_{name}(): pass\n" for name in ("a", "b")
    )
    module = root / "tests" / "test_users.py"
    module.write_text(text)
    units = read_module(text.encode(), path=module).units
    assert [[test.name for test in unit.tests] for unit in units] == [["test_a"], ["test_b"]]


def test_a_method_moves_though_another_of_its_class_uses_the_cassette_object(root: Path) -> None:
    text = (
        "import vcr\n\nclass TestUsers:\n"
        "    @vcr.use_cassette('tests/cassettes/one.yaml')\n    def test_one(self): pass\n\n"
        "    def test_two(self):\n        with vcr.use_cassette('tests/cassettes/one.yaml') as used: used\n"
    )
    after = adopted(root, text)
    assert '    @pactape.use_cassette("one.yaml")\n' in after
    assert "with vcr.use_cassette('tests/cassettes/one.yaml') as used" in after


def test_calls_beside_marked_tests_move_as_well(root: Path) -> None:
    text = (
        "import pytest, vcr\n\n@pytest.mark.vcr\ndef test_marked(): pass\n\n"
        "def test_one():\n    with vcr.use_cassette('tests/cassettes/one.yaml'): pass\n"
    )
    folder = root / "tests" / "cassettes" / "test_users"
    folder.mkdir()
    (folder / "test_marked.yaml").write_text(INTERACTION.format(path="one"))
    after = adopted(root, text)
    assert "@pytest.mark.cassette\ndef test_marked" in after
    assert 'with pactape.use_cassette("one.yaml")' in after


@pytest.mark.parametrize("own", [True, False])
def test_a_call_inside_a_marked_test_moves_with_it(root: Path, own: bool) -> None:  # noqa: FBT001 -- a parameter
    text = (
        "import pytest, vcr\n\n@pytest.mark.vcr\ndef test_marked():\n"
        "    with vcr.use_cassette('one.yaml', cassette_library_dir='tests/older'): pass\n"
    )
    (root / "tests" / "older").mkdir()
    (root / "tests" / "older" / "one.yaml").write_text(INTERACTION.format(path="one"))
    if own:
        (root / "tests" / "cassettes" / "test_marked.yaml").write_text(INTERACTION.format(path="two"))
    after = adopted(root, text)
    assert "@pytest.mark.cassette\ndef test_marked" in after
    assert '    with pactape.use_cassette("tests/older/one.yaml"): pass\n' in after
    moved = sorted(path.name for path in (root / "cassettes").rglob("*.yaml"))
    assert moved == ["one.yaml", *(["test_users.test_marked.yaml"] if own else [])]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "from somewhere import recorder\n\n@recorder.use_cassette('one.yaml')\ndef test_one(): pass\n",
            "the value of recorder can't be read. Next step: ",
        ),
        (
            "def test_one(vcr):\n    with vcr.use_cassette('one.yaml'): pass\n",
            "uses the fixture vcr, which only the other plugin provides. Next step: ",
        ),
        (
            "from somewhere import use_cassette\n\n@use_cassette('one.yaml')\ndef test_one(): pass\n",
            "the value of use_cassette can't be read. Next step: ",
        ),
        (
            "from vcr.unittest import VCRTestCase\n\nclass TestUsers(VCRTestCase):\n    def test_one(self): pass\n",
            "TestUsers is derived from vcrpy's VCRTestCase. Next step: derive it from unittest.TestCase",
        ),
        (
            "import unittest, vcr.unittest as v\n\nclass TestUsers(v.VCRMixin, unittest.TestCase):\n    pass\n",
            "TestUsers is derived from vcrpy's v.VCRMixin. Next step: ",
        ),
        (
            "from tests.utils import recording\n\ndef test_one():\n    with recording(compute()): pass\n",
            "doesn't name its cassette with a string literal. Next step: ",
        ),
    ],
)
def test_what_cannot_be_followed_is_named_with_the_next_step(root: Path, text: str, reason: str) -> None:
    (line,) = lines_about(root, text)
    assert line.startswith("tests/test_users.py:")
    assert reason in line


@pytest.mark.parametrize(
    "text",
    [
        "import pactape\n\n@pactape.use_cassette('one.yaml')\ndef test_one(): pass\n",
        "from pactape import use_cassette\n\n@use_cassette('one.yaml')\ndef test_one(): pass\n",
        "from betamax import Betamax\n\ndef test_one():\n    with Betamax(None).use_cassette('one'): pass\n",
    ],
)
def test_calls_of_other_recorders_are_no_calls_of_vcrpy(root: Path, text: str) -> None:
    assert lines_about(root, text) == []
