"""What counts as read of a JSON answer."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.observing import Usage, track

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER = {
    "id": 7,
    "name": "Ada",
    "profile": {"city": "London", "zip": "N1"},
    "posts": [{"title": "One", "body": "a"}, {"title": "Two", "body": "b"}],
    "tags": ["x", "y"],
    "nothing": None,
}
EVERY_SCALAR = (
    "id",
    "name",
    "nothing",
    "posts[].body",
    "posts[].title",
    "profile.city",
    "profile.zip",
    "tags",
)


def reads(use: Callable[[Any], object], value: Any = ANSWER) -> tuple[str, ...] | None:
    usage = Usage()
    use(track(copy.deepcopy(value), usage))
    return usage.paths()


def unpack(answer: Any) -> None:
    match answer:
        case {"id": int(), "profile": {"city": str()}}:
            return
    raise AssertionError


@pytest.mark.parametrize(
    ("use", "paths"),
    [
        (lambda answer: answer["id"], ("id",)),
        (lambda answer: answer.get("name"), ("name",)),
        (lambda answer: answer.get("missing", 3), ("{}",)),
        (lambda answer: answer["profile"]["city"], ("profile.city",)),
        (lambda answer: answer["profile"], ("profile",)),
        (lambda answer: "id" in answer, ("id",)),
        (lambda answer: "profile" in answer, ("profile{}",)),
        (lambda answer: "absent" in answer, ("{}",)),
        (lambda answer: len(answer["posts"]), ("posts{}",)),
        (lambda answer: bool(answer["posts"]), ("posts{}",)),
        (lambda answer: answer["posts"][0]["title"], ("posts[].title",)),
        (lambda answer: answer["posts"][-1:][0]["title"], ("posts[].title",)),
        (lambda answer: [post["title"] for post in answer["posts"]], ("posts[].title",)),
        (lambda answer: answer["posts"][0], ("posts",)),
        (lambda answer: sorted(answer["posts"], key=lambda post: post["body"]), ("posts[].body",)),
        (lambda answer: answer["posts"].sort(key=lambda post: post["body"]), ("posts[].body",)),
        (lambda answer: "x" in answer["tags"], ("tags",)),
        (lambda answer: ",".join(answer["tags"]), ("tags",)),
        (lambda answer: answer["tags"].index("x"), ("tags",)),
        (lambda answer: answer["tags"].count("x"), ("tags",)),
        (lambda answer: answer["tags"].pop(), ("tags",)),
        (lambda answer: list(reversed(answer["tags"])), ("tags",)),
        (lambda answer: answer["tags"] != ["x"], ("tags",)),
        (lambda answer: answer["tags"] < ["z"], ("tags",)),
        (lambda answer: answer["tags"] <= ["z"], ("tags",)),
        (lambda answer: answer["tags"] > ["a"], ("tags",)),
        (lambda answer: answer["tags"] >= ["a"], ("tags",)),
        (lambda answer: answer["tags"] + ["z"], ("tags",)),
        (lambda answer: ["z", *answer["tags"]], ("tags",)),
        (lambda answer: ["z"] + answer["tags"], ("tags",)),
        (lambda answer: answer["tags"] * 2, ("tags",)),
        (lambda answer: answer["tags"].copy()[0], ("tags",)),
        (lambda answer: {"a": 1} | answer["profile"], ("profile.city", "profile.zip")),
        (lambda answer: list(reversed(answer["profile"])), ("profile.city", "profile.zip")),
        (lambda answer: answer["profile"].popitem(), ("profile",)),
        (lambda answer: answer["profile"].setdefault("city", "Paris"), ("profile.city",)),
        (lambda answer: answer["profile"].read(("zip?",)), ("profile.zip?",)),
        (lambda answer: answer["profile"].read(None), ("profile",)),
        (lambda answer: answer["tags"].read(None), ("tags",)),
        (lambda answer: answer["tags"].whole(), ("tags",)),
        (lambda answer: {**answer["profile"]}, ("profile.city", "profile.zip")),
        (lambda answer: dict(answer["profile"]), ("profile.city", "profile.zip")),
        (lambda answer: list(answer["profile"].items()), ("profile.city", "profile.zip")),
        (lambda answer: list(answer["profile"].values()), ("profile.city", "profile.zip")),
        (lambda answer: set(answer["profile"]), ("profile.city", "profile.zip")),
        (lambda answer: answer["profile"] | {"a": 1}, ("profile.city", "profile.zip")),
        (lambda answer: answer["profile"].pop("city"), ("profile.city",)),
        (lambda answer: answer["profile"].__delitem__("city"), ("profile.city",)),
        (lambda answer: answer.__delitem__("profile"), ("profile{}",)),
        (lambda answer: answer["profile"] == {"city": "London", "zip": "N1"}, ("profile",)),
        (lambda answer: answer["profile"] != {"city": "London"}, ("profile",)),
        (lambda answer: answer["profile"].copy()["zip"], ("profile.zip",)),
        (lambda answer: copy.copy(answer)["profile"]["zip"], ("profile.zip",)),
        (unpack, ("id", "profile.city")),
        (lambda answer: answer["nothing"], ("nothing",)),
        (json.dumps, EVERY_SCALAR),
        (lambda answer: answer == ANSWER, None),
        (copy.deepcopy, None),
        (pickle.dumps, None),
        (lambda _answer: None, None),
        (lambda answer: (repr(answer), answer["id"]), ("id",)),
        (lambda answer: (answer["id"], json.dumps(answer)), EVERY_SCALAR),
    ],
)
def test_a_read_is_noted_as_what_it_used(use: Callable[[Any], object], paths: tuple[str, ...] | None) -> None:
    assert reads(use) == paths


def test_a_key_that_a_path_cannot_name_makes_what_holds_it_used_whole() -> None:
    assert reads(lambda answer: answer["links"]["a.b"], {"links": {"a.b": 1, "c": 2}}) == ("links",)


def test_a_list_at_the_top_is_read_by_its_items() -> None:
    assert reads(lambda answer: answer[0]["id"], [{"id": 1, "name": "Ada"}]) == ("[].id",)


def test_nested_arrays_are_read_by_their_items() -> None:
    assert reads(lambda answer: [row[0]["id"] for row in answer], [[{"id": 1, "name": "Ada"}]]) == (
        "[][].id",
    )


def test_what_a_model_says_of_fields_is_kept() -> None:
    paths = ('status=["open"]', "status", "owner|null?.name", "{!}")
    assert reads(lambda answer: answer.read(paths)) == tuple(sorted(paths))


def test_a_key_with_a_mark_of_the_notation_makes_what_holds_it_used_whole() -> None:
    assert reads(lambda answer: answer["links"]["a?"], {"links": {"a?": 1, "c": 2}}) == ("links",)


def test_writing_reads_nothing() -> None:
    assert reads(lambda answer: (answer.update(more=1), answer["id"])) == ("id",)


def test_what_was_written_into_an_answer_is_found_there_again() -> None:
    answer = track({"profile": {}}, Usage())
    answer["profile"]["city"] = "Paris"
    assert answer == {"profile": {"city": "Paris"}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_a_tracked_value_behaves_as_the_value_itself(value: Any) -> None:
    tracked = track(copy.deepcopy(value), Usage())
    assert (tracked == value, json.dumps(tracked), repr(tracked), copy.deepcopy(tracked)) == (
        True,
        json.dumps(value),
        repr(value),
        value,
    )
    assert isinstance(tracked, type(value))


@given(JSON)
def test_a_value_that_is_walked_whole_has_every_scalar_of_it_among_its_paths(value: Any) -> None:
    usage = Usage()
    json.dumps(track(copy.deepcopy(value), usage))
    paths = usage.paths()
    assert paths is None or all(not path.endswith("{}") or _bare(value, path) for path in paths)


def _bare(value: Any, path: str) -> bool:
    """Whether there is an empty object or array somewhere, which is all that such a path can be about."""
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return value in ({}, []) or any(_bare(child, path) for child in below)
