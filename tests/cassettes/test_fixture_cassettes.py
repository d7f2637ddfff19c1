"""What wider fixtures request belongs to their own cassettes, in set-up and teardown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from tests.cassettes.conftest import Provider

ASK = """
import os, pytest, requests, unittest

def ask(path, method="GET"):
    return requests.request(method, os.environ["API"] + path, timeout=5).json()["path"]
"""
FIXTURE = """
@pytest.fixture(scope="{scope}")
def thing():
    yield ask("/things", "POST")
    ask("/things/7", "DELETE")

class TestIt:
    @pytest.mark.cassette
    def test_one(self, thing):
        assert ask("/one") == "/one"

    @pytest.mark.cassette
    def test_two(self, thing):
        assert ask("/two") == "/two"
"""
XUNIT = """
def setup_module():
    ask("/module")

class TestUsers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.user = ask("/class")

    @classmethod
    def tearDownClass(cls):
        ask("/gone")

    @pytest.mark.cassette
    def test_one(self):
        assert (self.user, ask("/one")) == ("/class", "/one")

    @pytest.mark.cassette
    def test_two(self):
        assert (self.user, ask("/two")) == ("/class", "/two")
"""


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider) -> Project:
    return Project(pytester, provider.url)


@pytest.mark.long
def test_every_wide_scope_replays_alone_and_reaches_nothing(project: Project, provider: Provider) -> None:
    for scope in ("class", "module", "session"):
        project.write(f"test_{scope}.py", ASK + FIXTURE.format(scope=scope))
    project.write("test_xunit.py", ASK + XUNIT)
    assert "exit 0" in project.pytest("--pactape-record", "once")
    hits = provider.hits.total()
    for options in ((), ("-k", "two"), ("-p", "xdist.plugin", "-n", "2"), ("-p", "pytest_randomly")):
        output = project.pytest("--pactape-hygiene=fail", *options)
        assert "exit 0" in output, output
    assert provider.hits.total() == hits


def test_fixtures_have_cassettes_named_after_where_they_are(project: Project) -> None:
    project.write("test_session.py", ASK + FIXTURE.format(scope="session"))
    project.write("test_xunit.py", ASK + XUNIT)
    project.pytest("--pactape-record", "once")
    assert sorted(path.name for path in (project.root / "cassettes/fixtures").iterdir()) == [
        "test_session.thing.yaml",
        "test_xunit.TestUsers.setUpClass.yaml",
        "test_xunit.setup_module.yaml",
    ]


@pytest.mark.long
def test_a_teardown_without_a_recording_fails_and_reaches_nothing(
    project: Project, provider: Provider
) -> None:
    text = ASK + FIXTURE.format(scope="session")
    project.write("test_it.py", text)
    project.pytest("--pactape-record", "once")
    project.write("test_it.py", text.replace("/things/7", "/things/8"))
    hits = provider.hits.total()
    output = project.pytest()
    assert "exit 1" in output
    assert "DELETE" in output
    assert provider.hits.total() == hits


@pytest.mark.long
def test_an_older_recording_with_the_requests_in_the_first_test_s_cassette_replays(project: Project) -> None:
    text = ASK + FIXTURE.format(scope="session").replace('    ask("/things/7", "DELETE")\n', "")
    inline = text.replace('scope="session"', 'scope="function"').replace(", thing", "", 1)
    project.write("test_it.py", text.replace('scope="session"', 'scope="function"'))
    project.pytest("--pactape-record", "once")
    project.write("test_it.py", text)
    assert "exit 0" in project.pytest("-k", "one")
    assert inline != text


def test_a_test_replays_alone_that_uses_a_fixture_of_its_package(
    project: Project, provider: Provider
) -> None:
    project.write("pkg/__init__.py", "")
    project.write(
        "pkg/conftest.py",
        ASK + '@pytest.fixture(scope="package")\ndef thing():\n    yield ask("/things")\n    ask("/gone")\n',
    )
    for number in ("one", "two"):
        code = (
            f"@pytest.mark.cassette\ndef test_{number}(thing):\n    assert ask('/{number}') == '/{number}'\n"
        )
        project.write(f"pkg/test_{number}.py", ASK + code)
    project.pytest("--pactape-record", "once")
    hits = provider.hits.total()
    assert ("exit 0" in project.pytest("-k", "two"), provider.hits.total()) == (True, hits)


NESTED = """
@pytest.fixture(scope="session")
def token():
    yield ask("/token", "POST")
    ask("/token", "DELETE")

@pytest.fixture(scope="session", params=["a", "b c", "ü/x"])
def region(request, token):
    request.addfinalizer(lambda: ask("/regions/gone"))
    return ask("/regions")

@pytest.mark.cassette
def test_region(region):
    assert ask("/one") == "/one"

@pytest.mark.cassette
def test_dynamic(request):
    assert request.getfixturevalue("token") == "/token"
"""


@pytest.mark.long
def test_fixtures_with_parameters_that_two_workers_recorded_replay_alone(
    project: Project, provider: Provider
) -> None:
    for name in ("one", "two"):
        project.write(f"test_{name}.py", ASK + NESTED)
    workers = ("-p", "xdist.plugin", "-n", "2")
    assert "exit 0" in project.pytest("--pactape-record", "once", *workers)
    hits = provider.hits.total()
    for options in (("-p", "pytest_randomly"), ("-k", "dynamic"), ("-k", "region and two"), workers):
        output = project.pytest(*options)
        assert "exit 0" in output, output
    assert provider.hits.total() == hits


PARAMETERS = """
@pytest.fixture(scope="module", params=["v1", 1, "1", None])
def version(request):
    return request.param

@pytest.fixture(scope="module")
def login(version):
    yield ask(f"/login/{version!r}")
    ask(f"/logout/{version!r}")

@pytest.fixture(scope="module")
def user(request):
    return ask(f"/users/{request.param['name']}")

@pytest.mark.cassette
def test_logs_in(login):
    assert ask("/one") == "/one"

@pytest.mark.cassette
@pytest.mark.parametrize("user", [{"name": "ada"}, {"name": "bob"}], indirect=True)
def test_one(user):
    assert ask(user) == user

@pytest.mark.cassette
@pytest.mark.parametrize("user", [{"name": "bob"}, {"name": "eve"}], indirect=True)
def test_two(user):
    assert ask(user) == user
"""
OVERRIDDEN = """
@pytest.fixture(scope="{scope}")
def thing({outer}):
    yield ask("/things/{name}")
    ask("/gone/{name}")
"""


@pytest.mark.long
def test_a_fixture_has_a_cassette_for_each_of_its_parameters_and_of_those_that_it_depends_on(
    project: Project, provider: Provider
) -> None:
    project.write("test_it.py", ASK + PARAMETERS)
    output = project.pytest("--pactape-record", "once")
    assert "exit 0" in output, output
    hits = provider.hits.total()
    output = project.pytest("-p", "pytest_randomly")
    assert ("exit 0" in output, provider.hits.total()) == (True, hits), output


@pytest.mark.parametrize("scope", ["class", pytest.param("package", marks=pytest.mark.long)])
def test_a_fixture_and_the_one_that_it_overrides_have_their_own_cassettes(
    project: Project, provider: Provider, scope: str
) -> None:
    project.write("conftest.py", ASK + OVERRIDDEN.format(scope=scope, outer="", name="outer"))
    test = "@pytest.mark.cassette\ndef test_one(thing):\n    assert ask('/one') == '/one'\n"
    project.write("test_it.py", ASK + OVERRIDDEN.format(scope=scope, outer="thing", name="inner") + test)
    project.pytest("--pactape-record", "once")
    hits = provider.hits.total()
    output = project.pytest()
    assert ("exit 0" in output, provider.hits.total()) == (True, hits), output


def test_a_module_of_the_project_may_be_called_like_a_plugin_of_pytest(
    project: Project, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(project.root)
    fixture, test = FIXTURE.format(scope="session").split("class TestIt:")
    project.write("pytest_things.py", ASK + fixture)
    project.write("conftest.py", 'pytest_plugins = ["pytest_things"]')
    project.write("test_it.py", ASK + "class TestIt:" + test)
    project.pytest("--pactape-record", "once")
    hits = provider.hits.total()
    assert ("exit 0" in project.pytest("-k", "two"), provider.hits.total()) == (True, hits)


COROUTINES = """
import httpx

@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"

@pytest.fixture(scope="module")
async def client():
    async with httpx.AsyncClient(base_url=os.environ["API"], trust_env=False) as client:
        await client.post("/login")
        yield client
        await client.delete("/login")

@pytest.fixture
async def thing(client):
    yield (await client.get("/things")).json()["path"]
    await client.delete("/things")

pytestmark = [pytest.mark.cassette, pytest.mark.anyio]

async def test_one(client, thing):
    assert (await client.get("/one")).json()["path"] == "/one"

async def test_two(client, thing):
    assert (await client.get("/two")).json()["path"] == "/two"
"""


def test_fixtures_that_are_coroutines_have_their_own_cassettes(project: Project, provider: Provider) -> None:
    project.write("test_it.py", ASK + COROUTINES)
    output = project.pytest("-p", "anyio.pytest_plugin", "--pactape-record", "once")
    assert "exit 0" in output, output
    hits = provider.hits.total()
    output = project.pytest("-p", "anyio.pytest_plugin", "--pactape-hygiene=fail", "-k", "two")
    assert ("exit 0" in output, provider.hits.total()) == (True, hits), output


def test_a_thread_of_a_fixture_is_recorded_with_it(project: Project, provider: Provider) -> None:
    fixture = FIXTURE.format(scope="session").replace('yield ask("/things", "POST")', "yield in_thread()")
    head = "from concurrent.futures import ThreadPoolExecutor\n\ndef in_thread():\n"
    head += '    with ThreadPoolExecutor(1) as pool:\n        return pool.submit(ask, "/things").result()\n'
    project.write("test_it.py", ASK + head + fixture)
    project.pytest("--pactape-record", "once")
    hits = provider.hits.total()
    assert ("exit 0" in project.pytest("-k", "two"), provider.hits.total()) == (True, hits)


@pytest.mark.long
def test_a_fixture_that_two_workers_recorded_differently_is_named(project: Project) -> None:
    fixture, _ = FIXTURE.format(scope="session").split("class TestIt:")
    project.write("conftest.py", ASK + fixture.replace('ask("/things", "POST")', 'ask(f"/{os.getpid()}")'))
    for name in ("one", "two"):
        (_, test) = FIXTURE.split("class TestIt:")
        project.write(f"test_{name}.py", ASK + "class TestIt:" + test)
    workers = ("-p", "xdist.plugin", "-n", "2", "--dist", "loadfile")
    output = project.pytest("--pactape-record", "all", *workers)
    assert "unreplayable: cassettes/fixtures/conftest.thing.yaml: it was recorded several times" in output, (
        output
    )
