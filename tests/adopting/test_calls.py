"""Projects that call vcrpy's `use_cassette`: their tests and cassettes move over to `pactape.use_cassette`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pactape.adopting import Plan, carry_out, plan_adoption
from pactape.cassettes import lint_cassette, read_cassette
from pactape.settings import load_settings

from tests.adopting.helpers.old_project import INTERACTION

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "import vcr\nimport requests\n\n"
BODY = "    assert requests.get('http://api.example.com/one', timeout=5).json() == {'path': 'one'}\n"


def project(root: Path, text: str, *cassettes: str, name: str = "test_users.py") -> Path:
    """A project with one test module and some cassettes of one interaction."""
    (root / "pyproject.toml").write_text("[tool.pactape]\n", encoding="utf-8")
    (root / "tests").mkdir(exist_ok=True)
    (root / "tests" / name).write_text(text, encoding="utf-8")
    for cassette in cassettes:
        (root / cassette).parent.mkdir(parents=True, exist_ok=True)
        (root / cassette).write_text(INTERACTION.format(path="one"), encoding="utf-8")
    return root


def plan_of(root: Path) -> Plan:
    return plan_adoption([root], load_settings(root))


def adopted(root: Path) -> str:
    """Move the project over, and return the text of its module."""
    carry_out(plan_of(root), root)
    return (root / "tests" / "test_users.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("@vcr.use_cassette('data/one.yaml')", '@pactape.use_cassette("data/one.yaml")'),
        ("@vcr.use_cassette(path='data/one.yaml')", '@pactape.use_cassette("data/one.yaml")'),
        (
            "@vcr.use_cassette('data/one.yaml', record_mode='none', decode_compressed_response=True)",
            '@pactape.use_cassette("data/one.yaml")',
        ),
        (
            "@vcr.use_cassette('data/one.yaml', allow_playback_repeats=True)",
            '@pactape.use_cassette("data/one.yaml", repeats=True)',
        ),
        (
            "@vcr.use_cassette('data/one.yaml', ignore_hosts=['a.test'], ignore_localhost=True)",
            '@pactape.use_cassette("data/one.yaml", allow=["a.test", "localhost"])',
        ),
        (
            "@vcr.use_cassette('data/one.yaml', filter_query_parameters=['key'])",
            '@pactape.use_cassette("data/one.yaml", ignore=["query.key"])',
        ),
    ],
)
def test_a_decorator_becomes_one_with_the_same_meaning(tmp_path: Path, before: str, after: str) -> None:
    root = project(tmp_path, f"{HEAD}{before}\ndef test_one():\n{BODY}", "data/one.yaml")
    assert adopted(root) == f"import pactape\nimport requests\n\n{after}\ndef test_one():\n{BODY}"


@pytest.mark.parametrize(
    "head",
    [
        "from vcr import use_cassette\n",
        "from vcr import use_cassette as uses\n",
        "import vcr as v\n",
        "import vcr\nours = vcr.VCR(cassette_library_dir='data')\n",
        "from vcr import VCR\nours = VCR(cassette_library_dir='data', record_mode='once')\n",
        "import pathlib, vcr\nours = vcr.VCR(cassette_library_dir=pathlib.Path(__file__).parent / '..' / 'data')\n",
    ],
)
def test_calls_are_found_by_every_name_that_vcrpy_is_imported_under(tmp_path: Path, head: str) -> None:
    function = {"from vcr import use_cassette\n": "use_cassette", "import vcr as v\n": "v.use_cassette"}.get(
        head, "uses" if "uses" in head else "ours.use_cassette"
    )
    name = "one.yaml" if "ours" in head else "data/one.yaml"
    root = project(tmp_path, f"{head}@{function}('{name}')\ndef test_one(): pass\n", "data/one.yaml")
    assert "@pactape.use_cassette(" in adopted(root)
    assert [path.name for path in (root / "cassettes").rglob("*.yaml")] == ["one.yaml"]
    assert not (root / "data" / "one.yaml").exists()


def test_a_bare_decorator_gets_the_name_of_its_function(tmp_path: Path) -> None:
    head = "import vcr\nours = vcr.VCR(cassette_library_dir='cassettes')\n"
    text = f"{head}@ours.use_cassette\ndef test_one(): pass\n"
    root = project(tmp_path, text, "cassettes/test_one")
    assert '@pactape.use_cassette("test_one.yaml")\ndef test_one(): pass\n' in adopted(root)
    assert (root / "cassettes" / "test_one.yaml").is_file()


def test_a_with_block_in_a_method_of_a_class_changes(tmp_path: Path) -> None:
    text = (
        f"{HEAD}import unittest\n\nclass TestAll(unittest.TestCase):\n    def setUp(self):\n        self.id = 1\n\n"
        "    def test_one(self):\n        with vcr.use_cassette('cassettes/one.yaml'):\n            pass\n"
    )
    root = project(tmp_path, text, "cassettes/one.yaml")
    assert '        with pactape.use_cassette("one.yaml"):\n            pass\n' in adopted(root)


def test_a_moved_cassette_is_scrubbed_and_says_whose_it_is(tmp_path: Path) -> None:
    text = f"{HEAD}@vcr.use_cassette('data/one.yaml')\ndef test_one():\n{BODY}"
    root = project(tmp_path, text, "data/one.yaml")
    adopted(root)
    path = root / "cassettes" / "data" / "one.yaml"
    assert lint_cassette(path) == []
    (exchange,) = read_cassette(path)
    assert exchange.provenance is not None
    assert exchange.provenance.test == "tests/test_users.py::test_one"


def test_a_cassette_of_two_tests_moves_once_and_belongs_to_neither(tmp_path: Path) -> None:
    text = HEAD + "".join(
        f"@vcr.use_cassette('data/one.yaml')\ndef test_{name}():\n{BODY}" for name in ("one", "two")
    )
    root = project(tmp_path, text, "data/one.yaml")
    adopted(root)
    (exchange,) = read_cassette(root / "cassettes" / "data" / "one.yaml")
    assert exchange.provenance is None


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (
            "@vcr.use_cassette(NAME)\ndef test_two(): pass\n",
            "doesn't name its cassette with a string literal",
        ),
        ("@vcr.use_cassette('a.yaml', match_on=['path'])\ndef test_two(): pass\n", "match_on=['path'] can't"),
        ("def test_two():\n    with vcr.use_cassette('a.yaml') as used: used\n", "vcrpy's cassette object"),
        ("@vcr.use_cassette('a.yaml')\ndef load(): pass\n", "isn't in a test"),
        ("@vcr.use_cassette('gone.yaml')\ndef test_two(): pass\n", "there is no cassette gone.yaml"),
        ("@vcr.use_cassette('a.yaml', **MORE)\ndef test_two(): pass\n", "its options are computed"),
    ],
)
def test_a_call_that_cannot_change_stays_and_is_named_with_the_next_step(
    tmp_path: Path, use: str, reason: str
) -> None:
    text = f"{HEAD}@vcr.use_cassette('one.yaml')\ndef test_one(): pass\n\n{use}"
    root = project(tmp_path, text, "one.yaml", "a.yaml")
    (line,) = plan_of(root).left
    assert line.startswith("tests/test_users.py:")
    assert reason in line
    assert "Next step: " in line
    source = adopted(root)
    assert source.endswith(use)
    assert source.startswith("import vcr\nimport pactape\nimport requests\n")
    assert (root / "a.yaml").is_file()


def test_a_suffix_that_the_vcr_object_ensures_is_part_of_the_cassettes_name(tmp_path: Path) -> None:
    text = (
        f"{HEAD}tapes = vcr.VCR(cassette_library_dir='tests/tapes', match_on=['method', 'url'],\n"
        "                path_transformer=vcr.VCR.ensure_suffix('.yaml'))\n\n"
        "@tapes.use_cassette\ndef test_one(): pass\n\n@tapes.use_cassette('two')\ndef test_two(): pass\n\n"
        "@tapes.use_cassette('three.yaml')\ndef test_three(): pass\n"
    )
    names = ("test_one", "two", "three")
    root = project(tmp_path, text, *(f"tests/tapes/{name}.yaml" for name in names))
    plan = plan_of(root)
    assert plan.left == ()
    assert [move.old for move in plan.moves] == [(root / f"tests/tapes/{name}.yaml",) for name in names]


def test_a_cassette_that_a_call_left_alone_shares_is_copied_and_stays(tmp_path: Path) -> None:
    text = (
        f"{HEAD}@vcr.use_cassette('one.yaml')\ndef test_one(): pass\n\n"
        "@vcr.use_cassette('one.yaml', match_on=['path'])\ndef test_two(): pass\n"
    )
    root = project(tmp_path, text, "one.yaml")
    adopted(root)
    assert (root / "one.yaml").is_file()
    assert (root / "cassettes" / "one.yaml").is_file()


def test_a_cassette_that_a_test_opens_itself_is_copied_and_stays(tmp_path: Path) -> None:
    text = (
        f"{HEAD}@vcr.use_cassette('data/one.yaml')\ndef test_one(): pass\n\n"
        "def test_two():\n    open('data/one.yaml').close()\n"
    )
    root = project(tmp_path, text, "data/one.yaml")
    adopted(root)
    assert (root / "data" / "one.yaml").is_file()


@pytest.mark.long
def test_tried_calls_whose_bodies_differ_ignore_them_and_the_rest_that_fails_is_put_back(
    tmp_path: Path,
) -> None:
    text = (
        f"{HEAD}@vcr.use_cassette('data/one.yaml')\ndef test_one():\n{BODY}\n"
        "@vcr.use_cassette('data/post.yaml')\ndef test_post():\n"
        "    requests.post('http://api.example.com/one', json={}, timeout=5)\n\n"
        "@vcr.use_cassette('data/one.yaml')\ndef test_vcr():\n    assert vcr.cassette\n"
        f"    assert '@vcr.use_cassette(' in open(__file__).read().split('def test_vcr')[0][-40:]\n{BODY}"
    )
    root = project(tmp_path, text, "data/one.yaml", "data/post.yaml")
    post = root / "data" / "post.yaml"
    post.write_text(post.read_text().replace("method: GET", "method: POST").replace("null", "'{\"a\": 1}'"))
    command = [sys.executable, "-m", "pactape", "adopt", "--write", "--try", "--project", "."]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 1, result.stdout + result.stderr
    module = (root / "tests" / "test_users.py").read_text()
    assert '@pactape.use_cassette("data/one.yaml")\ndef test_one()' in module
    assert '@pactape.use_cassette("data/post.yaml", body="ignore")\ndef test_post()' in module
    assert "@vcr.use_cassette('data/one.yaml')\ndef test_vcr()" in module
    assert [path.is_file() for path in (root / "data/one.yaml", root / "cassettes/data/one.yaml")] == [
        True,
        True,
    ]
