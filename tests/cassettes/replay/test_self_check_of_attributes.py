"""A recording is checked at once: scrubbed values that the test reads through attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from tests.cassettes.conftest import Provider, Reply

SECRET = "q8Zr1LmX0vTy7PbK2w"
TEST = """
import asyncio, os, pytest, requests, httpx, aiohttp, urllib3
import botocore.session
from botocore.config import Config
API = os.environ["API"]
SECRET = "{secret}"

async def fetched(path):
    async with aiohttp.ClientSession() as session, session.get(API + path) as response:
        return response, [cookie.value for cookie in session.cookie_jar]

def aio(path):
    return asyncio.run(fetched(path))

def head_object():
    client = botocore.session.get_session().create_client(
        "s3", region_name="eu-west-1", endpoint_url=API, aws_access_key_id="a", aws_secret_access_key="b",
        config=Config(s3={{"addressing_style": "path"}}))
    return client.head_object(Bucket="bucket", Key="key")

@pytest.mark.cassette
def test_it():
    {code}
"""
HEADER, COOKIE, TARGET = "header X-Auth-Token", "cookie sid", "header Location"
READS = {
    "the URL after a redirect, requests": ('assert SECRET in requests.get(API + "/move").url', TARGET),
    "the URL after a redirect, httpx": (
        'assert SECRET in str(httpx.get(API + "/move", follow_redirects=True).url)',
        TARGET,
    ),
    "the URL after a redirect, aiohttp": ('assert SECRET in str(aio("/move")[0].url)', TARGET),
    "a header of the history, requests": (
        'assert SECRET in requests.get(API + "/move").history[0].headers["Location"]',
        TARGET,
    ),
    "a header of the history, httpx": (
        'assert SECRET in httpx.get(API + "/move", follow_redirects=True).history[0].headers["Location"]',
        TARGET,
    ),
    "a header of the history, aiohttp": (
        'assert SECRET in aio("/move")[0].history[0].headers["Location"]',
        TARGET,
    ),
    "a URL of the history": ('assert SECRET in requests.get(API + "/twice").history[1].url', TARGET),
    "an iterated jar, requests": (
        'assert [each.value for each in requests.get(API + "/cookie").cookies] == [SECRET]',
        COOKIE,
    ),
    "an iterated jar, httpx": (
        'assert {each.name: each.value for each in httpx.get(API + "/cookie").cookies.jar} == {"sid": SECRET}',
        COOKIE,
    ),
    "an iterated jar, aiohttp": ('assert aio("/cookie")[0].cookies["sid"].value == SECRET', COOKIE),
    "a header, aiohttp": ('assert aio("/login")[0].headers["X-Auth-Token"] == SECRET', HEADER),
    "a header by get, aiohttp": ('assert aio("/login")[0].headers.get("x-auth-token") == SECRET', HEADER),
    "a header, urllib3": (
        (
            "with urllib3.PoolManager() as pool: "
            'assert pool.request("GET", API + "/login").headers["X-Auth-Token"] == SECRET'
        ),
        HEADER,
    ),
    "all headers, urllib3": (
        (
            "with urllib3.PoolManager() as pool: "
            'assert SECRET in dict(pool.request("GET", API + "/login").headers.items()).values()'
        ),
        HEADER,
    ),
    "a header, botocore": (
        'assert head_object()["ResponseMetadata"]["HTTPHeaders"]["x-auth-token"] == SECRET',
        HEADER,
    ),
}


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider) -> Project:
    def answer(headers: dict[str, str]) -> Reply:
        return (
            (302 if "Location" in headers else 200),
            {"Content-Type": "application/json", **headers},
            b'{"a": 1}',
        )

    provider.routes |= {
        "/login": lambda _: answer({"X-Auth-Token": SECRET}),
        "/bucket/key": lambda _: answer({"X-Auth-Token": SECRET}),
        "/cookie": lambda _: answer({"Set-Cookie": f"sid={SECRET}; Path=/"}),
        "/move": lambda _: answer({"Location": f"/done?access_token={SECRET}"}),
        "/twice": lambda _: answer({"Location": f"/move?access_token={SECRET}"}),
    }
    return Project(pytester, provider.url)


def record(project: Project, code: str) -> list[str]:
    project.write("test_it.py", TEST.format(secret=SECRET, code=code))
    output = project.pytest("--pactape-record", "all")
    assert "exit 0" in output, output
    return [line for line in output.splitlines() if "unreplayable:" in line]


@pytest.mark.parametrize(("code", "field"), READS.values(), ids=READS)
def test_a_scrubbed_value_that_the_test_reads_is_named(project: Project, code: str, field: str) -> None:
    (line,) = record(project, code)
    assert f"response {field} was read by the test, but is scrubbed".lower() in line.lower()


@pytest.mark.parametrize(
    "code",
    [
        'assert requests.get(API + "/move").status_code',
        'assert httpx.get(API + "/move", follow_redirects=True).history',
        'with requests.Session() as client: client.get(API + "/cookie"); client.get(API + "/me")',
        'assert [each.name for each in requests.get(API + "/cookie").cookies] == ["sid"]',
        'with urllib3.PoolManager() as pool: assert pool.request("GET", API + "/move").status',
        'assert "X-Auth-Token" in aio("/login")[0].headers',
    ],
    ids=[
        "a redirect is followed",
        "a redirect was there",
        "the client sends a cookie",
        "names of cookies",
        "urllib3 follows a redirect",
        "a header is there",
    ],
)
def test_what_only_the_library_reads_is_not_a_finding(project: Project, code: str) -> None:
    assert record(project, code) == []
