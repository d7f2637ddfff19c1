"""Tracked values in libraries that treat a `dict` or `list` in their own way work, and their reads are known."""

from __future__ import annotations

import dataclasses
import io
import json
import pprint
import reprlib
from typing import TYPE_CHECKING, Any

import httpx2
import jmespath
import msgspec
import orjson
import pydantic
import pytest
import yaml
from pactape.observing import Usage, observing, track
from pydantic.dataclasses import dataclass as pydantic_dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER = {
    "id": 7,
    "profile": {"city": "London", "zip": "N1"},
    "tags": ["a", "b"],
    "posts": [{"title": "One", "body": "x"}],
}
PROFILE = {"city": "London", "zip": "N1"}


@dataclasses.dataclass
class Envelope:
    payload: Any


class ProfileStruct(msgspec.Struct):
    city: str


class EnvelopeStruct(msgspec.Struct):
    payload: Any


class UserStruct(msgspec.Struct):
    profile: ProfileStruct


@pydantic_dataclass
class ProfileData:
    city: str


@pydantic_dataclass
class UserData:
    profile: ProfileData


@pydantic.validate_call
def city_of(profile: ProfileData) -> str:
    return profile.city


class Api:
    users = msgspec.json.Decoder(UserStruct)


ANYTHING = msgspec.json.Decoder()


def _response() -> httpx2.Response:
    return httpx2.Response(200, json=ANSWER, request=httpx2.Request("GET", "https://users.test/users/7"))


def _tracked() -> Any:
    return track(ANSWER, Usage())


def _seen(key: str) -> Any:
    """A part of a response that was looked into before, so that it doesn't count as used by being unseen."""
    part = _response().json()[key]
    assert len(part) > 0
    return part


@pytest.mark.parametrize(
    ("use", "result"),
    [
        (lambda user: dataclasses.asdict(Envelope(user))["payload"]["profile"]["city"], "London"),
        (lambda user: type(user)(user)["id"], 7),
        (lambda user: user.__class__(id=8)["id"], 8),
        (lambda user: user.fromkeys(["id"])["id"], None),
        (lambda user: type(user["tags"])(tag for tag in user["tags"])[1], "b"),
        (lambda user: jmespath.search("length(posts)", user), 1),
        (lambda user: jmespath.search("keys(profile)", user), ["city", "zip"]),
        (lambda user: list(reversed(user["profile"].keys())), ["zip", "city"]),
        (lambda user: list(reversed(user["profile"].values())), ["N1", "London"]),
        (lambda user: list(reversed(user["profile"].items())), [("zip", "N1"), ("city", "London")]),
        (lambda user: user["profile"].keys().mapping["zip"], "N1"),
        (lambda user: (user["tags"].remove("a"), user["tags"])[1], ["b"]),
    ],
)
def test_other_code_gets_what_a_plain_value_would_give(use: Callable[[Any], Any], result: Any) -> None:
    assert use(_tracked()) == result


def test_a_response_is_written_as_yaml() -> None:
    with observing() as observer:
        profile = _seen("profile")
        document = yaml.safe_dump({"one": profile, "two": profile})
    assert yaml.safe_load(document) == {"one": PROFILE, "two": PROFILE}
    assert [response.paths() for response in observer.responses] == [("profile",)]


@pytest.mark.parametrize(
    ("use", "paths"),
    [
        (lambda: orjson.dumps({"users": [_seen("profile")]}), ("profile",)),
        (lambda: msgspec.json.encode(EnvelopeStruct(_seen("profile"))), ("profile",)),
        (lambda: msgspec.msgpack.encode(Envelope(_seen("tags"))), ("tags",)),
        (lambda: msgspec.convert({"profile": _seen("profile")}, UserStruct), ("profile",)),
        (lambda: UserData(profile=_seen("profile")), ("profile",)),
        (lambda: city_of(_seen("profile")), ("profile",)),
        (lambda: _seen("tags").remove("a"), ("tags",)),
        (lambda: pprint.pformat([_seen("profile")], width=5), ("profile{}",)),
        (lambda: reprlib.repr([_seen("tags")]), ("tags{}",)),
        (lambda: json.JSONDecoder().raw_decode(_response().text)[0]["id"], ("id",)),
        (lambda: json.load(io.BytesIO(_response().content))["id"], ("id",)),
        (lambda: Api.users.decode(_response().content).profile.city, ("profile.city",)),
        (lambda: ANYTHING.decode(_response().content)["id"], ("id",)),
        (lambda: msgspec.json.Decoder(UserStruct).decode(_response().content), ("profile.city",)),
    ],
)
def test_what_code_in_c_reads_of_a_response_is_known(use: Callable[[], Any], paths: tuple[str, ...]) -> None:
    with observing() as observer:
        use()
    assert [response.paths() for response in observer.responses] == [paths]


def test_a_decoder_that_was_made_while_observing_is_one_of_msgspec_s() -> None:
    with observing():
        made = msgspec.json.Decoder(UserStruct)
        assert (isinstance(made, msgspec.json.Decoder), isinstance(ANYTHING, msgspec.json.Decoder)) == (
            True,
            True,
        )
        assert (made.type, made.strict, "Decoder" in repr(made)) == (UserStruct, True, True)
        assert msgspec.json.Decoder[UserStruct].__args__ == (UserStruct,)  # type: ignore[attr-defined]  # a generic alias has it
    assert type(ANYTHING) is msgspec.json.Decoder
