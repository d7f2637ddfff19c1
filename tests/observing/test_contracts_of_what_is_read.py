"""From a test that reads some fields to a contract of these fields, in projects of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.cassettes import read_cassette
from pactape.contracts import derive
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts.interactions.interaction import ExpectedResponse, Interaction

TEST = """
import pytest, requests

@pytest.mark.cassette
def test_reads_a_user():
    user = requests.get("{url}/users/7", timeout=30).json()
    assert {reading}
"""
OTHER_TEST = """
import json, urllib.request
import pytest, requests

@pytest.mark.cassette
def test_reads_a_user():
    {reading}
"""


class Project:
    """A project with one test."""

    def __init__(self, pytester: pytest.Pytester, url: str) -> None:
        self._pytester = pytester
        self._url = url
        settings = f'[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "{url}"\n'
        (pytester.path / "pyproject.toml").write_text(settings, encoding="utf-8")

    def test(self, reading: str, *options: str, template: str = TEST) -> None:
        """Write the test anew, and run it."""
        text = template.replace("{reading}", reading).replace("{url}", self._url)
        (self._pytester.path / "test_users.py").write_text(text, encoding="utf-8")
        result = self._pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:xdist", *options)
        result.assert_outcomes(passed=1)

    @property
    def cassette(self) -> Path:
        return self._pytester.path / "cassettes" / "test_users.test_reads_a_user.yaml"

    def reads(self) -> tuple[str, ...] | None:
        return read_cassette(self.cassette)[0].reads

    def interactions(self) -> list[Interaction]:
        """The derived interactions."""
        (contract,) = derive(load_settings(self._pytester.path)).contracts
        return list(contract.interactions)

    def response(self) -> ExpectedResponse:
        """What the derived contract expects."""
        (contract,) = derive(load_settings(self._pytester.path)).contracts
        (interaction,) = contract.interactions
        return interaction.response

    def contract(self, *, all_fields: bool = False) -> Any:
        """The example body of the derived contract."""
        (contract,) = derive(load_settings(self._pytester.path), all_fields=all_fields).contracts
        (interaction,) = contract.interactions
        assert interaction.response.body is not None
        return interaction.response.body.example


@pytest.fixture
def project(pytester: pytest.Pytester, url: str) -> Project:
    return Project(pytester, url)


def test_a_recording_leads_to_a_contract_of_the_fields_that_its_test_read(project: Project) -> None:
    project.test('user["profile"]["city"] == "London"', "--pactape-record", "once")
    assert (project.reads(), project.contract()) == (("profile.city",), {"profile": {"city": "London"}})


def test_a_replay_that_observes_brings_the_cassette_up_to_date(project: Project) -> None:
    project.test('user["id"] == 7', "--pactape-record", "once")
    project.test('user["name"] == "Ada"', "--pactape-observe")
    assert (project.reads(), project.contract()) == (("name",), {"name": "Ada"})


def test_a_plain_replay_changes_no_cassette(project: Project) -> None:
    project.test('user["id"] == 7', "--pactape-record", "once")
    before = project.cassette.read_bytes()
    project.test('user["name"] == "Ada"')
    assert project.cassette.read_bytes() == before


def test_a_replay_that_observes_nothing_new_leaves_the_file_alone(project: Project) -> None:
    project.test('user["id"] == 7', "--pactape-record", "once")
    before = project.cassette.stat().st_mtime_ns
    project.test('user["id"] == 7', "--pactape-observe")
    assert project.cassette.stat().st_mtime_ns == before


def test_a_test_that_compares_the_whole_answer_needs_the_whole_answer(project: Project) -> None:
    project.test('user == {**user, "id": 7}', "--pactape-record", "once")
    assert project.contract().keys() == {"id", "name", "profile"}


def test_all_fields_are_in_the_contract_on_request(project: Project) -> None:
    project.test('user["id"] == 7', "--pactape-record", "once")
    assert project.contract(all_fields=True).keys() == {"id", "name", "profile"}


@pytest.mark.parametrize("mode", ["--pactape-record=once", "--pactape-observe"])
def test_a_body_that_the_test_parses_by_itself_is_in_the_contract_as_far_as_it_is_read(
    project: Project, mode: str
) -> None:
    reading = 'assert json.loads(urllib.request.urlopen("{url}/users/7", timeout=30).read())["id"] == 7'
    project.test(reading, "--pactape-record", "once", template=OTHER_TEST)
    project.test(reading, mode, template=OTHER_TEST)
    assert (project.reads(), project.contract()) == (("id",), {"id": 7})


def test_a_body_that_is_not_read_is_not_in_the_contract(project: Project) -> None:
    reading = 'requests.get("{url}/users/7", timeout=30).raise_for_status()'
    project.test(reading, "--pactape-record", "once", template=OTHER_TEST)
    response = project.response()
    assert (response.body, response.headers) == (None, {})


def test_a_header_that_is_read_is_in_the_contract(project: Project) -> None:
    reading = 'assert requests.get("{url}/users/7", timeout=30).headers["x-total"] == "1"'
    project.test(reading, "--pactape-record", "once", template=OTHER_TEST)
    response = project.response()
    assert (response.headers["X-Total"], response.header_rules["X-Total"]["matchers"]) == (
        "1",
        [{"match": "regex", "regex": "^[0-9]+$"}],
    )


HEADER_TEST = """
import asyncio, contextlib, http.client, json, urllib.request
from urllib.parse import urlsplit
import aiohttp, httpx, pytest, urllib3

URL = "{url}/users/7"

async def of_aiohttp(read):
    async with aiohttp.ClientSession() as session, session.get(URL) as response:
        return read(response), await response.json()

def of_http_client(read):
    connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=30)
    connection.request("GET", "/users/7")
    response = connection.getresponse()
    with contextlib.closing(connection):
        return read(response), json.loads(response.read())

def of_urllib(read):
    with urllib.request.urlopen(URL, timeout=30) as response:
        return read(response), json.loads(response.read())

def of_urllib3(read):
    with urllib3.PoolManager(timeout=30) as pool:
        response = pool.request("GET", URL)
        return read(response), response.json()

@pytest.mark.cassette
def test_reads_a_user():
    header, user = {reading}
    assert (header, user["id"]) == ("1", 7)
"""
HEADERS_READ = {
    "an item in aiohttp": 'asyncio.run(of_aiohttp(lambda response: response.headers["X-Total"]))',
    "get in aiohttp": 'asyncio.run(of_aiohttp(lambda response: response.headers.get("x-total")))',
    "getheader in http.client": 'of_http_client(lambda response: response.getheader("X-Total"))',
    "an item in http.client": 'of_http_client(lambda response: response.headers["X-Total"])',
    "an item in urllib": 'of_urllib(lambda response: response.headers["X-Total"])',
    "info in urllib": 'of_urllib(lambda response: response.info()["X-Total"])',
    "an item in urllib3": 'of_urllib3(lambda response: response.headers["X-Total"])',
}
IN_EVERY_RUN = ["an item in aiohttp", "getheader in http.client", "info in urllib"]


@pytest.mark.parametrize(
    "reading",
    [
        pytest.param(reading, marks=() if reading in IN_EVERY_RUN else pytest.mark.long, id=reading)
        for reading in HEADERS_READ
    ],
)
def test_a_header_that_another_library_reads_is_in_the_contract_beside_the_fields(
    project: Project, reading: str
) -> None:
    project.test(HEADERS_READ[reading], "--pactape-record", "once", template=HEADER_TEST)
    response = project.response()
    assert (project.reads(), list(response.headers)) == (
        ("header: x-total", "id"),
        ["Content-Type", "X-Total"],
    )


AIOHTTP_TEST = """
import asyncio
import aiohttp, pytest

@pytest.mark.cassette
def test_reads_a_user():
    async def read():
        async with aiohttp.ClientSession() as session, session.get("{url}/users/7") as response:
            user = await response.json()
            assert {reading}

    asyncio.run(read())
"""


def test_recording_with_aiohttp_notes_only_what_the_test_reads(project: Project) -> None:
    project.test("user['name']", "--pactape-record", "once", template=AIOHTTP_TEST)
    assert project.reads() == ("name",)


FIXTURE_TEST = """
import pytest, requests

@pytest.fixture
def user(): return requests.get("{url}/users/7", timeout=30).json()

@pytest.mark.cassette
def test_reads_a_user(user):
    assert {reading}
"""


def test_only_what_a_test_reads_of_the_response_of_its_fixture_is_recorded(project: Project) -> None:
    project.test("user['name']", "--pactape-record", "once", template=FIXTURE_TEST)
    assert project.reads() == ("name",)


STRICT = """
import msgspec, pydantic, pytest, requests

class User(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    id: int
    name: str
    profile: dict
    nick: str | None = None

class StrictUser(msgspec.Struct, forbid_unknown_fields=True):
    id: int
    name: str
    profile: dict
    nick: str | None = None

@pytest.mark.cassette
def test_reads_a_user():
    answer = requests.get("{url}/users/7", timeout=30)
    assert {reading}
"""


@pytest.mark.parametrize(
    "reading",
    [
        "User.model_validate(answer.json()).id == 7",
        "User.model_validate_json(answer.content).id == 7",
        "User(**answer.json()).id == 7",
        "msgspec.convert(answer.json(), StrictUser).id == 7",
        "msgspec.json.decode(answer.content, type=StrictUser).id == 7",
    ],
)
def test_a_model_that_forbids_other_fields_gives_an_interaction_that_refuses_them(
    project: Project, reading: str
) -> None:
    project.test(reading, "--pactape-record=once", template=STRICT)
    first, second = project.interactions()
    assert first.response.body is not None
    assert second.response.body is not None
    assert (first.response.body.example.keys(), second.description) == (
        {"id", "name", "profile"},
        f"{first.description} (no other fields)",
    )
    (matcher,) = second.response.body.rules["$"]["matchers"]
    assert matcher["rules"] == [{"match": "regex", "regex": "^(id|name|nick|profile)$"}]


@pytest.mark.parametrize("first", [".text", ".headers['X-Total']"])
def test_a_header_that_one_of_two_equal_requests_reads_is_kept_beside_the_other_s_whole_body(
    pytester: pytest.Pytester, url: str, first: str
) -> None:
    second = {".text": ".headers['X-Total']", ".headers['X-Total']": ".text"}[first]
    project = Project(pytester, url)
    reading = "; ".join(f"assert requests.get('{{url}}/users/7', timeout=30){url}" for url in (first, second))
    project.test(reading, "--pactape-record", "all", template=OTHER_TEST)
    project.test(reading, "--pactape-observe", template=OTHER_TEST)
    assert project.reads() == ("", "header: x-total")
