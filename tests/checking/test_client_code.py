"""Requests in the code of clients are found however it is written, or reported as unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.checking.client_code.declared_calls import DeclaredCalls, declared_calls

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = """import aiohttp, functools, http.client, httpx, requests, urllib.request, urllib3
from functools import partial
from httpx import post as send
from requests import Session, get
from urllib.parse import urljoin
"""


def calls(folder: Path, code: str) -> DeclaredCalls:
    file = folder / "client.py"
    file.write_text(IMPORTS + code, encoding="utf-8")
    return declared_calls([file], root=folder)


@pytest.mark.parametrize(
    ("code", "operation"),
    [
        ('requests.get(urljoin(BASE, "/users"))', "GET /users"),
        ('requests.get(urljoin("https://a.test/v1/", "users"))', "GET /v1/users"),
        ('requests.request(method="get", url=f"{BASE}/users")', "GET /users"),
        ('requests.get("/".join([BASE, "users", str(number)]))', "GET /users/{number}"),
        ('requests.get(f"{scheme}://{host}/users")', "GET /users"),
        ('requests.get(URL(BASE) / "users")', "GET /users"),
        ('client.get(f"/users/{name}/posts")', "GET /users/{name}/posts"),
        ('requests.get("https://a.test")', "GET /"),
        ('requests.get(url := f"{BASE}/users")', "GET /users"),
        ('PATH = "/users/{}"\nrequests.get(BASE + PATH.format(i))', "GET /users/{value}"),
        ('PATH = "/users/%s"\nrequests.get(BASE + PATH % i)', "GET /users/{value}"),
        ('URL = "https://a.test/users"\nget(URL)', "GET /users"),
        ('def f(i):\n    url = f"{BASE}/users/{i}"\n    return get(url)', "GET /users/{i}"),
        ('send("https://a.test/users")', "POST /users"),
        ('get_it = partial(requests.get, timeout=5)\nget_it(f"{BASE}/users")', "GET /users"),
        ('get_it = functools.partial(get, f"{BASE}/users")\nget_it()', "GET /users"),
        ('with httpx.Client(base_url=BASE) as c:\n    c.get("users")', "GET /users"),
        ("def f(c: httpx.Client):\n    c.get('users')", "GET /users"),
        ("class Api(Session):\n    def users(self):\n        return self.get('users/all')", "GET /users/all"),
        ("class Api:\n    def users(self):\n        return self._fetch('GET', '/users')", "GET /users"),
        ("class Api:\n    def users(self):\n        return self._get('/users')", "GET /users"),
        ('with httpx.stream("GET", f"{BASE}/users") as response: ...', "GET /users"),
        ('session.send(requests.Request("GET", f"{BASE}/users").prepare())', "GET /users"),
        ('urllib.request.urlopen(f"{BASE}/users")', "GET /users"),
        ('urllib.request.urlopen(f"{BASE}/users", data=b"")', "POST /users"),
        ('urllib.request.urlopen(urllib.request.Request(f"{BASE}/users", method="PUT"))', "PUT /users"),
    ],
)
def test_a_request_is_found(tmp_path: Path, code: str, operation: str) -> None:
    found = calls(tmp_path, code)
    assert ([found.name for found in found.operations], found.unknown) == ([operation], ())


@pytest.mark.parametrize("kind", ["requests", "httpx", "aiohttp"])
def test_both_urls_of_a_condition_are_found(tmp_path: Path, kind: str) -> None:
    found = calls(tmp_path, f'{kind}.get(BASE + "/users" if x else BASE + "/people")')
    assert [operation.name for operation in found.operations] == ["GET /people", "GET /users"]


@pytest.mark.parametrize(
    "code",
    [
        "s = requests.Session(); s.get(url)",
        "get(url)",
        "requests.get(*arguments)",
        "requests.get(**options)",
        'requests.request(method, "/users")',
        "getattr(requests, method)(url)",
        "pool = urllib3.PoolManager(); pool.request('GET', url)",
        "c = http.client.HTTPSConnection('a.test'); c.request('GET', path)",
        "async def f():\n    async with aiohttp.ClientSession() as s:\n        await s.get(url)",
        "class Api(requests.Session):\n    def users(self, path):\n        return self.get(path)",
        "class Api:\n    def __init__(self):\n        self.s = Session()\n    def f(self):\n        self.s.get(p)",
        "def f(s: 'Api'):\n    s.get(url)\nclass Api(Session): ...",
        "url = a\nurl = b\nrequests.get(url)",
        "for url in urls:\n    requests.get(url)",
        "url = f'{BASE}/a'\nurl += tail\nrequests.get(url)",
    ],
)
def test_a_request_whose_method_or_url_is_not_known_is_reported(tmp_path: Path, code: str) -> None:
    found = calls(tmp_path, code)
    assert (found.operations, len(found.unknown)) == ((), 1)


@pytest.mark.parametrize(
    "code",
    [
        "os.environ.get('API')",
        "headers.get(name)",
        "queue.put(item)",
        "s = Session()\ndef f(s):\n    s.get(key)",
        "settings.get(**options)",
        "getattr(item, name)(value)",
        "a.format(b)",
    ],
)
def test_what_is_no_request_is_not_reported(tmp_path: Path, code: str) -> None:
    found = calls(tmp_path, code)
    assert (found.operations, found.unknown) == ((), ())
