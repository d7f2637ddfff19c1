"""`pactape.use_cassette` as a decorator: whatever runs later, or around a test, belongs to the cassette."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import unittest
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

HEAD = """
import contextlib, functools, unittest
from unittest import mock
import pactape, requests

URL = {url!r}

def get(path):
    return requests.get(URL + path, timeout=5).json()["path"]
"""
GENERATORS = """
@pactape.use_cassette("a.yaml")
def generator():
    yield get("/1")
    yield get("/2")

def loop():
    return list(generator())

def left_early():
    numbers = generator()
    first = next(numbers)
    numbers.close()
    return [first]

@contextlib.contextmanager
@pactape.use_cassette("a.yaml")
def inside():
    try:
        yield get("/1")
    except ValueError:
        get("/2")

def raising():
    with inside() as first:
        raise ValueError(get("/3"))
    return first

@pactape.use_cassette
@contextlib.contextmanager
def outside():
    yield get("/1")
    get("/2")

def manager():
    with outside() as first:
        return first + get("/3")

@pactape.use_cassette("a.yaml")
async def asynchronous():
    yield get("/1")
    yield get("/2")

async def collected():
    return [item async for item in asynchronous()]

async def closed():
    async with contextlib.aclosing(asynchronous()) as numbers:
        async for first in numbers:
            return first

@contextlib.asynccontextmanager
@pactape.use_cassette("a.yaml")
async def async_inside():
    try:
        yield get("/1")
    except ValueError:
        get("/2")

async def async_raising():
    async with async_inside() as first:
        raise ValueError(get("/3"))
    return first

async def async_block():
    async with pactape.use_cassette("a.yaml"):
        return get("/1")
"""
CALLABLES = """
class Callable:
    def __call__(self, path="/1"):
        return get(path)

class Coroutine:
    async def __call__(self):
        return get("/1")

class Static:
    @pactape.use_cassette("a.yaml")
    @staticmethod
    def method():
        return get("/1")

partial = pactape.use_cassette(functools.partial(Callable.__call__, None, "/1"))
instance = pactape.use_cassette("a.yaml")(Callable())
coroutine = pactape.use_cassette("a.yaml")(Coroutine())
static = Static.method

@pactape.use_cassette
@mock.patch("os.getcwd")
def patched(_mock):
    return get("/1")
"""
TEST_CASES = """
class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.of_class = get("/class")
        cls.addClassCleanup(get, "/class/clean")

    @classmethod
    def tearDownClass(cls):
        get("/class/gone")

    def setUp(self):
        self.addCleanup(get, "/clean")
        assert get("/set-up") == "/set-up"

    def tearDown(self):
        get("/gone")

    def test_inherited(self):
        assert get("/inherited") == "/inherited"

@pactape.use_cassette
class TestPlain(Base):
    def test_own(self):
        assert self.of_class == "/class"

    @unittest.skip("never runs")
    def test_skipped(self):
        get("/skipped")

class TestInherits(TestPlain):
    def test_more(self):
        assert get("/more") == "/more"

@pactape.use_cassette
class TestCoroutines(Base, unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        assert get("/async/set-up") == "/async/set-up"

    async def test_own(self):
        assert get("/own") == "/own"

    async def asyncTearDown(self):
        get("/async/gone")

@pactape.use_cassette("shared.yaml")
class TestShared(Base):
    def test_own(self):
        assert get("/own") == "/own"

@pactape.use_cassette
class TestSwallows(unittest.TestCase):
    def test_swallows(self):
        with contextlib.suppress(Exception):
            get("/swallowed")
"""


@pytest.fixture
def load(tmp_path: Path, provider: Provider) -> Callable[[str], Any]:
    (tmp_path / "pyproject.toml").write_text("[tool.pactape]\n")

    def module_of(text: str) -> Any:
        path = tmp_path / "module_of_a_project.py"
        path.write_text(HEAD.format(url=provider.url) + text)
        spec = importlib.util.spec_from_file_location("module_of_a_project", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return module_of


def result_of(function: Callable[[], Any]) -> Any:
    result = function()
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


def run_class(module: Any, name: str) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(getattr(module, name)).run(result)
    return result


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((GENERATORS, name) for name in ("loop", "left_early", "raising", "manager", "collected", "closed")),
        *((GENERATORS, name) for name in ("async_raising", "async_block")),
        *((CALLABLES, name) for name in ("partial", "instance", "coroutine", "static", "patched")),
    ],
)
def test_all_that_a_decorated_object_requests_is_recorded_in_the_project(
    load: Callable[[str], Any],
    provider: Provider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    name: str,
) -> None:
    monkeypatch.setenv("PACTAPE_RECORD", "once")
    recorded = result_of(getattr(load(text), name))
    monkeypatch.delenv("PACTAPE_RECORD")
    hits = provider.hits.total()
    assert result_of(getattr(load(text), name)) == recorded
    assert (provider.hits.total(), len(list((tmp_path / "cassettes").iterdir()))) == (hits, 1)


@pytest.mark.parametrize("name", ["TestPlain", "TestInherits", "TestCoroutines", "TestShared"])
@pytest.mark.parametrize("mode", ["once", "all"])
def test_a_test_of_unittest_has_its_cassette_from_set_up_to_the_last_clean_up(
    load: Callable[[str], Any], provider: Provider, monkeypatch: pytest.MonkeyPatch, name: str, mode: str
) -> None:
    monkeypatch.setenv("PACTAPE_RECORD", mode)
    assert run_class(load(TEST_CASES), name).wasSuccessful()
    monkeypatch.delenv("PACTAPE_RECORD")
    hits = provider.hits.total()
    result = run_class(load(TEST_CASES), name)
    assert (result.errors, result.failures, provider.hits.total()) == ([], [], hits)


def test_a_swallowed_request_without_a_recording_fails_its_test(load: Callable[[str], Any]) -> None:
    result = run_class(load(TEST_CASES), "TestSwallows")
    assert [text.count("NoMatchError") > 0 for _, text in result.errors] == [True]


def test_a_name_with_a_dot_is_a_yaml_file(
    load: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTAPE_RECORD", "once")
    load('with pactape.use_cassette("users.v1"):\n    get("/1")\n')
    assert (tmp_path / "cassettes/users.v1.yaml").is_file()


def test_a_recording_that_would_not_replay_is_a_warning(
    load: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTAPE_RECORD", "once")
    text = 'import uuid\nwith pactape.use_cassette("a"):\n    get(f"/things?id={uuid.uuid4()}")\n'
    with pytest.warns(UserWarning, match=r"unreplayable: .*query\.id is a fresh UUID"):
        load(text)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_request_that_a_child_sends_while_recording_is_a_warning(
    load: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTAPE_RECORD", "once")
    text = """
import os
with pactape.use_cassette("a"):
    child = os.fork()
    if not child:
        get("/in-child")
        os._exit(0)
    os.waitpid(child, 0)
"""
    with pytest.warns(UserWarning, match=r"GET .*/in-child: the request was sent by a child process"):
        load(text)
