"""Fields that a model of pydantic takes beyond the declared ones are in the contract if they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from pactape.observing import observing
from pydantic import BaseModel, ConfigDict, Field, RootModel, TypeAdapter

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER = {
    "id": 7,
    "name": "Ada",
    "profile": {"city": "London", "zip": "N1"},
    "posts": [{"id": 1, "title": "One"}],
}


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    ident: int = Field(alias="id")


class Profile(BaseModel):
    model_config = ConfigDict(extra="allow")
    city: str


class User(BaseModel):
    profile: Profile | None = None
    posts: list[Open] = []


class Posts(RootModel[list[Open]]):
    pass


class ByName(BaseModel):
    ident: int = Field(alias="id")
    name: str = Field(alias="fullName", default="")


def _response() -> httpx2.Response:
    return httpx2.Response(200, json=ANSWER, request=httpx2.Request("GET", "https://users.test/users/7"))


def _open() -> Any:
    return Open.model_validate(_response().json())


@pytest.mark.parametrize(
    ("use", "paths"),
    [
        (lambda: _open().ident, ("id",)),
        (lambda: _open().name, ("id", "name")),
        (lambda: Open.model_validate_json(_response().text).profile["city"], ("id", "profile.city")),  # type: ignore[attr-defined]  # an extra field
        (lambda: Open(**_response().json()).model_extra["name"], ("id", "name")),  # type: ignore[index]  # there are some
        (lambda: _open().model_copy().name, ("id", "name")),
        (lambda: (repr(_open()), str(_open())), ("id",)),
        (lambda: _open().model_dump(), ("id", "name", "posts", "profile")),
        (
            lambda: User.model_validate(_response().json()).profile.zip,  # type: ignore[union-attr]  # as above
            ("posts?[].id", "profile|null?.city", "profile|null?.zip"),
        ),
        (
            lambda: User.model_validate(_response().json()).model_dump_json(),
            ("posts?[].id", "posts?[].title", "profile|null?.city", "profile|null?.zip"),
        ),
        (
            lambda: TypeAdapter(list[Open]).validate_python(_response().json()["posts"])[0].title,  # type: ignore[attr-defined]  # as above
            ("posts[].id", "posts[].title"),
        ),
        (
            lambda: Posts.model_validate(_response().json()["posts"]).root[0].title,  # type: ignore[attr-defined]  # as above
            ("posts[].id", "posts[].title"),
        ),
    ],
)
def test_what_is_read_of_the_extra_fields_of_a_model_is_known(
    use: Callable[[], Any], paths: tuple[str, ...]
) -> None:
    with observing() as observer:
        use()
    assert {response.paths() for response in observer.responses} == {paths}


def test_a_model_that_is_read_by_the_names_of_its_fields_reads_everything() -> None:
    with observing() as observer:
        user = _response().json()
        user["ident"] = user["id"]
        assert ByName.model_validate(user, by_name=True, by_alias=False).ident == ANSWER["id"]
    assert [response.paths() for response in observer.responses] == [None]
