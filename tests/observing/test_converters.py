"""Converters with keys and hooks of their own say what they read, too."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import attrs
import cattrs
import dacite
import httpx2
import pydantic
import pydantic.dataclasses
import pytest
from cattrs.gen import make_dict_structure_fn, override
from pactape.observing import observing

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = b'{"id": 7, "name": "Ada", "nick": null, "profile": {"city": "London", "zip": "N1"}, "more": 1}'


def given() -> httpx2.Response:
    """A response as a client got it."""
    request = httpx2.Request("GET", "https://users.test/users/7")
    return httpx2.Response(200, content=BODY, headers={"Content-Type": "application/json"}, request=request)


@attrs.define
class UserAttrs:
    id: int
    nick: str | None = None


@dataclasses.dataclass
class Renamed:
    """Named as in Python, where "id" is taken."""

    id_: int
    name_: str = ""


@dataclasses.dataclass
class City:
    name: str

    @classmethod
    def of(cls, data: Any) -> City:
        return cls(data["city"])


@dataclasses.dataclass
class Owner:
    profile: City


@attrs.define
class Aliased:
    number: int = attrs.field(alias="id")
    called: str = attrs.field(alias="name", default="")


@dataclasses.dataclass
class Place:
    city: str
    zip: str


@pydantic.dataclasses.dataclass
class PydanticUser:
    number: int = pydantic.Field(alias="id")
    full_name: str = pydantic.Field(alias="name")
    nick: str | None = None


def _renaming_converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    hook = make_dict_structure_fn(UserAttrs, converter, nick=override(rename="name"))
    converter.register_structure_hook(UserAttrs, hook)
    return converter


def _hooked_converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    converter.register_structure_hook(UserAttrs, lambda data, _: UserAttrs(7, data["name"]))
    return converter


READINGS: dict[str, tuple[Callable[[], Any], tuple[str, ...] | None]] = {
    "dacite with other keys": (
        lambda: dacite.from_dict(
            Renamed, given().json(), config=dacite.Config(convert_key=lambda name: name.removesuffix("_"))
        ),
        ("id", "name?"),
    ),
    "dacite, strictly": (
        lambda: dacite.from_dict(Place, given().json()["profile"], config=dacite.Config(strict=True)),
        ("profile.city", "profile.zip", "profile{!}"),
    ),
    "a hook of dacite": (
        lambda: dacite.from_dict(Owner, given().json(), config=dacite.Config(type_hooks={City: City.of})),
        ("profile",),
    ),
    "a converter of cattrs with other keys": (
        lambda: _renaming_converter().structure(given().json(), UserAttrs),
        ("id", "name|null?"),
    ),
    "a converter of cattrs by alias": (
        lambda: cattrs.Converter(use_alias=True).structure(given().json(), Aliased),
        ("id", "name?"),
    ),
    "a strict converter of cattrs": (
        lambda: cattrs.Converter(forbid_extra_keys=True).structure(given().json()["profile"], Place),
        ("profile.city", "profile.zip", "profile{!}"),
    ),
    "a hook that somebody wrote for cattrs": (
        lambda: _hooked_converter().structure(given().json(), UserAttrs),
        ("name",),
    ),
    "a dataclass of pydantic": (
        lambda: pydantic.TypeAdapter(PydanticUser).validate_python(given().json()),
        ("id", "name", "nick|null?"),
    ),
}


@pytest.mark.parametrize("reading", READINGS)
def test_what_a_converter_reads_is_observed(reading: str) -> None:
    read, paths = READINGS[reading]
    with observing() as observer:
        read()
    assert [response.paths() for response in observer.responses] == [paths]
