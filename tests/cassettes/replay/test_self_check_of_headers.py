"""A recording is checked at once: headers, cookies and forms that the test read and that are scrubbed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from tests.cassettes.conftest import Provider, Reply

SECRET = "q8Zr1LmX0vTy7PbK2w"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
TEST = """
import os, pytest, requests, httpx
from urllib.parse import parse_qs, urljoin
API = os.environ["API"]
SECRET = "{secret}"

@pytest.mark.cassette
def test_it():
    get = {get}
    with {client} as client:
        {code}
"""
CLIENTS = {
    "requests": (
        "lambda url, **more: requests.get(url, allow_redirects=False, **more)",
        "requests.Session()",
    ),
    "httpx": ("httpx.get", "httpx.Client()"),
}


@pytest.fixture
def project(pytester: pytest.Pytester, provider: Provider) -> Project:
    def answer(headers: dict[str, str], body: bytes = b'{"a": 1}') -> Reply:
        return (302 if "Location" in headers else 200), {"Content-Type": "application/json", **headers}, body

    form = f"access_token={SECRET}&token_type=bearer".encode()
    provider.routes |= {
        "/login": lambda _: answer({"X-Auth-Token": SECRET}, f'{{"access_token": "{SECRET}1"}}'.encode()),
        "/jwt": lambda _: answer({"X-Auth-Token": JWT}),
        "/cookie": lambda _: answer({"Set-Cookie": f"sid={SECRET}; Path=/"}),
        "/move": lambda _: answer({"Location": f"/done?state=ok&access_token={SECRET}&sig={SECRET}3"}),
        "/form": lambda _: answer({"Content-Type": "application/x-www-form-urlencoded"}, form),
    }
    return Project(pytester, provider.url)


def record(project: Project, client: str, code: str) -> list[str]:
    get, session = CLIENTS[client]
    project.write("test_it.py", TEST.format(secret=SECRET, get=get, client=session, code=code))
    output = project.pytest("--pactape-record", "all")
    assert "exit 0" in output, output
    return [line for line in output.splitlines() if "unreplayable:" in line]


READS = {
    "a header": ('assert get(API + "/login").headers["X-Auth-Token"] == SECRET', "header X-Auth-Token"),
    "a header by get": (
        'assert get(API + "/login").headers.get("x-auth-token") == SECRET',
        "header X-Auth-Token",
    ),
    "all headers": (
        'assert ("x-auth-token", SECRET) in [(n.lower(), v) for n, v in get(API + "/login").headers.items()]',
        "header X-Auth-Token",
    ),
    "a cookie": ('assert get(API + "/cookie").cookies["sid"] == SECRET', "cookie sid"),
    "all cookies": ('assert dict(get(API + "/cookie").cookies.items()) == {"sid": SECRET}', "cookie sid"),
    "a cookie of the client": (
        'client.get(API + "/cookie"); assert client.cookies.get("sid") == SECRET',
        "cookie sid",
    ),
    "Set-Cookie": ('assert SECRET in get(API + "/cookie").headers["Set-Cookie"]', "cookie sid"),
    "Location": ('assert SECRET in get(API + "/move").headers["Location"]', "header Location"),
    "a form": (
        'assert parse_qs(get(API + "/form").text)["access_token"] == [SECRET]',
        "field form.access_token",
    ),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("code", "field"), READS.values(), ids=READS)
def test_a_scrubbed_value_that_the_test_reads_is_named(
    project: Project, client: str, code: str, field: str
) -> None:
    (line,) = record(project, client, code)
    assert f"response {field} was read by the test, but is scrubbed".lower() in line.lower()


@pytest.mark.long
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("code", [code for code, _ in READS.values()], ids=READS)
def test_following_the_advice_makes_the_recording_replay(project: Project, client: str, code: str) -> None:
    (line,) = record(project, client, code)
    (keep,) = re.findall(r"\[tool\.pactape\.scrub\] (keep = \[.*?\])", line)
    assert "exit 1" in project.pytest()
    project.write("pyproject.toml", f"[tool.pactape.scrub]\n{keep}\n")
    assert record(project, client, code) == []
    assert "exit 0" in project.pytest()


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "code",
    [
        'get(API + "/me", headers={"X-Auth-Token": get(API + "/login").headers["X-Auth-Token"]})',
        'get(urljoin(API, get(API + "/move").headers["Location"]))',
        'get(API + "/me", headers={"X-CSRF": get(API + "/cookie").cookies["sid"]})',
        'get(API + "/me", params={"t": parse_qs(get(API + "/form").text)["access_token"][0]})',
    ],
    ids=["a header", "Location", "a cookie", "a form"],
)
def test_a_value_that_the_test_only_sends_on_is_not_a_finding(
    project: Project, client: str, code: str
) -> None:
    assert record(project, client, code) == []
    assert "exit 0" in project.pytest()


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "code",
    [
        'assert "X-Auth-Token" in get(API + "/login").headers',
        'assert "sid" in get(API + "/cookie").cookies',
        'client.get(API + "/cookie"); client.get(API + "/me")',
        'assert get(API + "/login").headers["Content-Type"]',
    ],
    ids=["a header is there", "a cookie is there", "the client's cookies", "another header"],
)
def test_a_value_that_the_test_does_not_read_is_not_a_finding(
    project: Project, client: str, code: str
) -> None:
    assert record(project, client, code) == []


def test_keep_is_not_advised_where_it_would_not_help(project: Project) -> None:
    (line,) = record(project, "requests", 'assert get(API + "/jwt").headers["X-Auth-Token"].count(".") == 2')
    assert "don't assert its value: it looks like a secret" in line
    assert "keep = [" not in line


def test_a_header_that_is_read_does_not_hide_a_body_that_is_read(project: Project) -> None:
    code = 'answer = get(API + "/login"); assert answer.headers["X-Auth-Token"] and SECRET in answer.text'
    lines = record(project, "requests", code)
    assert [re.findall(r"response (\S+ \S+) was read", line) for line in lines] == [
        ["field $.access_token"],
        ["header X-Auth-Token"],
    ]


def test_a_cookie_of_a_redirect_that_was_followed_is_named(project: Project, provider: Provider) -> None:
    headers = {"Location": "/done", "Set-Cookie": f"sid={SECRET}; Path=/app"}
    provider.routes["/enter"] = lambda _: (302, headers, b"")
    code = 'client.get(API + "/enter"); assert client.cookies["sid"] == SECRET'
    (line,) = record(project, "requests", code)
    assert "/enter: response cookie sid was read" in line
