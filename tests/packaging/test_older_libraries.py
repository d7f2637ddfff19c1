"""Older versions of the libraries that are observed and recorded, each in an environment of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.packaging.helpers.installed import run_with_library

if TYPE_CHECKING:
    from pathlib import Path

MODELS = """
import pydantic
from pactape.observing import Usage, observing, track

class City(pydantic.BaseModel):
    name: str

class User(pydantic.BaseModel):
    id: int
    nick: str | None = None
    cities: list[City]

def read_by(read):
    usage = Usage()
    with observing():
        read(track({"id": 7, "name": "Ada", "nick": None, "cities": [{"name": "Rome", "zip": "1"}]}, usage))
    return usage.paths()

assert pydantic.VERSION.startswith("2.9."), pydantic.VERSION
adapter = pydantic.TypeAdapter(User)
print(read_by(lambda user: User.model_validate(user)))
print(read_by(lambda user: adapter.validate_python(user)))
print(read_by(lambda user: User(**user)))
"""
REDIRECT = '''
import asyncio, aiohttp
from pathlib import Path
from pactape.cassettes import use_cassette

assert aiohttp.__version__.startswith("3.10."), aiohttp.__version__
CASSETTE = """interactions:
- request: {method: GET, uri: "http://users.test/old", body: null, headers: {}}
  response: {status: {code: 302, message: Found}, headers: {Location: [/new]}, body: {string: ""}}
- request: {method: GET, uri: "http://users.test/new", body: null, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: "Ada"}}
version: 1
"""
Path("users.yaml").write_text(CASSETTE)

async def ask():
    async with aiohttp.ClientSession() as session, session.get("http://users.test/old") as response:
        return await response.text()

with use_cassette(Path("users.yaml")):
    print(asyncio.run(ask()))
'''


@pytest.mark.long
def test_models_of_an_older_pydantic_read_their_fields_only(tmp_path: Path) -> None:
    lines = run_with_library(tmp_path, "pydantic", MODELS).splitlines()
    assert lines == ["('cities[].name', 'id', 'nick|null?')"] * 3


@pytest.mark.long
def test_an_older_aiohttp_follows_recorded_redirects(tmp_path: Path) -> None:
    assert run_with_library(tmp_path, "aiohttp", REDIRECT).strip() == "Ada"
