"""`pactape.use_cassette`: for functions, coroutines, classes and `with` blocks, by the project's settings."""

from __future__ import annotations

import asyncio
import importlib.util
import unittest
from typing import TYPE_CHECKING, Any

import pactape
import pytest
from pactape.errors import BadInputError, NoMatchError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider

CODE = """
import unittest
import pactape, requests

URL = {url!r}

def get(path):
    return requests.get(URL + path, timeout=5).json()["hit"]

@pactape.use_cassette
def plain():
    return get("/plain")

@pactape.use_cassette("named", repeats=True)
def named():
    return get("/named") + get("/named")

@pactape.use_cassette()
async def coroutine():
    return get("/coroutine")

@pactape.use_cassette
class TestUsers(unittest.TestCase):
    def test_gets(self):
        assert get("/users") == 1

    def helper(self):
        return get("/helper")

def block():
    with pactape.use_cassette("block.yaml"):
        return get("/block")
"""


@pytest.fixture
def code(tmp_path: Path, provider: Provider) -> Any:
    (tmp_path / "pyproject.toml").write_text('[tool.pactape]\ncassettes = "tapes"\n')
    path = tmp_path / "module_of_a_project.py"
    path.write_text(CODE.format(url=provider.url))
    spec = importlib.util.spec_from_file_location("module_of_a_project", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    return spec, module


def load(code: Any) -> Any:
    spec, module = code
    spec.loader.exec_module(module)
    return module


def run_all(module: Any) -> list[Any]:
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(module.TestUsers)
    outcome = unittest.TestResult()
    suite.run(outcome)
    return [module.plain(), asyncio.run(module.coroutine()), module.block(), outcome.wasSuccessful()]


def test_each_kind_records_into_the_folder_of_the_settings_and_replays(
    code: Any, tmp_path: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTAPE_RECORD", "once")
    recorded = run_all(load(code))
    monkeypatch.delenv("PACTAPE_RECORD")
    hits = provider.hits.total()
    assert run_all(load(code)) == recorded == [1, 1, 1, True]
    assert provider.hits.total() == hits
    assert sorted(path.name for path in (tmp_path / "tapes").iterdir()) == [
        "block.yaml",
        "module_of_a_project.TestUsers.test_gets.yaml",
        "module_of_a_project.coroutine.yaml",
        "module_of_a_project.plain.yaml",
    ]


def test_its_options_are_those_of_the_marker(
    code: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTAPE_RECORD", "once")
    load(code).named()
    monkeypatch.delenv("PACTAPE_RECORD")
    module = load(code)
    assert (module.named(), provider.hits.total()) == (3, 2)


def test_without_a_recording_it_fails_and_reaches_nothing(code: Any, provider: Provider) -> None:
    module = load(code)
    with pytest.raises(NoMatchError, match="the file does not exist"):
        module.plain()
    assert provider.hits.total() == 0


def test_methods_that_are_not_tests_have_no_cassette(code: Any) -> None:
    assert load(code).TestUsers("test_gets").helper() == 1


def test_a_block_needs_a_name_and_a_mode_must_exist() -> None:
    with pytest.raises(BadInputError, match="needs the name"), pactape.use_cassette():
        pass
    with pytest.raises(BadInputError, match="'sometimes' is not a record mode"):
        pactape.use_cassette("a.yaml", mode="sometimes")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ignore": ["$"]}, r"entry '\$' that can't be used"),
        ({"ignore": "query.ts"}, "not a list of texts"),
        ({"allow": "localhost"}, "not a list of texts"),
        ({"allow": ["http://api.test"]}, "is a URL, not a host"),
        ({"body": "ignored"}, "body='ignored' has no meaning"),
    ],
)
def test_an_option_without_a_meaning_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        pactape.use_cassette("a.yaml", **options)
