"""Bodies that the code under test parses and models by itself are answers, too."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, TypedDict, cast

import aiohttp
import attrs
import cattrs
import dacite
import httpx
import httpx2
import msgspec
import orjson
import pydantic
import pytest
import requests
import simplejson
from botocore.awsrequest import AWSResponse
from pactape.observing import observing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BODY = b'{"id": 7, "name": "Ada", "nick": null, "profile": {"city": "London", "zip": "N1"}, "more": 1}'


class ProfileModel(pydantic.BaseModel):
    city: str


class UserModel(pydantic.BaseModel):
    id: int
    nick: str | None = None
    profile: ProfileModel


@dataclasses.dataclass
class User:
    id: int
    nick: str | None = None


@attrs.define
class UserAttrs:
    id: int
    nick: str | None = None


class UserStruct(msgspec.Struct):
    id: int
    nick: str | None = None


class UserDict(TypedDict):
    id: int


def given() -> httpx2.Response:
    """A response as a client got it."""
    request = httpx2.Request("GET", "https://users.test/users/7")
    return httpx2.Response(
        200, content=BODY, headers={"Content-Type": "application/json", "ETag": "x"}, request=request
    )


def read_by(reading: Callable[[], Any]) -> list[tuple[str, ...] | None]:
    """What is observed of each answer."""
    with observing() as observer:
        reading()
    return [response.paths() for response in observer.responses]


MODEL_PATHS = ("id", "nick|null?")
READINGS: dict[str, tuple[Callable[[], Any], tuple[str, ...] | None]] = {
    "json of text": (lambda: json.loads(given().text)["name"], ("name",)),
    "json of bytes": (lambda: json.loads(given().content)["name"], ("name",)),
    "json of read()": (lambda: json.loads(given().read())["name"], ("name",)),
    "simplejson": (lambda: simplejson.loads(given().text)["name"], ("name",)),
    "orjson": (lambda: orjson.loads(given().content)["name"], ("name",)),
    "msgspec": (lambda: msgspec.json.decode(given().content)["name"], ("name",)),
    "a struct of a body": (lambda: msgspec.json.decode(given().content, type=UserStruct), MODEL_PATHS),
    "a struct": (lambda: msgspec.convert(given().json(), UserStruct), MODEL_PATHS),
    "pydantic": (lambda: UserModel.model_validate(given().json()), (*MODEL_PATHS, "profile.city")),
    "pydantic of a body": (
        lambda: UserModel.model_validate_json(given().text),
        (*MODEL_PATHS, "profile.city"),
    ),
    "pydantic by keywords": (lambda: UserModel(**given().json()), (*MODEL_PATHS, "profile.city")),
    "pydantic by keywords and others": (
        lambda: UserModel(**given().json(), other=1),  # type: ignore[call-arg]  # pydantic ignores it
        (*MODEL_PATHS, "profile.city"),
    ),
    "pydantic of a copy with others": (
        lambda: UserModel.model_validate({**given().json(), "other": 1}),
        (*MODEL_PATHS, "profile.city"),
    ),
    "a type adapter of a copy": (
        lambda: pydantic.TypeAdapter(UserModel).validate_python(dict(given().json())),
        (*MODEL_PATHS, "profile.city"),
    ),
    "a copy of an object that is read again": (
        lambda: UserModel(**(user := given().json()), other=user["more"]),  # type: ignore[call-arg]  # as above
        ("id", "more", "name", "nick", "profile.city"),
    ),
    "pydantic by some keywords": (
        lambda: UserModel(
            id=(user := given().json())["id"], profile=user["profile"], nick=user.get("absent")
        ),
        ("id", "profile.city"),
    ),
    "a field that no model knows": (
        lambda: UserModel(id=7, profile={"city": "x"}, other=given().json()["profile"]),  # type: ignore[call-arg, arg-type]  # invalid on purpose: pydantic judges
        ("profile",),
    ),
    "a type adapter": (
        lambda: pydantic.TypeAdapter(UserModel).validate_python(given().json()),
        (*MODEL_PATHS, "profile.city"),
    ),
    "a type adapter of a body": (
        lambda: pydantic.TypeAdapter(UserModel).validate_json(given().content),
        (*MODEL_PATHS, "profile.city"),
    ),
    "dacite": (lambda: dacite.from_dict(User, given().json()), MODEL_PATHS),
    "cattrs": (lambda: cattrs.structure(given().json(), UserAttrs), MODEL_PATHS),
    "a converter of cattrs": (lambda: cattrs.Converter().structure(given().json(), UserAttrs), MODEL_PATHS),
    "a cast": (lambda: cast(UserDict, given().json()), ("id",)),  # noqa: TC006 -- which tells the type while running
    "a cast to any object": (lambda: cast(dict[str, Any], given().json())["id"], ("id",)),  # noqa: TC006 -- as above
    "text that nobody parses": (lambda: "Ada" in given().text, None),
    "another text": (lambda: (json.loads('{"a": 1}')["a"], given().json()["id"]), ("id",)),
}


@pytest.mark.parametrize("reading", READINGS)
def test_what_is_read_of_a_body_is_observed(reading: str) -> None:
    read, paths = READINGS[reading]
    assert read_by(read) == [paths]


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_response_that_a_test_made_by_hand_is_read_like_any(library: Any) -> None:
    assert read_by(lambda: library.Response(200, json={"a": 1, "b": 2}).json()["a"]) == [("a",)]


def test_a_response_of_requests_without_a_request_is_read_like_any() -> None:
    response = requests.Response()
    response._content = BODY  # noqa: SLF001 -- the usual way to make one
    assert read_by(lambda: response.json()["id"]) == [("id",)]


def test_a_model_still_gets_what_was_answered() -> None:
    with observing():
        user = UserModel(**given().json())
    assert user == UserModel(id=7, nick=None, profile=ProfileModel(city="London"))


class _Holder(pydantic.BaseModel):
    value: Any


def test_a_model_keeps_the_values_that_are_not_of_a_response() -> None:
    values: list[Any] = [[1], {"a": [1]}, Counter("a")]
    with observing():
        assert [_Holder(value=value).value is value for value in values] == [True] * 3


def test_an_answer_whose_body_is_not_touched_is_not_read(url: str) -> None:
    assert read_by(lambda: requests.get(url, timeout=30).raise_for_status()) == [()]


def test_a_streamed_answer_may_be_read_unseen(url: str) -> None:
    def read() -> None:
        with requests.get(url, timeout=30, stream=True) as response:
            response.raw.read()

    assert read_by(read) == [None]


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_streamed_answer_whose_stream_is_not_touched_is_not_read(url: str, library: Any) -> None:
    def read() -> None:
        with library.stream("GET", url, timeout=30) as response:
            assert response.is_success

    assert read_by(read) == [()]


@pytest.mark.parametrize("library", [requests, httpx, httpx2])
def test_a_header_that_is_read_is_observed(url: str, library: Any) -> None:
    assert read_by(lambda: library.get(url, timeout=30).headers["X-Total"]) == [("header: x-total",)]


def test_a_raw_json_encoder_reads_everything() -> None:
    assert read_by(lambda: orjson.dumps(given().json()["profile"])) == [("profile",)]


def test_another_library_s_body_is_found_by_the_recording_that_has_it() -> None:
    with observing(lambda body: 3 if body == BODY else None) as observer:
        value = json.loads(BODY)
        assert (value["id"], json.loads('{"a": 1}')["a"], json.loads("5")) == (7, 1, 5)
    assert [(response.position, response.paths()) for response in observer.responses] == [(3, ("id",))]


def test_a_model_of_a_text_without_a_response_is_just_a_model() -> None:
    with observing() as observer:
        assert UserModel.model_validate_json('{"id": 1, "profile": {"city": "x"}}').id == 1
    assert observer.responses == []


def test_the_body_of_a_streamed_request_is_unknown() -> None:
    request = httpx2.Request("POST", "https://users.test/", content=iter([b"a"]))
    response = httpx2.Response(200, json={"a": 1}, request=request)
    with observing() as observer:
        assert response.json()["a"] == 1
    assert [response.body for response in observer.responses] == [None]


async def _ask_httpx(url: str) -> Any:
    async with httpx.AsyncClient() as client:
        response = await client.get(url)
        await response.aread()
        return json.loads(response.content)["name"]


async def _ask_text(url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return json.loads(await response.text())["name"]


@pytest.mark.parametrize("ask", [_ask_httpx, _ask_text])
def test_asynchronous_clients_are_observed(url: str, ask: Callable[[str], Any]) -> None:
    assert read_by(lambda: asyncio.run(ask(url))) == [("name",)]


async def _ask(url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return (await response.json())["id"]


def test_the_answers_of_aiohttp_are_observed(url: str) -> None:
    assert read_by(lambda: asyncio.run(_ask(url))) == [("id",)]


def test_everything_is_given_back_in_the_end() -> None:
    before = (orjson.loads, cattrs.structure, json.JSONDecoder.decode, requests.Response.content)
    with observing():
        pass
    assert (orjson.loads, cattrs.structure, json.JSONDecoder.decode, requests.Response.content) == before


def test_an_answer_of_botocore_is_found_by_the_recording_that_has_its_body() -> None:
    """Its responses don't say what was requested."""
    response = AWSResponse("https://users.test/", 200, {}, _Raw())
    with observing({BODY: 3}.get) as observer:
        assert json.loads(response.content)["name"] == "Ada"
    assert [(response.position, response.paths()) for response in observer.responses] == [(3, ("name",))]


class _Raw:
    """What botocore reads bodies from."""

    def stream(self) -> Iterator[bytes]:
        yield BODY
