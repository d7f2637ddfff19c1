"""Names in paths that responses of their collection show to be items of it, and so values of a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path

API = "http://users.test"
TAG = "/tags/blue-sky"


def _operations(folder: Path, *recorded: tuple[str, str, Any]) -> list[str]:
    """The operations of requests, each recorded in a cassette of its own, by method, path and response."""
    project = Project(folder)
    for number, (method, path, answer) in enumerate(recorded):
        request = interaction(method=method, url=f"{API}{path}", answer=answer)
        project.record(str(number), request)
    return sorted({interaction["description"].partition(" → ")[0] for interaction in project.interactions()})


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("POST", "/tags", {"name": "blue-sky", "size": 3}),
        ("POST", "/tags", {"tag": {"label": "blue-sky", "size": 3}}),
        ("GET", "/tags", [{"name": "blue-sky"}, {"name": "red"}]),
        ("GET", "/tags", {"total_count": 1, "tags": [{"name": "Blue-Sky"}]}),
        ("GET", "/tags", {"tags": {"items": [{"name": "blue-sky"}], "next": None}}),
        ("GET", "/tags", {"count": 1, "results": ["blue-sky"]}),
        ("GET", "/tags", {"count": 1, "results": [{"url": f"{API}/tags/blue-sky/", "size": 3}]}),
        ("GET", "/tags/", [{"name": "blue-sky"}]),
        ("GET", "/tags", [{"id": 7, "name": "blue-sky"}]),
        ("POST", "/tags", {"tag_key": "blue-sky", "size": 3}),
    ],
)
def test_what_a_collection_shows_to_be_its_item_is_a_parameter(
    tmp_path: Path, method: str, path: str, answer: Any
) -> None:
    operations = _operations(tmp_path, (method, path, answer), ("DELETE", TAG, {"ok": True}))
    assert "DELETE /tags/{slug}" in operations


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/tags", [{"id": 7, "title": "blue-sky"}]),
        ("GET", "/tags", [{"name": "red"}]),
        ("GET", "/tags/7", {"id": 7, "parts": [{"name": "blue-sky"}]}),
        ("GET", "/labels", [{"name": "blue-sky"}]),
        ("PUT", "/tags", {"name": "blue-sky"}),
    ],
)
def test_what_no_response_of_the_collection_has_is_a_name(
    tmp_path: Path, method: str, path: str, answer: Any
) -> None:
    operations = _operations(tmp_path, (method, path, answer), ("DELETE", TAG, {"ok": True}))
    assert "DELETE /tags/blue-sky" in operations


def test_a_word_that_an_item_with_an_id_is_called_may_be_an_operation(tmp_path: Path) -> None:
    views = [{"id": 7, "name": "active"}]
    operations = _operations(tmp_path, ("GET", "/views", views), ("GET", "/views/active", {"ok": True}))
    assert operations == ["GET /views", "GET /views/active"]


def test_what_an_item_belongs_to_may_precede_its_name(tmp_path: Path) -> None:
    buckets = [{"label": "photos", "region": "eu-west"}, {"label": "b-1778670288", "region": "eu-north"}]
    operations = _operations(
        tmp_path,
        ("GET", "/buckets", buckets),
        ("DELETE", "/buckets/eu-west/photos", {"ok": True}),
        ("DELETE", "/buckets/eu-north/b-1778670288", {"ok": True}),
    )
    assert operations == ["DELETE /buckets/{slug}/{id}", "GET /buckets"]


def test_what_begins_a_path_is_no_item(tmp_path: Path) -> None:
    operations = _operations(tmp_path, ("GET", "/", [{"name": "users"}]), ("GET", "/users", {"ok": True}))
    assert "GET /users" in operations


def test_a_name_of_two_segments_is_two_parameters(tmp_path: Path) -> None:
    repositories = [(f"/repos/{name}", {"full_name": name}) for name in ("ada/engine", "bob/wheel")]
    assert _operations(tmp_path, *(("GET", path, answer) for path, answer in repositories)) == [
        "GET /repos/{slug}/{slug2}"
    ]


def test_what_an_item_is_called_after_a_change_is_a_parameter(tmp_path: Path) -> None:
    operations = _operations(
        tmp_path,
        ("POST", "/tags", {"name": "red"}),
        ("PUT", "/tags/red", {"name": "blue-sky"}),
        ("DELETE", TAG, {"ok": True}),
    )
    assert operations == ["DELETE /tags/{slug}", "POST /tags", "PUT /tags/{slug}"]


@pytest.mark.parametrize(("collection", "key"), [("backends", "backend_name"), ("policies", "policy")])
def test_what_a_write_returns_by_the_name_of_the_collection_is_a_parameter(
    tmp_path: Path, collection: str, key: str
) -> None:
    writes = [("POST", f"/{collection}/{name}", {key: name}) for name in ("b-one", "b-two")]
    assert _operations(tmp_path, *writes) == [f"POST /{collection}/{{slug}}"]


@pytest.mark.parametrize(
    ("path", "key"), [("/power", "power"), ("/jobs/7/state", "state"), ("/actions", "action")]
)
def test_a_state_that_a_write_set_is_a_name(tmp_path: Path, path: str, key: str) -> None:
    writes = [("POST", f"{path}/{name}", {key: name}) for name in ("on", "off")]
    operations = _operations(tmp_path, *writes)
    assert [operation.rpartition("/")[2] for operation in operations] == ["off", "on"]


def test_collections_that_an_api_lists_are_names(tmp_path: Path) -> None:
    collections = [{"name": name, "url": f"{API}/api/{name}"} for name in ("users", "groups")]
    operations = _operations(
        tmp_path,
        ("GET", "/api", {"items": collections, "next": None}),
        ("GET", "/api/users", [{"id": 7, "login": "ada"}]),
        ("GET", "/api/groups", [{"gid": "g", "members": 3}]),
    )
    assert operations == ["GET /api", "GET /api/groups", "GET /api/users"]


def test_items_that_are_deleted_may_list_different_things(tmp_path: Path) -> None:
    operations = _operations(
        tmp_path,
        ("GET", "/tags", [{"name": "red"}, {"name": "blue"}]),
        *(("DELETE", f"/tags/{name}", {"ok": True}) for name in ("red", "blue")),
        ("GET", "/tags/red", [{"id": 7, "login": "ada"}]),
        ("GET", "/tags/blue", [{"gid": "g", "members": 3}]),
    )
    assert operations == ["DELETE /tags/{slug}", "GET /tags", "GET /tags/{slug}"]


def test_a_link_to_what_can_be_done_is_not_an_item(tmp_path: Path) -> None:
    links = [{"rel": "export", "href": f"{API}/orders/export"}]
    page = {"orders": [{"id": 7}], "links": links}
    operations = _operations(tmp_path, ("GET", "/orders", page), ("POST", "/orders/export", {"ok": True}))
    assert operations == ["GET /orders", "POST /orders/export"]


def test_me_is_a_name_even_if_somebody_is_called_so(tmp_path: Path) -> None:
    users = [{"login": "ada"}, {"login": "me"}]
    operations = _operations(
        tmp_path, ("GET", "/users", users), ("GET", "/users/ada", users[0]), ("GET", "/users/me", users[0])
    )
    assert operations == ["GET /users", "GET /users/me", "GET /users/{slug}"]
